#include "base/text.hpp"
#include "plan/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::plan {

namespace {

void count(Draft& draft, const LiveObject& live, const ServiceName& service) {
  const bool entry = std::holds_alternative<ServiceEntry>(live.manifest);
  const ScopeName scope = scope_name(service);
  Group& group = draft.groups[group_of(live.manifest)];
  group.belongs_to(scope, entry ? Group::Teller::live_entry : Group::Teller::live_workload);
  add_endpoints(group.live, live.manifest);
  ScopeCounts& counts = draft.plan.scopes[{scope.source, scope.scope}];
  if (entry) ++counts.live_entries;
}

void leave_alone(Draft& draft, const LiveObject& live, const ServiceName& service) {
  draft.plan.left_alone.push_back(key_of(live.manifest));
  draft.disabled_groups.insert(group_of(live.manifest));
  // Wherever else its service is to be, it must not be beside it.
  const auto entry = is_alias(live.manifest) ? std::nullopt : draft.desired->entry_of(service);
  if (entry) draft.disabled_groups.insert(group_of((*draft.desired)[*entry]));
}

struct Refusal {
  std::string why;
  std::string remedy;
};

/// A scope that the object is from may still have the service. Only one that was read in full, and lately, has given it
/// up.
std::optional<Refusal> refusal_by(const Draft& draft, const ScopeName& name, const ScopeName& home) {
  const std::string scope = name.display();
  const ScopeRead* read = draft.desired->scope(name);
  if (read != nullptr && !read->too_old.empty()) {
    return Refusal{fmt::format("it is of {}, whose snapshot is {}", scope, read->too_old), "--max-snapshot-age 0"};
  }
  switch (draft.desired->reading_of({name}, home)) {
    case Reading::none:
      return Refusal{fmt::format("it is of {}, which was not read", scope), "--prune-source " + scope};
    case Reading::partly:
      return Refusal{fmt::format("it is of {}, which was not read in full", scope), ""};
    case Reading::whole:
    case Reading::given_up:
      return std::nullopt;
  }
  return std::nullopt;
}

/// Why an object may not be written for the service that is desired, being another one's.
std::optional<Refusal> refusal_of(const Draft& draft, const LiveObject& live, const Manifest& desired) {
  const ServiceName service = service_of_live(draft, live);
  const std::string wanted_source = service_of(desired).source;
  if (service.source != wanted_source) {
    return Refusal{fmt::format("it is ours, but of the source {}", in_quotes(service.source)),
                   fmt::format("--rename-source {}={}", service.source, wanted_source)};
  }
  const std::vector<ScopeName> wanted_scopes = scopes_of(desired);
  for (const ScopeName& scope : scopes_of_live(draft, live)) {
    if (std::ranges::find(wanted_scopes, scope) != wanted_scopes.end()) continue;
    if (auto refusal = refusal_by(draft, scope, scope_name(service))) return refusal;
  }
  return std::nullopt;
}

void compare_to_desired(Draft& draft, const LiveObject& live, std::size_t index) {
  const Manifest& desired = (*draft.desired)[index];
  const Comparison difference = compare(live, desired, draft.policy->manager);
  if (difference.paths.empty()) {
    ++draft.plan.unchanged;
    return;
  }
  Change change = change_to_desired(draft, live, index);
  if (auto refusal = refusal_of(draft, live, desired)) {
    hold(draft, Held::By::other_source, std::move(change), std::move(refusal->why), std::move(refusal->remedy));
  } else {
    write_or_hold(draft, std::move(change), difference);
  }
}

}  // namespace

void see_ours(Draft& draft, LiveObject&& live) {
  const auto index = draft.desired->with_key_of(live.manifest);
  const ServiceName service = service_of_live(draft, live);
  count(draft, live, index ? service_of((*draft.desired)[*index]) : service);
  if (index) draft.seen[*index] = 1;
  if (is_disabled(live.manifest)) {
    leave_alone(draft, live, service);
  } else if (index) {
    compare_to_desired(draft, live, *index);
  } else {
    draft.leftovers.push_back(std::move(live));
  }
}

void see_narrowed(Draft& draft, const LiveObject& live) {
  if (const auto index = draft.desired->with_key_of(live.manifest)) {
    draft.seen[*index] = 1;
  } else if (const auto* entry = std::get_if<ServiceEntry>(&live.manifest)) {
    find_twins(draft, *entry, fmt::format("the source {}", in_quotes(service_of_live(draft, live).source)));
  }
  draft.narrowed_groups.insert(group_of(live.manifest));
}

void create_missing(Draft& draft) {
  for (std::size_t i = 0; i < draft.desired->size(); ++i) {
    if (draft.seen[i] != 0) continue;
    const Manifest& desired = (*draft.desired)[i];
    if (draft.narrowed_groups.contains(group_of(desired))) continue;
    Change change = change_of(desired, Action::create, service_of(desired));
    change.after = desired;
    const auto twin = draft.twins.find(i);
    const auto moved = draft.moved.find(i);
    if (twin != draft.twins.end()) {
      const auto& [ours, theirs, whose] = twin->second;
      hold(draft, Held::By::twin, std::move(change),
           fmt::format("{}{} has the host, too", theirs.display(), whose.empty() ? "" : " of " + whose),
           "delete that object, or --exclude the service");
    } else if (moved != draft.moved.end()) {
      hold(draft, Held::By::move, std::move(change), fmt::format("the service has {} already", moved->second.display()),
           "--allow-move");
    } else {
      draft.plan.changes.push_back(std::move(change));
    }
  }
}

}  // namespace r2i::plan
