#include "base/text.hpp"
#include "plan/draft.hpp"

#include <fmt/format.h>

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

/// Why an object may not be written for the service that is desired, being another one's.
std::optional<Refusal> refusal_of(const Draft& draft, const ServiceName& live, const ServiceName& desired) {
  if (live.source != desired.source) {
    return Refusal{fmt::format("it is ours, but of the source {}", in_quotes(live.source)),
                   fmt::format("--rename-source {}={}", live.source, desired.source)};
  }
  if (live.scope == desired.scope) return std::nullopt;
  // Its own scope may still have the service. Only one that was read in full, and lately, has given it up.
  const std::string scope = scope_name(live).display();
  const ScopeRead* read = draft.desired->scope(scope_name(live));
  if (read != nullptr && !read->too_old.empty()) {
    return Refusal{fmt::format("it is of {}, whose snapshot is {}", scope, read->too_old), "--max-snapshot-age"};
  }
  switch (draft.desired->reading_of(scope_name(live))) {
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

void compare_to_desired(Draft& draft, const LiveObject& live, const ServiceName& service, std::size_t index) {
  const Manifest& desired = (*draft.desired)[index];
  const Comparison difference = compare(live, desired, draft.policy->manager);
  if (difference.paths.empty()) {
    ++draft.plan.unchanged;
    return;
  }
  Change change = change_to_desired(draft, live, index);
  if (auto refusal = refusal_of(draft, service, service_of(desired))) {
    hold(draft, Held::By::other_source, std::move(change), std::move(refusal->why), std::move(refusal->remedy));
  } else {
    write_or_hold(draft, std::move(change), difference);
  }
}

}  // namespace

void see_ours(Draft& draft, LiveObject&& live) {
  const auto index = draft.desired->with_key(key_of(live.manifest));
  const ServiceName service = service_of_live(draft, live);
  count(draft, live, index ? service_of((*draft.desired)[*index]) : service);
  if (index) draft.seen[*index] = 1;
  if (is_disabled(live.manifest)) {
    leave_alone(draft, live, service);
  } else if (index) {
    compare_to_desired(draft, live, service, *index);
  } else {
    draft.leftovers.push_back(std::move(live));
  }
}

void create_missing(Draft& draft) {
  for (std::size_t i = 0; i < draft.desired->size(); ++i) {
    if (draft.seen[i] != 0) continue;
    const Manifest& desired = (*draft.desired)[i];
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
