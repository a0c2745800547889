#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::net {

/// The headers of an answer, in the order in which they came. They stand in one piece of memory: an answer has a dozen,
/// of which one or two are looked at.
class Headers {
 public:
  void add(std::string_view name, std::string_view value);
  /// Another line of the header that was added last (RFC 9110 §5.5: obsolete line folding).
  void fold(std::string_view line);
  void clear();

  [[nodiscard]] bool empty() const { return lines_.empty(); }
  /// The value of the first header of that name, in whatever case; nothing (empty view) if there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  /// The values of all headers of that name.
  [[nodiscard]] std::vector<std::string_view> find_all(std::string_view name) const;

 private:
  struct Line {
    std::uint32_t name;   ///< where it begins in the text
    std::uint32_t value;  ///< where it begins, and the name ends
    std::uint32_t end;
  };
  [[nodiscard]] bool has_name(const Line& line, std::string_view name) const;
  [[nodiscard]] std::string_view value_of(const Line& line) const;

  std::string text_;
  std::vector<Line> lines_;
};

}  // namespace r2i::net
