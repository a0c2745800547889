#pragma once

#include "plan/ownership.hpp"
#include "plan/plan.hpp"
#include "plan/planner.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace r2i::plan {

/// All objects of one service in one namespace: desired ones and live ones of ours.
struct Group {
  ServiceName service;
  std::size_t desired_endpoints = 0;
  std::size_t live_endpoints = 0;
  bool stays_as_it_is = false;  ///< what it loses is not to be counted: kept, or moved elsewhere
};

/// A plan on its way: what the fold found, before guards and dependencies take changes out of it.
struct Draft {
  Plan plan;
  std::map<std::string, Group> groups;
  std::vector<std::string> disabled_groups;  ///< out of our hands
  std::set<ObjectKey> moves;                 ///< deletions of what lives on elsewhere
};

/// What a scope turned out to be in this run.
enum class Reading {
  none,    ///< it was not read: its objects are left alone
  partly,  ///< not in full: nothing may be concluded from what is missing
  whole,
  given_up,  ///< not read, and --prune-source says that it never will be again
};
Reading reading_of(const std::string& source, const std::string& scope, const std::vector<ScopeRead>& scopes,
                   const Policy& policy);

/// Holds the changes that wait for one that is held, and drops those of groups that are out of our hands.
void settle_dependencies(Draft& draft);

/// Holds what the guards do not let pass (design §7, "Guards"), each for its scope. `disabled_groups` are settled.
void apply_guards(Draft& draft, const std::vector<ScopeRead>& scopes, const Policy& policy);

}  // namespace r2i::plan
