#include "plan/planner.hpp"

#include "plan/compare.hpp"
#include "plan/draft.hpp"
#include "plan/gone.hpp"
#include "plan/ownership.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "model/name_filter.hpp"
#include "model/selector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
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

/// Whether an entry of another namespace shows its hosts here at all.
bool is_visible_from(const LiveObject& live, const std::string& nspace) {
  const auto& entry = std::get<ServiceEntry>(live.manifest);
  if (entry.meta.nspace == nspace || entry.export_to.empty()) return true;
  return std::ranges::any_of(entry.export_to, [&](const std::string& to) { return to == "*" || to == nspace; });
}

}  // namespace

class Planner::Impl {
 public:
  Impl(Wanted wanted, Policy policy);
  void see(LiveObject&& live);
  void restart();
  Plan finish();

 private:
  /// What becomes of a live object that nothing desired has the key of.
  enum class Fate { unread, kept, moved, stays_in_group, gone };

  [[nodiscard]] bool is_out_of_scope(const ServiceName& service) const { return !!names_.refusal(service.service); }
  [[nodiscard]] ServiceName service_of_live(const LiveObject& live) const;
  Change change_of(const Manifest& manifest, Action action, const ServiceName& service) const;
  Change change_of_live(const LiveObject& live, Action action) const;
  void hold(Held::By by, Change change, std::string why, std::string remedy);
  void write_or_hold(Change change, const std::vector<std::string>& conflicts);

  void see_ours(LiveObject&& live);
  void see_other(LiveObject&& live, Standing standing);
  void see_twin(const LiveObject& live);
  void compare_ours(std::size_t index, const LiveObject& live);
  void adopt(std::size_t index, const LiveObject& live);
  void create_missing();
  [[nodiscard]] bool is_withheld(const LiveObject& live, const ServiceName& service) const;
  [[nodiscard]] const std::size_t* desired_entry_of(const ServiceName& service) const;
  Fate fate_of(const LiveObject& live, const ServiceName& service) const;
  void settle_leftover(LiveObject&& live);
  void settle_gone(const LiveObject& live);
  void settle_moved(const LiveObject& live, std::size_t target);
  void hold_creation(std::size_t index, Held::By by, const std::string& why, const std::string& remedy);

  Wanted wanted_;
  const Policy policy_;
  const NameFilter names_;
  std::map<ObjectKey, std::size_t> index_;              ///< of what is desired
  std::unordered_map<std::string, std::size_t> hosts_;  ///< desired host → its ServiceEntry
  std::map<ServiceName, std::size_t> entries_;          ///< service → its desired ServiceEntry
  std::map<std::string, Group> desired_groups_;
  std::set<std::string> withheld_marks_;  ///< of hosts whose services are listed, but not written
  std::map<std::pair<std::string, std::string>, std::size_t> desired_entries_;  ///< ServiceEntries of each scope

  // What seeing changes; restart() forgets it.
  Draft draft_;
  std::vector<char> seen_;
  std::vector<LiveObject> leftovers_;
  std::map<std::size_t, Twin> twins_of_new_;
  OwnerSet set_;
};

Planner::Impl::Impl(Wanted wanted, Policy policy)
    : wanted_(std::move(wanted)), policy_(std::move(policy)), names_(policy_.names) {
  for (std::size_t i = 0; i < wanted_.objects.size(); ++i) {
    const Manifest& object = wanted_.objects[i];
    const ServiceName service = service_of(object);
    index_.emplace(key_of(object), i);
    Group& group = desired_groups_[group_of(object)];
    group.service = service;
    group.desired_endpoints += endpoints_in(object);
    if (const auto* entry = std::get_if<ServiceEntry>(&object)) {
      for (const std::string& host : entry->hosts) hosts_.emplace(host, i);
      entries_.emplace(service, i);
      ++desired_entries_[{service.source, service.scope}];
    }
  }
  for (const std::string& host : wanted_.withheld_hosts) withheld_marks_.insert(selector_value(host));
  restart();
}

void Planner::Impl::restart() {
  draft_ = {};
  draft_.plan.owner = policy_.owner;
  draft_.plan.manager = policy_.manager;
  draft_.groups = desired_groups_;
  for (const auto& [scope, entries] : desired_entries_) draft_.plan.scopes[scope].desired_entries = entries;
  for (const ScopeRead& scope : wanted_.scopes) draft_.plan.scopes[{scope.source, scope.scope}];
  seen_.assign(wanted_.objects.size(), 0);
  leftovers_.clear();
  twins_of_new_.clear();
  set_ = {};
}

