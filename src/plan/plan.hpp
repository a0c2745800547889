#pragma once

#include "model/change.hpp"
#include "model/live_object.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace r2i::plan {

/// Why a change is not made.
struct Held {
  enum class By {
    conflict,      ///< another manager owns a field with another value
    foreign,       ///< the object is not ours
    other_owner,   ///< it belongs to another owner
    other_source,  ///< it is ours, of another source, or of another scope that may still have it
    twin,          ///< somebody else's object has the host
    move,          ///< the service has an object under another name or namespace
    max_delete,    ///< from here on: guards
    max_shrink,
    empty_scope,
    old_snapshot,
  };
  By by;
  Change change;
  std::string why;     ///< "kubectl-edit owns .spec.endpoints"
  std::string remedy;  ///< what a person would type: "--force-conflicts"

  [[nodiscard]] bool is_guard() const { return by >= By::max_delete; }
  friend bool operator==(const Held&, const Held&) = default;
};
std::string_view to_string(Held::By by);  ///< "max-delete"

/// Another ServiceEntry for a host that we want, somebody else's or of a source or service that we do not write: Istio
/// serves the older one, or mixes both.
struct Twin {
  ObjectKey ours;
  ObjectKey theirs;
  std::string managers;  ///< whose it is: "kubectl-client-side-apply"; of one of ours: `the source "old"`

  friend bool operator==(const Twin&, const Twin&) = default;
};

/// What a scope has and gets, for guards, metrics and the summary.
struct ScopeCounts {
  std::size_t live_entries = 0;    ///< ServiceEntries of ours
  std::size_t live_endpoints = 0;  ///< those that serve: inside of ServiceEntries, or WorkloadEntries
  std::size_t desired_entries = 0;

  friend bool operator==(const ScopeCounts&, const ScopeCounts&) = default;
};

/// The difference between what is and what should be.
struct Plan {
  std::string owner;
  std::string manager;
  std::vector<Change> changes;        ///< by phase, then key
  std::vector<Held> held;             ///< by key
  std::vector<ObjectKey> left_alone;  ///< of ours, or wanted, but marked registry2istio.io/reconcile: disabled
  std::vector<ObjectKey> kept;        ///< of ours, of scopes or services that were not read in full
  std::vector<ObjectKey> prunable;    ///< emptied long enough ago: what only --prune would delete
  std::vector<Twin> twins;            ///< by key; where our object would be new, it is held, too
  std::size_t unchanged = 0;
  std::map<std::pair<std::string, std::string>, ScopeCounts> scopes;  ///< by source and scope
  std::vector<std::string> namespaces;  ///< the only ones that could be looked at, sorted; empty: every one
  std::string fingerprint;              ///< of the owner's set of live objects, as far as it could be looked at;
                                        ///< empty: the plan is not to be saved

  [[nodiscard]] std::size_t count(Action action) const;
  friend bool operator==(const Plan&, const Plan&) = default;
};

}  // namespace r2i::plan
