#include "directory/kustomization.hpp"

#include "base/yaml_reader.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::directory {

namespace {

/// Reads a list of paths and of objects that have a `path`. Text of several lines is a patch itself.
void read_paths(DocumentReader& reader, std::vector<std::string>& paths) {
  reader.list([&] {
    std::string path;
    if (reader.cursor().type() == JsonCursor::Type::object) {
      reader.object({}, [&](std::string_view key) {
        if (key != "path") return false;
        reader.read(path);
        return true;
      });
    } else {
      reader.read(path);
    }
    if (!path.empty() && path.find('\n') == std::string::npos) paths.push_back(std::move(path));
  });
}

bool read_field(DocumentReader& reader, std::string_view key, Kustomization& kustomization) {
  const bool is_list = reader.cursor().type() == JsonCursor::Type::list;
  if (is_list && (key == "resources" || key == "bases" || key == "components")) {
    read_paths(reader, kustomization.resources);
  } else if (is_list && (key == "patches" || key == "patchesStrategicMerge" || key == "patchesJson6902")) {
    read_paths(reader, kustomization.patches);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool is_kustomization(std::string_view file_name) {
  return std::ranges::find(kKustomizationNames, file_name) != kKustomizationNames.end();
}

Kustomization read_kustomization(std::string_view text, const std::string& place) {
  Kustomization kustomization;
  const auto tell = [&](LineColumn at, std::string_view message) {
    kustomization.problems.push_back({fmt::format("{}:{}:{}", place, at.line, at.column), std::string(message)});
  };
  auto documents = read_yaml(text);
  if (!documents) {
    tell(documents.error().place, documents.error().message);
    return kustomization;
  }
  JsonCursor cursor;
  for (YamlDocument& document : *documents) {
    cursor.open(document.json);
    DocumentReader reader(cursor);
    reader.object({}, [&](std::string_view key) { return read_field(reader, key, kustomization); });
    for (const Finding& finding : reader.finish()) tell(document.place(finding.offset), finding.message);
  }
  return kustomization;
}

}  // namespace r2i::directory
