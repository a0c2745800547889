#pragma once

#include "base/json_cursor.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {

/// One document of a YAML text, as the JSON that Kubernetes' own reader (sigs.k8s.io/yaml) would make of it: quoted
/// scalars are strings, plain ones what resolve_yaml() says, keys that are no strings become their text, aliases are
/// written out. A key that comes twice does so in the JSON, too.
class YamlDocument {
 public:
  /// Where a key or a value begins in the JSON, and where in the YAML.
  struct Mark {
    std::size_t offset;
    LineColumn place;
  };

  /// A document that was JSON already: its places are those of the text.
  explicit YamlDocument(std::string text);
  /// `marks` are sorted by their offsets.
  YamlDocument(std::string text, std::vector<Mark> marks) : json(std::move(text)), marks_(std::move(marks)) {}

  std::string json;  ///< ready for JsonCursor::open()

  /// The place in the YAML text of the value that begins at an offset of `json`, or that contains it.
  [[nodiscard]] LineColumn place(std::size_t offset) const;
  /// The place of the key whose value begins at an offset.
  [[nodiscard]] LineColumn key_place(std::size_t offset) const;

 private:
  [[nodiscard]] std::vector<Mark>::const_iterator mark(std::size_t offset) const;

  std::vector<Mark> marks_;               ///< a value in a map stands behind its key
  std::vector<std::size_t> line_starts_;  ///< of a document that was JSON: of all lines but the first
};

/// What is wrong with a YAML text, in a user's words.
struct YamlFault {
  LineColumn place;
  std::string message;
};

/// Reads all documents of a YAML or JSON text, leaving out those that hold nothing. A text with a fault anywhere gives
/// none. Refused, besides what YAML refuses: bad UTF-8, control characters, merge keys (`<<`), infinity, nesting deeper
/// than 200, aliases that would grow the text by more than 16 MiB.
tl::expected<std::vector<YamlDocument>, YamlFault> read_yaml(std::string_view text);

}  // namespace r2i