ServiceName Planner::Impl::service_of_live(const LiveObject& live) const {
  ServiceName service = service_of(live.manifest);
  const auto renamed = policy_.rename_source.find(service.source);
  if (renamed != policy_.rename_source.end()) service.source = renamed->second;
  return service;
}

Change Planner::Impl::change_of(const Manifest& manifest, Action action, const ServiceName& service) const {
  Change change;
  change.key = key_of(manifest);
  change.action = action;
  std::tie(change.source, change.scope, change.service) = std::tie(service.source, service.scope, service.service);
  change.group = group_of(manifest);
  change.phase = phase_of(change.key.kind, action);
  return change;
}

Change Planner::Impl::change_of_live(const LiveObject& live, Action action) const {
  Change change = change_of(live.manifest, action, service_of_live(live));
  change.place = live.place;
  if (!live.uid.empty()) change.live = precondition_of(live, policy_.manager);
  return change;
}

void Planner::Impl::hold(Held::By by, Change change, std::string why, std::string remedy) {
  draft_.plan.held.push_back({by, std::move(change), std::move(why), std::move(remedy)});
}

void Planner::Impl::see(LiveObject&& live) {
  const Standing standing = standing_of(live, policy_);
  if (standing == Standing::ours) {
    see_ours(std::move(live));
  } else {
    see_other(std::move(live), standing);
  }
}

void Planner::Impl::see_ours(LiveObject&& live) {
  const ServiceName service = service_of_live(live);
  const ObjectKey key = key_of(live.manifest);
  set_.add(key, live);
  if (is_out_of_scope(service)) return;

  ScopeCounts& scope = draft_.plan.scopes[{service.source, service.scope}];
  if (key.kind == "ServiceEntry") ++scope.live_entries;
  scope.live_endpoints += endpoints_in(live.manifest);
  const std::string group_name = group_of(live.manifest);
  Group& group = draft_.groups[group_name];
  if (group.service.source.empty()) group.service = service;
  group.live_endpoints += endpoints_in(live.manifest);

  const auto found = index_.find(key);
  if (found != index_.end()) seen_[found->second] = 1;
  if (is_disabled(live.manifest)) {
    draft_.plan.left_alone.push_back(key);
    draft_.disabled_groups.push_back(group_name);
  } else if (found != index_.end()) {
    compare_ours(found->second, live);
  } else {
    leftovers_.push_back(std::move(live));
  }
}

void Planner::Impl::compare_ours(std::size_t index, const LiveObject& live) {
  const Manifest& desired = wanted_.objects[index];
  const Comparison difference = compare(live, desired, policy_.manager);
  const std::string source = service_of_live(live).source;
  const std::string wanted_source = service_of(desired).source;
  if (difference.paths.empty()) {
    ++draft_.plan.unchanged;
    return;
  }
  Change change = change_of_live(live, Action::update);
  std::tie(change.source, change.scope, change.service) = [&] {
    const ServiceName service = service_of(desired);
    return std::tuple(service.source, service.scope, service.service);
  }();
  change.before = visible_part(live, desired, policy_.manager);
  change.after = desired;
  if (source != wanted_source) {
    hold(Held::By::other_source, std::move(change), fmt::format("it is ours, but of the source {}", in_quotes(source)),
         fmt::format("--rename-source {}={}", source, wanted_source));
  } else {
    write_or_hold(std::move(change), difference.conflicts);
  }
}

/// What others own with other values is taken over with --force-conflicts alone.
void Planner::Impl::write_or_hold(Change change, const std::vector<std::string>& conflicts) {
  if (!conflicts.empty() && !policy_.force_conflicts) {
    hold(Held::By::conflict, std::move(change), join(conflicts, "; "), "--force-conflicts");
    return;
  }
  change.force = !conflicts.empty();
  draft_.plan.changes.push_back(std::move(change));
}

void Planner::Impl::see_other(LiveObject&& live, Standing standing) {
  const auto found = index_.find(key_of(live.manifest));
  if (found == index_.end()) {
    see_twin(live);
    return;
  }
  const std::size_t index = found->second;
  seen_[index] = 1;
  if (is_disabled(live.manifest)) {
    draft_.plan.left_alone.push_back(found->first);
    draft_.disabled_groups.push_back(group_of(wanted_.objects[index]));
  } else if (standing == Standing::other_owner || !policy_.adopt) {
    Change change = change_of_live(live, Action::update);
    const ServiceName service = service_of(wanted_.objects[index]);
    std::tie(change.source, change.scope, change.service) = std::tie(service.source, service.scope, service.service);
    change.group = group_of(wanted_.objects[index]);
    change.before = visible_part(live, wanted_.objects[index], policy_.manager);
    change.after = wanted_.objects[index];
    if (standing == Standing::other_owner) {
      const auto owner = find_value(meta_of(live.manifest).labels, mark::kOwner).value_or("");
      hold(Held::By::other_owner, std::move(change), fmt::format("it belongs to the owner {}", in_quotes(owner)), "");
    } else {
      const std::string managers = managers_of(live, policy_.manager);
      hold(Held::By::foreign, std::move(change),
           managers.empty() ? "it is not ours" : fmt::format("it is not ours, but {}'s", managers), "--adopt");
    }
  } else {
    adopt(index, live);
  }
}

