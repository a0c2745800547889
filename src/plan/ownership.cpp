#include "plan/ownership.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/list_mark.hpp"
#include "model/selector.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::plan {

namespace {

std::string value_of(const Pairs& pairs, std::string_view key) {
  return std::string(find_value(pairs, key).value_or(std::string_view()));
}

}  // namespace

Standing standing_of(const LiveObject& live, const Policy& policy) {
  const std::string owner = value_of(meta_of(live.manifest).labels, mark::kOwner);
  if (is_ours(live, policy.owner, policy.manager)) return Standing::ours;
  return owner.empty() || owner == policy.owner ? Standing::foreign : Standing::other_owner;
}

bool is_ours(const LiveObject& live, const std::string& owner, const std::string& manager) {
  const bool marked = value_of(meta_of(live.manifest).labels, mark::kOwner) == owner;
  return marked && (manager.empty() || live.applied_by(manager) != nullptr);
}

void OwnerSet::add(const ObjectKey& key, const LiveObject& live) {
  lines_.push_back(fmt::format("{} {} {}", key.display(), live.uid, live.generation));
}

std::string OwnerSet::fingerprint() {
  constexpr std::size_t kDigits = 32;
  std::ranges::sort(lines_);
  return short_hash(join(lines_, "\n"), kDigits);
}

std::string managers_of(const LiveObject& live, const std::string& but) {
  std::vector<std::string> names;
  for (const FieldManager& manager : live.managers) {
    if (manager.subresource.empty() && manager.name != but) names.push_back(manager.name);
  }
  std::ranges::sort(names);
  const auto twins = std::ranges::unique(names);
  names.erase(twins.begin(), twins.end());
  return join(names, ", ");
}

bool is_alias(const Manifest& manifest) {
  return find_value(meta_of(manifest).annotations, mark::kAliasOf).has_value();
}

bool is_disabled(const Manifest& manifest) {
  const ObjectMeta& meta = meta_of(manifest);
  return value_of(meta.annotations, mark::kReconcile) == mark::kDisabled ||
         value_of(meta.labels, mark::kReconcile) == mark::kDisabled;
}

ServiceName service_of(const Manifest& manifest) {
  const ObjectMeta& meta = meta_of(manifest);
  ServiceName service{value_of(meta.labels, mark::kSource), value_of(meta.annotations, mark::kScope),
                      value_of(meta.annotations, mark::kService)};
  if (service.service.empty()) {
    // The annotation is left out where the host begins with the name, which then has no dot.
    const auto* entry = std::get_if<ServiceEntry>(&manifest);
    const std::string host = entry != nullptr && !entry->hosts.empty() ? entry->hosts.front() : host_mark(manifest);
    service.service = host.substr(0, host.find('.'));
  }
  return service;
}

bool is_merged(const Manifest& manifest) {
  return find_value(meta_of(manifest).annotations, mark::kMergedFrom).has_value();
}

std::vector<ScopeName> scopes_of(const Manifest& manifest) {
  const ObjectMeta& meta = meta_of(manifest);
  const auto mark = find_value(meta.annotations, mark::kMergedFrom);
  if (!mark) return {{value_of(meta.labels, mark::kSource), value_of(meta.annotations, mark::kScope)}};
  std::vector<ScopeName> scopes;
  for (const std::string& text : read_list_mark(*mark)) {
    const auto slash = text.find('/');
    scopes.push_back({text.substr(0, slash), slash == std::string::npos ? "" : text.substr(slash + 1)});
  }
  return scopes;
}

std::vector<std::string> names_of(const Manifest& manifest) {
  const std::string name = service_of(manifest).service;
  return is_merged(manifest) ? read_list_mark(name) : std::vector{name};
}

std::string host_mark(const Manifest& manifest) {
  if (const auto* entry = std::get_if<ServiceEntry>(&manifest)) {
    return entry->hosts.empty() ? "" : selector_value(entry->hosts.front());
  }
  return value_of(meta_of(manifest).labels, mark::kHost);
}

std::string group_of(const Manifest& manifest) {
  return meta_of(manifest).nspace + "/" + host_mark(manifest);
}

std::size_t endpoints_in(const Manifest& manifest) {
  const auto* entry = std::get_if<ServiceEntry>(&manifest);
  return entry != nullptr ? entry->endpoints.size() : 1;
}

void add_endpoints(EndpointCount& count, const Manifest& manifest) {
  (std::holds_alternative<ServiceEntry>(manifest) ? count.inside : count.workloads) += endpoints_in(manifest);
}

}  // namespace r2i::plan
