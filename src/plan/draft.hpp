#pragma once

#include "model/live_object.hpp"
#include "plan/compare.hpp"
#include "plan/desired.hpp"
#include "plan/ownership.hpp"
#include "plan/plan.hpp"
#include "plan/planner.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace r2i::plan {

/// A plan on its way: what the fold found, before dependencies and guards take changes out of it.
struct Draft {
  /// Both must outlive it.
  Draft(const Desired& what, const Policy& how);

  const Desired* desired;
  const Policy* policy;
  Plan plan;
  std::map<std::string, Group> groups;
  std::vector<char> seen;                  ///< of what is desired: whether a live object has its key
  std::vector<LiveObject> leftovers;       ///< of ours, in scope, that nothing desired has the key of
  std::map<std::size_t, Twin> twins;       ///< of desired entries: the first of their twins by key
  std::map<std::size_t, ObjectKey> moved;  ///< of desired entries: where their service lives already
  std::set<std::string> disabled_groups;   ///< out of our hands
  std::set<std::string> narrowed_groups;   ///< of merged sources, some of whose services this run does not look at
  std::set<ObjectKey> moves;               ///< deletions of what lives on elsewhere
};

// What can become of an object.

Change change_of(const Manifest& manifest, Action action, const ServiceName& service);
/// The service that a live object of ours is for, by the new name of its source.
ServiceName service_of_live(const Draft& draft, const LiveObject& live);
/// The scopes that the service of a live object of ours is from, by the new names of their sources.
std::vector<ScopeName> scopes_of_live(const Draft& draft, const LiveObject& live);
/// How those were read, together.
Reading reading_of_live(const Draft& draft, const LiveObject& live);
Change change_of_live(const Draft& draft, const LiveObject& live, Action action);
/// The change that makes a live object the desired one. It counts for the service that is desired.
Change change_to_desired(const Draft& draft, const LiveObject& live, std::size_t index);
void hold(Draft& draft, Held::By by, Change change, std::string why, std::string remedy);
/// Keeps the change, or holds it where others own fields with other values. `difference` is that of the live object to
/// what it is to be.
void write_or_hold(Draft& draft, Change change, const Comparison& difference);
/// Tells of the desired entries that have a host of this one, where both can be seen. `whose` is for messages.
void find_twins(Draft& draft, const ServiceEntry& entry, const std::string& whose);

// The steps of a plan, in their order.

/// An object that is ours and in scope.
void see_ours(Draft& draft, LiveObject&& live);
/// An object of merged sources that this run looks at in part: it is out of scope, and so is what is desired for it.
void see_narrowed(Draft& draft, const LiveObject& live);
/// An object that is not ours: it may have a name or a host that we want, or be adopted.
void see_foreign(Draft& draft, const LiveObject& live, Standing standing);
/// Decides about the live objects that nothing desired has the key of.
void settle_leftovers(Draft& draft);
/// Creates what is desired and was not seen.
void create_missing(Draft& draft);
/// Holds the changes that wait for one that is held, and drops those of groups that are out of our hands.
void settle_dependencies(Draft& draft);
/// Holds what the guards do not let pass (design §7, "Guards"), each for its scope.
void apply_guards(Draft& draft);

}  // namespace r2i::plan