void Planner::Impl::see_twin(const LiveObject& live) {
  const auto* entry = std::get_if<ServiceEntry>(&live.manifest);
  if (entry == nullptr) return;
  for (const std::string& host : entry->hosts) {
    const auto found = hosts_.find(host);
    if (found == hosts_.end()) continue;
    const Manifest& ours = wanted_.objects[found->second];
    if (!is_visible_from(live, meta_of(ours).nspace)) continue;
    Twin twin{key_of(ours), key_of(live.manifest), managers_of(live)};
    // Which of several twins is told must not depend on the order in which they come.
    const auto [at, is_new] = twins_of_new_.emplace(found->second, twin);
    if (!is_new && twin.theirs < at->second.theirs) at->second = twin;
    draft_.plan.twins.push_back(std::move(twin));
    return;
  }
}

void Planner::Impl::adopt(std::size_t index, const LiveObject& live) {
  const Manifest& desired = wanted_.objects[index];
  const ServiceName service = service_of(desired);
  Change change = change_of_live(live, Action::update);
  std::tie(change.source, change.scope, change.service) = std::tie(service.source, service.scope, service.service);
  change.group = group_of(desired);
  change.before = visible_part(live, desired, policy_.manager);
  change.after = desired;
  change.force = true;
  const std::string managers = managers_of(live, policy_.manager);
  change.note = managers.empty() ? "adopted" : fmt::format("adopted: was {}'s", managers);
  draft_.groups[change.group].live_endpoints += endpoints_in(live.manifest);
  draft_.plan.scopes[{change.source, change.scope}].live_endpoints += endpoints_in(live.manifest);
  draft_.plan.changes.push_back(std::move(change));
}

void Planner::Impl::create_missing() {
  for (std::size_t i = 0; i < wanted_.objects.size(); ++i) {
    if (seen_[i] != 0) continue;
    Change change = change_of(wanted_.objects[i], Action::create, service_of(wanted_.objects[i]));
    change.after = wanted_.objects[i];
    const auto twin = twins_of_new_.find(i);
    if (twin == twins_of_new_.end()) {
      draft_.plan.changes.push_back(std::move(change));
      continue;
    }
    const Twin& other = twin->second;
    hold(Held::By::twin, std::move(change),
         fmt::format("{}{} has the host, too", other.theirs.display(),
                     other.managers.empty() ? "" : fmt::format(" of {}", other.managers)),
         "delete that object, or --exclude the service");
  }
}

bool Planner::Impl::is_withheld(const LiveObject& live, const ServiceName& service) const {
  if (std::ranges::binary_search(wanted_.withheld_services, service)) return true;
  const std::string group = group_of(live.manifest);
  return withheld_marks_.contains(group.substr(group.find('/') + 1));
}

const std::size_t* Planner::Impl::desired_entry_of(const ServiceName& service) const {
  const auto found = entries_.find(service);
  return found == entries_.end() ? nullptr : &found->second;
}

Planner::Impl::Fate Planner::Impl::fate_of(const LiveObject& live, const ServiceName& service) const {
  const Reading reading = reading_of(service.source, service.scope, wanted_.scopes, policy_);
  if (reading == Reading::none) return Fate::unread;
  if (is_withheld(live, service)) return Fate::kept;
  const bool workload = std::holds_alternative<WorkloadEntry>(live.manifest);
  if (workload && desired_groups_.contains(group_of(live.manifest))) return Fate::stays_in_group;
  if (desired_entry_of(service) != nullptr) return Fate::moved;
  return reading == Reading::partly ? Fate::kept : Fate::gone;
}

void Planner::Impl::settle_leftover(LiveObject&& live) {
  const ServiceName service = service_of_live(live);
  const Fate fate = fate_of(live, service);
  Group& group = draft_.groups[group_of(live.manifest)];
  switch (fate) {
    case Fate::unread:
      group.stays_as_it_is = true;
      break;
    case Fate::kept:
      group.stays_as_it_is = true;
      draft_.plan.kept.push_back(key_of(live.manifest));
      break;
    case Fate::moved:
      group.stays_as_it_is = true;
      settle_moved(live, *desired_entry_of(service));
      break;
    case Fate::stays_in_group: {
      Change change = change_of_live(live, Action::remove);
      change.before = own_part(live, policy_.manager);
      draft_.plan.changes.push_back(std::move(change));
      break;
    }
    case Fate::gone:
      settle_gone(live);
      break;
  }
}

