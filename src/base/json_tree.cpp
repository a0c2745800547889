#include "base/json_tree.hpp"

#include <algorithm>

namespace r2i {

const JsonTree* JsonTree::find(std::string_view key, JsonCursor::Type wanted) const {
  const auto found =
      std::ranges::find_if(fields, [&](const Field& field) { return field.key == key && field.value.is(wanted); });
  return found == fields.end() ? nullptr : &found->value;
}

JsonTree read_json_tree(JsonCursor& cursor) {
  JsonTree tree;
  tree.type = cursor.type();
  tree.offset = cursor.offset();
  switch (tree.type) {
    case JsonCursor::Type::object:
      cursor.enter_object();
      while (const auto key = cursor.next_key()) tree.fields.push_back({std::string(*key), read_json_tree(cursor)});
      break;
    case JsonCursor::Type::list:
      cursor.enter_list();
      while (cursor.next_item()) tree.items.push_back(read_json_tree(cursor));
      break;
    case JsonCursor::Type::string:
      tree.text = cursor.string();
      break;
    case JsonCursor::Type::number:
      tree.number = cursor.number();
      break;
    case JsonCursor::Type::boolean:
      tree.boolean = cursor.boolean();
      break;
    case JsonCursor::Type::null:
      cursor.skip();
      break;
  }
  return tree;
}

}  // namespace r2i
