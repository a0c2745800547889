// Any bytes as YAML: reading ends with a fault that has a place, or with JSON that our JSON reader takes, each value of
// which has a place in the text.
#include "base/json_cursor.hpp"
#include "base/yaml_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_inside(r2i::LineColumn place, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  return place.line >= 1 && place.line <= lines && place.column >= 1 && place.column <= text.size() + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto documents = r2i::read_yaml(text);
  if (!documents) {
    require(is_inside(documents.error().place, text) && !documents.error().message.empty());
    return 0;
  }
  r2i::JsonCursor cursor;
  for (r2i::YamlDocument& document : *documents) {
    require(is_inside(document.place(0), text) && is_inside(document.place(document.json.size()), text));
    std::string root = "[" + document.json + "]";  // a document may be a mere scalar
    require(cursor.open(root) && cursor.finish() && !cursor.repaired());
  }
  return 0;
}
