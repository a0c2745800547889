#include "plan/desired.hpp"

#include "model/selector.hpp"
#include "plan/ownership.hpp"

#include <algorithm>
#include <utility>

namespace r2i::plan {

namespace {

template <typename Map>
std::optional<std::size_t> find_in(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Desired::Desired(Wanted wanted, const Policy& policy)
    : wanted_(std::move(wanted)), prune_sources_(policy.prune_sources) {
  for (std::size_t i = 0; i < wanted_.objects.size(); ++i) add(i);
  for (const ScopeRead& scope : wanted_.scopes) entry_counts_[{scope.source, scope.scope}];
  for (const std::string& host : wanted_.withheld_hosts) withheld_marks_.insert(selector_value(host));
}

void Desired::add(std::size_t index) {
  const Manifest& object = wanted_.objects[index];
  const ServiceName service = service_of(object);
  keys_.emplace(key_of(object), index);
  Group& group = groups_[group_of(object)];
  group.belongs_to(scope_name(service), Group::Teller::desired);
  group.desired += endpoints_in(object);
  if (const auto* entry = std::get_if<ServiceEntry>(&object)) {
    for (const std::string& host : entry->hosts) hosts_.emplace(host, index);
    if (!is_alias(object)) services_.emplace(service, index);
    ++entry_counts_[scope_name(service)];
  }
}

std::optional<std::size_t> Desired::with_key(const ObjectKey& key) const {
  return find_in(keys_, key);
}

std::optional<std::size_t> Desired::with_host(const std::string& host) const {
  return find_in(hosts_, host);
}

std::optional<std::size_t> Desired::entry_of(const ServiceName& service) const {
  return find_in(services_, service);
}

const ScopeRead* Desired::scope(const ScopeName& name) const {
  const auto read = std::ranges::find_if(
      wanted_.scopes, [&](const ScopeRead& one) { return one.source == name.source && one.scope == name.scope; });
  return read == wanted_.scopes.end() ? nullptr : &*read;
}

Reading Desired::reading_of(const ScopeName& name) const {
  if (const ScopeRead* read = scope(name)) return read->complete ? Reading::whole : Reading::partly;
  const bool named = prune_sources_.contains(name.source) || prune_sources_.contains(name.display());
  if (!named) return Reading::none;
  // What could not be read may be just this: only a snapshot itself tells whose it is, only a list which scopes there
  // are.
  return std::ranges::all_of(wanted_.scopes, &ScopeRead::complete) ? Reading::given_up : Reading::partly;
}

bool Desired::withholds(const Manifest& live, const ServiceName& service) const {
  return std::ranges::binary_search(wanted_.withheld_services, service) || withheld_marks_.contains(host_mark(live));
}

}  // namespace r2i::plan
