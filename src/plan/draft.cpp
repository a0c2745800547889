#include "plan/draft.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::plan {

namespace {

Precondition precondition_of(const LiveObject& live, const std::string& manager) {
  const FieldSet* owned = live.applied_by(manager);
  return {live.uid, live.resource_version, live.generation, meta_of(live.manifest).labels,
          owned != nullptr ? *owned : FieldSet()};
}

Phase phase_of(std::string_view kind, Action action) {
  const bool entry = kind == "ServiceEntry";
  if (action == Action::remove) return entry ? Phase::remove_entries : Phase::remove_workloads;
  return entry ? Phase::write_entries : Phase::add_workloads;
}

const std::string& new_name(const Draft& draft, const std::string& source) {
  const auto renamed = draft.policy->rename_source.find(source);
  return renamed == draft.policy->rename_source.end() ? source : renamed->second;
}

/// What a person would type to take the obstacle out of the way.
std::string removal_of(const Obstacle& obstacle, const ObjectKey& key) {
  return fmt::format("kubectl patch serviceentry -n {} {} --type json -p '{}'", key.nspace, key.name, obstacle.patch);
}

}  // namespace

Draft::Draft(const Desired& what, const Policy& how)
    : desired(&what), policy(&how), groups(what.groups()), seen(what.size(), 0) {
  plan.owner = how.owner;
  plan.manager = how.manager;
  for (const auto& [scope, entries] : what.entries())
    plan.scopes[{scope.source, scope.scope}].desired_entries = entries;
}

Change change_of(const Manifest& manifest, Action action, const ServiceName& service) {
  Change change;
  change.key = key_of(manifest);
  change.action = action;
  change.source = service.source;
  change.scope = service.scope;
  change.service = service.service;
  change.group = group_of(manifest);
  change.phase = phase_of(change.key.kind, action);
  return change;
}

ServiceName service_of_live(const Draft& draft, const LiveObject& live) {
  ServiceName service = service_of(live.manifest);
  service.source = new_name(draft, service.source);
  // What was there before its source was merged is the merge's.
  const bool merges = draft.desired->scope({service.source, std::string(mark::kMergedScope)}) != nullptr;
  if (merges && !is_merged(live.manifest) &&
      draft.desired->merges(scopes_of_live(draft, live).front(), service.source)) {
    service.scope = mark::kMergedScope;
  }
  return service;
}

std::vector<ScopeName> scopes_of_live(const Draft& draft, const LiveObject& live) {
  std::vector<ScopeName> scopes = scopes_of(live.manifest);
  for (ScopeName& scope : scopes) {
    std::string name = new_name(draft, scope.source);
    // A source that is merged under another name keeps its own.
    if (!draft.desired->merges_source(scope.source, name)) scope.source = std::move(name);
  }
  return scopes;
}

Reading reading_of_live(const Draft& draft, const LiveObject& live) {
  return draft.desired->reading_of(scopes_of_live(draft, live), scope_name(service_of_live(draft, live)));
}

Change change_of_live(const Draft& draft, const LiveObject& live, Action action) {
  const std::string& manager = draft.policy->manager;
  Change change = change_of(live.manifest, action, service_of_live(draft, live));
  change.before = own_part(live, manager);
  change.place = live.place;
  if (!manager.empty()) change.live = precondition_of(live, manager);
  return change;
}

Change change_to_desired(const Draft& draft, const LiveObject& live, std::size_t index) {
  const std::string& manager = draft.policy->manager;
  const Manifest& desired = (*draft.desired)[index];
  Change change = change_of(desired, Action::update, service_of(desired));
  change.before = visible_part(live, desired, manager);
  change.after = desired;
  change.place = live.place;
  if (!manager.empty()) change.live = precondition_of(live, manager);
  return change;
}

void hold(Draft& draft, Held::By by, Change change, std::string why, std::string remedy) {
  draft.plan.held.push_back({by, std::move(change), std::move(why), std::move(remedy)});
}

void write_or_hold(Draft& draft, Change change, const Comparison& difference) {
  if (difference.obstacle) {
    std::string remedy = removal_of(*difference.obstacle, change.key);
    hold(draft, Held::By::conflict, std::move(change), difference.obstacle->why, std::move(remedy));
  } else if (!difference.conflicts.empty() && !draft.policy->force_conflicts && !change.force) {
    hold(draft, Held::By::conflict, std::move(change), join(difference.conflicts, "; "), "--force-conflicts");
  } else {
    change.force = change.force || !difference.conflicts.empty();
    draft.plan.changes.push_back(std::move(change));
  }
}

}  // namespace r2i::plan
