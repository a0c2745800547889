#include "plan/compare.hpp"

#include "plan/fields.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::plan {

namespace {

const Field* find_field(const std::vector<Field>& fields, const std::string& path) {
  const auto found = std::ranges::lower_bound(fields, path, {}, &Field::path);
  return found != fields.end() && found->path == path ? &*found : nullptr;
}

/// The managers besides ours that own a field.
std::vector<std::string> owners_of(const LiveObject& live, const std::string& path, const std::string& manager) {
  std::vector<std::string> owners;
  for (const FieldManager& other : live.managers) {
    const bool is_us = other.name == manager && other.applies;
    if (!is_us && other.subresource.empty() && other.fields.touches(path)) owners.push_back(other.name);
  }
  return owners;
}

const FieldSet& fields_of_manager(const LiveObject& live, const std::string& manager) {
  static const FieldSet kNone;
  const FieldSet* owned = live.applied_by(manager);
  return owned != nullptr ? *owned : kNone;
}

}  // namespace

Comparison compare(const LiveObject& live, const Manifest& desired, const std::string& manager) {
  Comparison result;
  const std::vector<Field> wanted = fields_of(desired);
  const std::vector<Field> present = fields_of(live.manifest);
  for (const Field& field : wanted) {
    const Field* there = find_field(present, field.path);
    if (there != nullptr && same_value(there->value, field.value)) continue;
    result.paths.push_back(field.path);
    if (there == nullptr) continue;
    for (const std::string& owner : owners_of(live, field.path, manager)) {
      result.conflicts.push_back(fmt::format("{} owns {} (there {}, here {})", owner, field.path,
                                             in_words(there->value), in_words(field.value)));
    }
  }
  if (manager.empty()) {
    // In a file everything of an object of ours is ours, but what kubectl leaves in what it prints.
    constexpr std::string_view kLastApplied = ".metadata.annotations.kubectl.kubernetes.io/last-applied-configuration";
    for (const Field& field : present) {
      if (field.path != kLastApplied && find_field(wanted, field.path) == nullptr) result.paths.push_back(field.path);
    }
    return result;
  }
  for (const std::string& path : fields_of_manager(live, manager).paths()) {
    if (find_field(wanted, path) == nullptr) result.paths.push_back(path);
  }
  return result;
}

Manifest visible_part(const LiveObject& live, const Manifest& desired, const std::string& manager) {
  if (manager.empty()) return live.manifest;
  const FieldSet& owned = fields_of_manager(live, manager);
  const std::vector<Field> wanted = fields_of(desired);
  return keep_fields(live.manifest, [&](const std::string& path) {
    return find_field(wanted, path) != nullptr || owned.contains(path);
  });
}

Manifest own_part(const LiveObject& live, const std::string& manager) {
  if (manager.empty()) return live.manifest;
  const FieldSet& owned = fields_of_manager(live, manager);
  return keep_fields(live.manifest, [&](const std::string& path) { return owned.contains(path); });
}

}  // namespace r2i::plan
