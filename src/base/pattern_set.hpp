#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// Patterns compiled into one automaton: globs (`*`, `?`, `[…]`, `[!…]`, `\` before a character), or RE2 regular
/// expressions between slashes (`/pay-[0-9]+/`). Either matches the whole text.
class PatternSet {
 public:
  /// Throws Error{usage} if a pattern is malformed.
  explicit PatternSet(const std::vector<std::string>& patterns);
  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;
  ~PatternSet();

  [[nodiscard]] bool empty() const;
  /// Whether one of the patterns matches.
  [[nodiscard]] bool matches(std::string_view text) const;
  /// The positions of the patterns that match, ascending.
  [[nodiscard]] std::vector<int> matching(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace r2i
