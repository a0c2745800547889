#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources {

/// What the named parts of a pattern stand for in one key, in the order of the pattern.
using KeyParts = std::vector<std::pair<std::string_view, std::string>>;
/// Nothing (a null view): the pattern has no such part.
std::string_view part_of(const KeyParts& parts, std::string_view name);

/// The shape of the keys below a root: `{service}/{id}`, `{service:**}/{id}`, `v?/…`.
///
/// Segments stand between slashes. In a segment: text; `*`, any text; `{name}`, any text, kept. A whole segment may be
/// `**`, any number of segments; `{name:**}`, one or more of them, kept; `{name:reversed}`, the same as a domain name
/// written from its end: local/cluster/web is web.cluster.local. Only one segment of a pattern may be one of these
/// three. What is kept has at least one character.
class KeyPattern {
 public:
  static tl::expected<KeyPattern, std::string> parse(std::string_view text);

  /// Whether the key has this shape; `parts` becomes what its parts stand for.
  bool match(std::string_view key, KeyParts& parts) const;
  [[nodiscard]] bool names(std::string_view part) const;
  /// For who walks a tree of keys: whether keys of this shape may be below `folder`, which has `depth` segments.
  [[nodiscard]] bool may_be_below(std::string_view folder, std::size_t depth) const;
  /// The only name that may come next below a folder of `depth` segments, where there is but one; else nothing.
  [[nodiscard]] std::string_view only_name_below(std::size_t depth) const;
  /// How many segments a key has; nothing: that differs.
  [[nodiscard]] std::optional<std::size_t> depth() const;
  /// Whether the last segment is one part and nothing else, and which.
  [[nodiscard]] std::string_view last_part() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Piece {
    enum class Kind { literal, any, part };
    Kind kind;
    std::string text;  ///< of a part its name
  };
  struct Segment {
    enum class Kind { one, many, reversed };
    Kind kind = Kind::one;
    std::vector<Piece> pieces;  ///< of `many` and `reversed` the part, or nothing
  };

  static tl::expected<Segment, std::string> parse_segment(std::string_view text);
  static bool match_segment(const std::vector<Piece>& pieces, std::string_view text, KeyParts& parts);
  static bool match_many(const Segment& segment, std::string_view text, KeyParts& parts);

  std::string text_;
  std::vector<Segment> segments_;
  std::optional<std::size_t> many_;  ///< which segment stands for several
};

}  // namespace r2i::sources
