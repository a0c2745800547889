#pragma once

#include "model/document_reader.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// Paths of fields of an object, spelled as server-side apply spells them in its messages: `.spec.endpoints`,
/// `.spec.ports[name="http"].number`, `.metadata.labels.app`. Sorted, each once. Copies share them.
class FieldSet {
 public:
  FieldSet() = default;
  explicit FieldSet(std::vector<std::string> paths);

  [[nodiscard]] const std::vector<std::string>& paths() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return paths().empty(); }
  [[nodiscard]] bool contains(std::string_view path) const;

  friend bool operator==(const FieldSet& a, const FieldSet& b) {
    return a.paths_ == b.paths_ || a.paths() == b.paths();
  }

 private:
  std::shared_ptr<const std::vector<std::string>> paths_;  ///< nothing: there are none
};

/// Reads the `fieldsV1` of an entry of metadata.managedFields, on which the reader stands. Only leaves are kept: that a
/// manager owns a map or a list item says nothing about what is in it. Format: structured-merge-diff's FieldsV1.
FieldSet read_field_set(DocumentReader& reader);

}  // namespace r2i
