#include "kube/copy_json.hpp"

#include "base/json_writer.hpp"
#include "base/output.hpp"

#include <limits>

namespace r2i::kube {

// Recursion is bounded by the depth that the cursor lets pass.
void copy_json(JsonCursor& cursor, Sink& sink) {
  switch (cursor.type()) {
    case JsonCursor::Type::object:
      sink.begin_map();
      cursor.enter_object();
      while (const auto key = cursor.next_key()) {
        sink.key(*key);
        copy_json(cursor, sink);
      }
      sink.end_map();
      return;
    case JsonCursor::Type::list:
      sink.begin_list();
      cursor.enter_list();
      while (cursor.next_item()) copy_json(cursor, sink);
      sink.end_list();
      return;
    case JsonCursor::Type::string:
      sink.string(cursor.string());
      return;
    case JsonCursor::Type::number:
      sink.number(cursor.number());
      return;
    case JsonCursor::Type::boolean:
      sink.boolean(cursor.boolean());
      return;
    case JsonCursor::Type::null:
      cursor.skip();
      sink.number(std::numeric_limits<double>::quiet_NaN());  // which the writer makes null of
      return;
  }
}

std::string copy_json(JsonCursor& cursor) {
  StringOutput out;
  JsonWriter writer(out, 0);
  copy_json(cursor, writer);
  return out.text();
}

}  // namespace r2i::kube
