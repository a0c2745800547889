#include "base/natural_order.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "model/list_mark.hpp"
#include "plan/draft.hpp"
#include "plan/gone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::plan {

namespace {

/// What becomes of a live object that nothing desired has the key of.
enum class Fate {
  unread,          ///< its scope was not read
  kept,            ///< its scope, or its service, was not read in full
  moved,           ///< its service is desired under another name or in another namespace
  stays_in_group,  ///< an endpoint of a service that stays
  gone,
};

Fate fate_of(const Draft& draft, const LiveObject& live, const ServiceName& service) {
  const Desired& desired = *draft.desired;
  const Reading reading = reading_of_live(draft, live);
  if (reading == Reading::none) return Fate::unread;
  if (desired.withholds(live.manifest, service)) return Fate::kept;
  const auto group = desired.groups().find(group_of(live.manifest));
  if (group != desired.groups().end() && std::holds_alternative<WorkloadEntry>(live.manifest)) {
    const bool was_read = reading != Reading::partly || group->second.scope == scope_name(service);
    return was_read ? Fate::stays_in_group : Fate::kept;
  }
  // An alias that is not wanted any more is gone; nothing has taken its place.
  if (!is_alias(live.manifest) && desired.entry_of(service)) return Fate::moved;
  return reading == Reading::partly ? Fate::kept : Fate::gone;
}

void set(Pairs& pairs, std::string_view key, std::string value) {
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == key; });
  pairs.emplace_back(key, std::move(value));
  sort_keys(pairs);
}

/// What an object of a renamed source is to be: the same, of the new one. Or else it would be left alone from the day
/// on which the old name is not given any more.
Manifest with_home(Manifest manifest, const ServiceName& service, const std::vector<ScopeName>& scopes) {
  const std::vector<std::string> names = names_of(manifest);
  auto& meta = std::visit([](auto& object) -> ObjectMeta& { return object.meta; }, manifest);
  set(meta.labels, mark::kSource, service.source);
  if (service.scope != mark::kMergedScope) return manifest;
  std::vector<std::string> texts;
  for (const ScopeName& scope : scopes) texts.push_back(scope.display());
  set(meta.annotations, mark::kMergedFrom, list_mark(std::move(texts)));
  set(meta.annotations, mark::kScope, std::string(mark::kMergedScope));
  if (find_value(meta.annotations, mark::kService)) set(meta.annotations, mark::kService, list_mark(names));
  return manifest;
}

void remove(Draft& draft, const LiveObject& live, std::string note) {
  Change change = change_of_live(draft, live, Action::remove);
  change.note = std::move(note);
  draft.plan.changes.push_back(std::move(change));
}

void rewrite(Draft& draft, const LiveObject& live, Action action, Manifest after) {
  Change change = change_of_live(draft, live, action);
  change.note = "its service is gone";
  change.after = std::move(after);
  const Comparison difference = compare(live, *change.after, draft.policy->manager);
  write_or_hold(draft, std::move(change), difference);
}

/// Whether the entry is emptied before it goes. A file has no need of that; one that a cluster's objects were printed
/// into has such entries nevertheless.
bool is_emptied_first(const LiveObject& live, const Policy& policy) {
  const auto since = gone_since(live.manifest);
  return !policy.manager.empty() || (since && *since <= policy.now);
}

/// A ServiceEntry in a cluster: emptied first, deleted later.
void settle_gone_entry(Draft& draft, const LiveObject& live, const ServiceName& service) {
  const Policy& policy = *draft.policy;
  Manifest rest = own_part(live, policy.manager);
  const bool renamed = service_of(live.manifest).source != service.source;
  if (renamed) rest = with_home(std::move(rest), service, scopes_of_live(draft, live));
  const auto since = gone_since(live.manifest);
  // With workloads left it is not empty, whatever its mark says: they go first.
  const bool is_empty = draft.groups[group_of(live.manifest)].live.workloads == 0;
  if (!since || *since > policy.now) {
    rewrite(draft, live, Action::empty, emptied(std::move(rest), policy.now));
  } else if (is_empty && policy.prune && policy.now - *since >= policy.prune_after) {
    remove(draft, live, fmt::format("its service is gone since {}", timestamp(*since)));
  } else if (renamed) {
    rewrite(draft, live, Action::update, std::move(rest));
  } else if (is_empty && policy.now - *since >= policy.prune_after) {
    draft.plan.prunable.push_back(key_of(live.manifest));
  } else {
    ++draft.plan.unchanged;
  }
}

void settle_moved(Draft& draft, const LiveObject& live, std::size_t target) {
  const Manifest& desired = (*draft.desired)[target];
  Change change = change_of_live(draft, live, Action::remove);
  change.note = "moved to " + key_of(desired).display();
  add_endpoints(draft.groups[change.group].staying, live.manifest);
  if (draft.policy->allow_move) {
    // It goes once the new one is there, and what gets lost on the way is the new one's loss.
    change.group = group_of(desired);
    add_endpoints(draft.groups[change.group].moving_in, live.manifest);
    draft.moves.insert(change.key);
    draft.plan.changes.push_back(std::move(change));
    return;
  }
  if (std::holds_alternative<ServiceEntry>(live.manifest)) draft.moved.emplace(target, change.key);
  hold(draft, Held::By::move, std::move(change), fmt::format("the service is now {}", key_of(desired).display()),
       "--allow-move");
}

void settle(Draft& draft, const LiveObject& live) {
  const ServiceName service = service_of_live(draft, live);
  const Fate fate = fate_of(draft, live, service);
  const auto* entry = std::get_if<ServiceEntry>(&live.manifest);
  if (entry != nullptr && fate != Fate::moved) {
    find_twins(draft, *entry, fmt::format("the source {}", in_quotes(service.source)));
  }
  switch (fate) {
    case Fate::kept:
      draft.plan.kept.push_back(key_of(live.manifest));
      [[fallthrough]];
    case Fate::unread:
      add_endpoints(draft.groups[group_of(live.manifest)].staying, live.manifest);
      break;
    case Fate::moved:
      settle_moved(draft, live, *draft.desired->entry_of(service));
      break;
    case Fate::stays_in_group:
      remove(draft, live, "");
      break;
    case Fate::gone:
      if (entry != nullptr && is_emptied_first(live, *draft.policy)) {
        settle_gone_entry(draft, live, service);
      } else {
        remove(draft, live, entry != nullptr ? "its service is gone" : "");
      }
      break;
  }
}

}  // namespace

void settle_leftovers(Draft& draft) {
  std::ranges::sort(draft.leftovers, {}, [](const LiveObject& live) { return key_of(live.manifest); });
  for (const LiveObject& live : draft.leftovers) settle(draft, live);
  draft.leftovers.clear();
}

}  // namespace r2i::plan
