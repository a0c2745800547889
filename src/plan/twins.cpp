#include "plan/draft.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace r2i::plan {

namespace {

/// Where an entry can be seen, by its exportTo.
struct Audience {
  bool everywhere = false;
  std::set<std::string> namespaces;

  [[nodiscard]] bool empty() const { return !everywhere && namespaces.empty(); }
};

Audience audience_of(const ServiceEntry& entry) {
  Audience audience;
  audience.everywhere = entry.export_to.empty();
  for (const std::string& to : entry.export_to) {
    if (to == "*") {
      audience.everywhere = true;
    } else if (to != "~") {
      audience.namespaces.insert(to == "." ? entry.meta.nspace : to);
    }
  }
  return audience;
}

bool meet(const Audience& a, const Audience& b) {
  if (a.empty() || b.empty()) return false;
  if (a.everywhere || b.everywhere) return true;
  return std::ranges::any_of(a.namespaces, [&](const std::string& one) { return b.namespaces.contains(one); });
}

}  // namespace

void find_twins(Draft& draft, const ServiceEntry& entry, const std::string& whose) {
  std::set<std::size_t> told;
  for (const std::string& host : entry.hosts) {
    const auto index = draft.desired->with_host(host);
    if (!index || !told.insert(*index).second) continue;
    const Manifest& ours = (*draft.desired)[*index];
    if (!meet(audience_of(std::get<ServiceEntry>(ours)), audience_of(entry))) continue;
    Twin twin{key_of(ours), key_of(entry), whose};
    const auto [at, is_new] = draft.twins.emplace(*index, twin);
    // Which of several twins is the reason must not depend on the order in which they come.
    if (!is_new && twin.theirs < at->second.theirs) at->second = twin;
    draft.plan.twins.push_back(std::move(twin));
  }
}

}  // namespace r2i::plan
