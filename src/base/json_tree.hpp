#pragma once

#include "base/json_cursor.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// A value of a JSON document with all that is in it, for whoever must look at it more than once.
struct JsonTree {
  struct Field;

  JsonCursor::Type type = JsonCursor::Type::null;
  std::size_t offset = 0;  ///< where it starts in the text
  std::string text;        ///< of a string
  double number = 0;
  bool boolean = false;
  std::vector<Field> fields;    ///< of an object, as they stand there: a key that comes twice does so here
  std::vector<JsonTree> items;  ///< of a list

  [[nodiscard]] bool is(JsonCursor::Type wanted) const { return type == wanted; }
  /// The first value of this key that is of this type; null if there is none, or if this is no object.
  [[nodiscard]] const JsonTree* find(std::string_view key, JsonCursor::Type wanted) const;
};

struct JsonTree::Field {
  std::string key;
  JsonTree value;
};

/// Reads the value that the cursor stands on.
JsonTree read_json_tree(JsonCursor& cursor);

}  // namespace r2i
