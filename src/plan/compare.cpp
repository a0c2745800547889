#include "plan/compare.hpp"

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "plan/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace r2i::plan {

namespace {

constexpr std::string_view kEndpoints = ".spec.endpoints";
constexpr std::string_view kSelector = ".spec.workloadSelector";

const Field* find_field(const std::vector<Field>& fields, const std::string& path) {
  const auto found = std::ranges::lower_bound(fields, path, {}, &Field::path);
  return found != fields.end() && found->path == path ? &*found : nullptr;
}

/// The managers besides ours that own a field. Whoever owns the map that it is in does not own it.
std::vector<std::string> owners_of(const LiveObject& live, const std::string& path, const std::string& manager) {
  std::vector<std::string> owners;
  for (const FieldManager& other : live.managers) {
    const bool is_us = other.name == manager && other.applies;
    if (!is_us && other.subresource.empty() && other.fields.contains(path)) owners.push_back(other.name);
  }
  return owners;
}

std::string conflict(const std::string& owner, const std::string& path, const Field* there, const Field* here) {
  const auto words = [](const Field* field) { return field != nullptr ? in_words(field->value) : "nothing"; };
  return fmt::format("{} owns {} (there {}, here {})", owner, path, words(there), words(here));
}

const FieldSet& fields_of_manager(const LiveObject& live, const std::string& manager) {
  static const FieldSet kNone;
  const FieldSet* owned = live.applied_by(manager);
  return owned != nullptr ? *owned : kNone;
}

/// Whether a field must not stay on the object beside what we send. A service that is gone must have no endpoints.
bool is_in_the_way(const std::string& path, const ServiceEntry& desired) {
  if (path == kEndpoints) {
    return !desired.workload_selector.labels.empty() || find_value(desired.meta.annotations, mark::kGoneSince);
  }
  return path.starts_with(kSelector) && !desired.endpoints.empty();
}

/// In a JSON patch between the quotes of a shell.
std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  for (auto at = json.find('\''); at != std::string::npos; at = json.find('\'', at)) json.replace(at, 1, "\\u0027");
  return json;
}

/// A port of others that stays, as we have none of that name, though we have one of that number. Giving it our name
/// loses nothing; to take it away would leave clients without it until the next run.
std::optional<Obstacle> find_port_in_the_way(const LiveObject& live, const ServiceEntry& desired,
                                             const std::string& manager) {
  const auto* entry = std::get_if<ServiceEntry>(&live.manifest);
  if (entry == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < entry->ports.size(); ++i) {
    const ServicePort& theirs = entry->ports[i];
    if (std::ranges::find(desired.ports, theirs.name, &ServicePort::name) != desired.ports.end()) continue;
    const auto ours = std::ranges::find(desired.ports, theirs.number, &ServicePort::number);
    if (ours == desired.ports.end()) continue;
    const auto owners = owners_of(live, port_path(".spec.ports", theirs) + ".number", manager);
    if (owners.empty()) continue;
    return Obstacle{fmt::format("{} owns the port {} under the name {} (here {})", owners.front(), theirs.number,
                                in_quotes(theirs.name), in_quotes(ours->name)),
                    fmt::format(R"([{{"op":"test","path":"/spec/ports/{0}/name","value":{1}}},)"
                                R"({{"op":"replace","path":"/spec/ports/{0}/name","value":{2}}}])",
                                i, quoted(theirs.name), quoted(ours->name))};
  }
  return std::nullopt;
}

std::optional<Obstacle> find_obstacle(const LiveObject& live, const Manifest& desired, const std::string& manager,
                                      const std::vector<Field>& wanted, const std::vector<Field>& present) {
  const auto* entry = std::get_if<ServiceEntry>(&desired);
  if (entry == nullptr) return std::nullopt;
  for (const Field& field : present) {
    if (find_field(wanted, field.path) != nullptr || !is_in_the_way(field.path, *entry)) continue;
    const auto owners = owners_of(live, field.path, manager);
    if (owners.empty()) continue;
    return Obstacle{conflict(owners.front(), field.path, &field, nullptr),
                    fmt::format(R"([{{"op":"remove","path":"{}"}}])",
                                field.path == kEndpoints ? "/spec/endpoints" : "/spec/workloadSelector")};
  }
  return find_port_in_the_way(live, *entry, manager);
}

/// Fields of a file that we do not send: all are ours, but for what kubectl leaves in what it prints.
void add_rest_of_file(Comparison& result, const std::vector<Field>& wanted, const std::vector<Field>& present) {
  constexpr std::string_view kLastApplied = ".metadata.annotations.kubectl.kubernetes.io/last-applied-configuration";
  for (const Field& field : present) {
    if (field.path != kLastApplied && find_field(wanted, field.path) == nullptr) result.paths.push_back(field.path);
  }
}

/// Of two objects that differ: in what, and what is in the way.
void compare_fields(Comparison& result, const LiveObject& live, const Manifest& desired, const std::string& manager,
                    const std::vector<Field>& wanted) {
  const std::vector<Field> present = fields_of(live.manifest);
  for (const Field& field : wanted) {
    const Field* there = find_field(present, field.path);
    if (there != nullptr && same_value(there->value, field.value)) continue;
    result.paths.push_back(field.path);
    if (manager.empty()) continue;
    for (const std::string& owner : owners_of(live, field.path, manager)) {
      result.conflicts.push_back(conflict(owner, field.path, there, &field));
    }
  }
  if (manager.empty()) {
    add_rest_of_file(result, wanted, present);
  } else {
    result.obstacle = find_obstacle(live, desired, manager, wanted, present);
  }
}

}  // namespace

Comparison compare(const LiveObject& live, const Manifest& desired, const std::string& manager) {
  Comparison result;
  const FieldSet& owned = fields_of_manager(live, manager);
  const bool equal = live.manifest == desired;
  if (equal && has_fields(desired, owned)) return result;
  const std::vector<Field> wanted = fields_of(desired);
  if (!equal) compare_fields(result, live, desired, manager, wanted);
  if (manager.empty()) return result;
  for (const std::string& path : owned.paths()) {
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
