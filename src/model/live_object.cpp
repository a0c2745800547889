#include "model/live_object.hpp"

#include "model/read_manifest.hpp"

#include <algorithm>

namespace r2i {

const FieldSet* LiveObject::applied_by(std::string_view manager) const {
  const auto found = std::ranges::find_if(
      managers, [&](const FieldManager& m) { return m.applies && m.subresource.empty() && m.name == manager; });
  return found == managers.end() ? nullptr : &found->fields;
}

FieldManager LiveObjectReader::read_manager() {
  FieldManager manager;
  reader_.members([&](std::string_view key) {
    if (key == "manager") {
      reader_.read(manager.name);
    } else if (key == "operation") {
      std::string_view operation;
      reader_.read(operation);
      manager.applies = operation == "Apply";
    } else if (key == "subresource") {
      reader_.read(manager.subresource);
    } else if (key == "fieldsV1") {
      manager.fields = fields_.read(reader_, [&] { return read_field_set(reader_); });
    }
  });
  return manager;
}

std::optional<LiveObject> LiveObjectReader::read() {
  LiveObject live;
  auto read = read_manifest(reader_, [&](std::string_view key) {
    if (key == "uid") {
      reader_.read(live.uid);
    } else if (key == "resourceVersion") {
      reader_.read(live.resource_version);
    } else if (key == "generation") {
      reader_.read(live.generation);
    } else if (key == "managedFields") {
      reader_.list([&] { live.managers.push_back(read_manager()); });
    } else {
      return false;
    }
    return true;
  });
  if (!read) return std::nullopt;
  live.manifest = std::move(read->manifest);
  live.api_version = std::move(read->version);
  return live;
}

std::optional<LiveObject> read_live_object(DocumentReader& reader) {
  return LiveObjectReader(reader).read();
}

}  // namespace r2i
