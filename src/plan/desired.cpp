#include "plan/desired.hpp"

#include "base/order.hpp"
#include "model/list_mark.hpp"
#include "model/selector.hpp"
#include "plan/ownership.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace r2i::plan {

namespace {

template <typename Map>
std::optional<std::size_t> find_in(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

/// A service, and for several of merged sources each of them.
std::vector<ServiceName> each_of(const ServiceName& service) {
  std::vector<ServiceName> all = {service};
  if (service.scope != mark::kMergedScope) return all;
  for (std::string& name : read_list_mark(service.service))
    all.push_back({service.source, service.scope, std::move(name)});
  return all;
}

}  // namespace

Desired::Desired(Wanted wanted, const Policy& policy)
    : wanted_(std::move(wanted)), prune_sources_(policy.prune_sources) {
  bring_in_order(wanted_.objects, std::less(), order_of);
  unite_merges();
  for (std::size_t i = 0; i < wanted_.objects.size(); ++i) add(i);
  for (const ScopeRead& scope : wanted_.scopes) entry_counts_[{scope.source, scope.scope}];
  for (const std::string& host : wanted_.withheld_hosts) withheld_marks_.insert(selector_value(host));
}

/// Scopes that are merged are complete, and recent, together or not at all. Their objects are of one scope more.
void Desired::unite_merges() {
  std::map<std::string, ScopeRead> merges;
  for (const ScopeRead& scope : wanted_.scopes) {
    if (scope.merge.empty()) continue;
    const std::string name(mark::kMergedScope);
    ScopeRead& whole = merges.emplace(scope.merge, ScopeRead{scope.merge, name, true, "", scope.merge}).first->second;
    whole.complete = whole.complete && scope.complete;
    if (whole.too_old.empty()) whole.too_old = scope.too_old;
  }
  for (ScopeRead& scope : wanted_.scopes) {
    if (scope.merge.empty()) continue;
    const ScopeRead& whole = merges.at(scope.merge);
    scope.complete = whole.complete;
    scope.too_old = whole.too_old;
  }
  for (auto& [name, whole] : merges) wanted_.scopes.push_back(std::move(whole));
}

void Desired::add(std::size_t index) {
  const Manifest& object = wanted_.objects[index];
  const ServiceName service = service_of(object);
  // They come in the order of their keys, which is nearly that of what else they are found by.
  Group& group = groups_.try_emplace(groups_.end(), group_of(object))->second;
  group.belongs_to(scope_name(service), Group::Teller::desired);
  group.desired += endpoints_in(object);
  if (const auto* entry = std::get_if<ServiceEntry>(&object)) {
    for (const std::string& host : entry->hosts) hosts_.emplace(host, index);
    if (!is_alias(object)) {
      for (const ServiceName& one : each_of(service)) services_.emplace_hint(services_.end(), one, index);
    }
    ++entry_counts_[scope_name(service)];
  }
}

std::optional<std::size_t> Desired::with_key_of(const Manifest& live) const {
  const auto key = order_of(live);
  // Live objects come in this order, too: mostly it is the one found last, or the one behind it.
  for (const std::size_t likely : {last_found_, last_found_ + 1}) {
    if (likely < size() && order_of(wanted_.objects[likely]) == key) return last_found_ = likely;
  }
  const auto found = std::ranges::lower_bound(wanted_.objects, key, {}, order_of);
  if (found == wanted_.objects.end() || order_of(*found) != key) return std::nullopt;
  return last_found_ = static_cast<std::size_t>(found - wanted_.objects.begin());
}

std::optional<std::size_t> Desired::with_host(const std::string& host) const {
  return find_in(hosts_, host);
}

std::optional<std::size_t> Desired::entry_of(const ServiceName& service) const {
  for (const ServiceName& one : each_of(service)) {
    if (const auto found = find_in(services_, one)) return found;
  }
  return std::nullopt;
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

Reading Desired::reading_of(const std::vector<ScopeName>& scopes, const ScopeName& home) const {
  const Reading of_home = scope(home) == nullptr ? reading_of(home) : Reading::none;
  std::set<Reading> found;
  for (const ScopeName& one : scopes) {
    const Reading reading = reading_of(one);
    found.insert(reading == Reading::none ? of_home : reading);
  }
  for (const Reading reading : {Reading::none, Reading::partly, Reading::whole}) {
    if (found.contains(reading)) return reading;
  }
  return Reading::given_up;
}

bool Desired::merges(const ScopeName& name, const std::string& merge) const {
  const ScopeRead* read = scope(name);
  return read != nullptr && !merge.empty() && read->merge == merge;
}

bool Desired::merges_source(const std::string& source, const std::string& merge) const {
  return std::ranges::any_of(wanted_.scopes, [&](const ScopeRead& one) {
    return one.source == source && one.merge == merge && one.scope != mark::kMergedScope;
  });
}

bool Desired::withholds(const Manifest& live, const ServiceName& service) const {
  return withheld_marks_.contains(host_mark(live)) ||
         std::ranges::any_of(each_of(service), [&](const ServiceName& one) {
           return std::ranges::binary_search(wanted_.withheld_services, one);
         });
}

}  // namespace r2i::plan