void Planner::Impl::settle_gone(const LiveObject& live) {
  const bool workload = std::holds_alternative<WorkloadEntry>(live.manifest);
  if (workload || policy_.manager.empty()) {
    Change change = change_of_live(live, Action::remove);
    change.before = own_part(live, policy_.manager);
    change.note = workload ? "" : "its service is gone";
    draft_.plan.changes.push_back(std::move(change));
    return;
  }
  const auto since = gone_since(live.manifest);
  if (!since || *since > policy_.now) {
    Change change = change_of_live(live, Action::empty);
    change.before = own_part(live, policy_.manager);
    change.after = emptied(own_part(live, policy_.manager), policy_.now);
    change.note = "its service is gone";
    const auto conflicts = compare(live, *change.after, policy_.manager).conflicts;
    write_or_hold(std::move(change), conflicts);
    return;
  }
  // With workloads left it is not empty, whatever its mark says: they go first.
  const bool is_empty = draft_.groups[group_of(live.manifest)].live_endpoints == 0;
  if (!is_empty || policy_.now - *since < policy_.prune_after) {
    ++draft_.plan.unchanged;
    return;
  }
  if (!policy_.prune) {
    draft_.plan.prunable.push_back(key_of(live.manifest));
    return;
  }
  Change change = change_of_live(live, Action::remove);
  change.before = own_part(live, policy_.manager);
  change.note = fmt::format("its service is gone since {}", timestamp(*since));
  draft_.plan.changes.push_back(std::move(change));
}

void Planner::Impl::settle_moved(const LiveObject& live, std::size_t target) {
  const Manifest& desired = wanted_.objects[target];
  Change change = change_of_live(live, Action::remove);
  change.before = own_part(live, policy_.manager);
  change.note = "moved to " + key_of(desired).display();
  if (policy_.allow_move) {
    // It goes once the new one is there.
    change.group = group_of(desired);
    draft_.moves.insert(change.key);
    draft_.plan.changes.push_back(std::move(change));
    return;
  }
  if (std::holds_alternative<ServiceEntry>(live.manifest) && seen_[target] == 0) {
    hold_creation(target, Held::By::move, fmt::format("the service has {} already", change.key.display()),
                  "--allow-move");
  }
  hold(Held::By::move, std::move(change), fmt::format("the service is now {}", key_of(desired).display()),
       "--allow-move");
}

/// Takes the creation of a desired object out of the changes.
void Planner::Impl::hold_creation(std::size_t index, Held::By by, const std::string& why, const std::string& remedy) {
  auto& changes = draft_.plan.changes;
  const ObjectKey key = key_of(wanted_.objects[index]);
  const auto found =
      std::ranges::find_if(changes, [&](const Change& c) { return c.key == key && c.action == Action::create; });
  if (found == changes.end()) return;
  hold(by, std::move(*found), why, remedy);
  changes.erase(found);
}

Plan Planner::Impl::finish() {
  create_missing();
  std::ranges::sort(leftovers_, {}, [](const LiveObject& live) { return key_of(live.manifest); });
  for (LiveObject& live : leftovers_) settle_leftover(std::move(live));
  leftovers_.clear();
  settle_dependencies(draft_);
  apply_guards(draft_, wanted_.scopes, policy_);

  Plan& plan = draft_.plan;
  std::ranges::sort(plan.changes, {}, [](const Change& c) { return std::tie(c.phase, c.key); });
  std::ranges::sort(plan.held, {}, [](const Held& h) { return std::tie(h.change.key, h.by, h.change.action); });
  std::ranges::sort(plan.twins, {}, [](const Twin& t) { return std::tie(t.ours, t.theirs); });
  for (auto* keys : {&plan.left_alone, &plan.kept, &plan.prunable}) std::ranges::sort(*keys);
  plan.fingerprint = set_.fingerprint();
  return std::move(plan);
}

Planner::Planner(Wanted wanted, Policy policy) : impl_(std::make_unique<Impl>(std::move(wanted), std::move(policy))) {}
Planner::~Planner() = default;

void Planner::object(LiveObject&& live) {
  impl_->see(std::move(live));
}

void Planner::restart() {
  impl_->restart();
}

Plan Planner::finish() {
  return impl_->finish();
}

}  // namespace r2i::plan
