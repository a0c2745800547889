#include "model/live_object.hpp"

#include "model/read_manifest.hpp"

#include <algorithm>

namespace r2i {

const FieldSet* LiveObject::applied_by(std::string_view manager) const {
  const auto found = std::ranges::find_if(
      managers, [&](const FieldManager& m) { return m.applies && m.subresource.empty() && m.name == manager; });
  return found == managers.end() ? nullptr : &found->fields;
}

namespace {

FieldManager read_manager(DocumentReader& reader) {
  FieldManager manager;
  reader.members([&](std::string_view key) {
    if (key == "manager") {
      reader.read(manager.name);
    } else if (key == "operation") {
      std::string_view operation;
      reader.read(operation);
      manager.applies = operation == "Apply";
    } else if (key == "subresource") {
      reader.read(manager.subresource);
    } else if (key == "fieldsV1") {
      manager.fields = read_field_set(reader);
    }
  });
  return manager;
}

}  // namespace

std::optional<LiveObject> read_live_object(DocumentReader& reader) {
  LiveObject live;
  auto read = read_manifest(reader, [&](std::string_view key) {
    if (key == "uid") {
      reader.read(live.uid);
    } else if (key == "resourceVersion") {
      reader.read(live.resource_version);
    } else if (key == "generation") {
      reader.read(live.generation);
    } else if (key == "managedFields") {
      reader.list([&] { live.managers.push_back(read_manager(reader)); });
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

}  // namespace r2i
