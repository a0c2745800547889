#pragma once

#include "model/service.hpp"
#include "model/settings.hpp"
#include "plan/plan.hpp"

#include <memory>

namespace r2i::plan {

/// How the target is to be treated (design §7).
struct Policy {
  std::string owner;
  std::string manager;  ///< field manager; empty: the target has none (a directory): the owner's label alone makes ours
  bool adopt = false;
  bool force_conflicts = false;
  bool allow_move = false;
  bool prune = false;
  std::chrono::seconds prune_after{3600};
  std::chrono::system_clock::time_point now{};
  std::map<std::string, std::string> rename_source{};
  std::set<std::string> prune_sources{};  ///< SOURCE or SOURCE/SCOPE, none of which is read
  unsigned max_delete = 10;
  unsigned max_delete_percent = 30;
  unsigned max_shrink_percent = 50;
  std::set<std::string> allow_empty{};  ///< SOURCE/SCOPE
  NameRules names{};                    ///< narrows both sides
  bool to_be_saved = false;             ///< the plan gets a fingerprint
};

/// A scope that this run has read.
struct ScopeRead {
  std::string source;
  std::string scope;
  bool complete = true;
  std::string too_old{};  ///< "14 minutes old": of a snapshot past its age; empty: it is not
  std::string merge{};    ///< the name that its objects share with those of other scopes; empty: none
};

/// A service that is listed, but whose objects are not written in this run.
struct ServiceName {
  std::string source;
  std::string scope;
  std::string service;
  friend auto operator<=>(const ServiceName&, const ServiceName&) = default;
};

/// What should be.
struct Wanted {
  std::vector<Manifest> objects;
  std::vector<std::string> withheld_hosts;     ///< sorted
  std::vector<ServiceName> withheld_services;  ///< sorted
  std::vector<ScopeRead> scopes;
};

/// Folds the live objects into a plan. Only what differs is kept. Pure: no clock, no I/O; the order in which the
/// objects come does not show.
class Planner : public LiveSink {
 public:
  Planner(Wanted wanted, Policy policy);
  ~Planner() override;
  void object(LiveObject&& live) override;
  void restart() override;
  /// To be called once, after the last object.
  Plan finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace r2i::plan
