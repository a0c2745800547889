#pragma once

#include "model/field_set.hpp"
#include "model/manifest.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace r2i {

/// What an object is found by. The order is that of every list of objects: namespace, kind, name.
struct ObjectKey {
  std::string nspace;
  std::string kind;  ///< "ServiceEntry" or "WorkloadEntry"
  std::string name;

  /// "ServiceEntry mesh/web.service.consul"; without a namespace "ServiceEntry web.service.consul".
  [[nodiscard]] std::string display() const;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};
ObjectKey key_of(const Manifest& manifest);
/// The same to compare with: it refers to the manifest.
std::tuple<std::string_view, std::string_view, std::string_view> order_of(const Manifest& manifest);

enum class Action {
  create,
  update,
  empty,   ///< a service that is gone loses its endpoints and is marked with the time
  remove,  ///< the object is deleted
};
std::string_view to_string(Action action);  ///< "create", "update", "empty", "delete"

/// What a live object was when the plan was made. A write goes on only if it still is: resourceVersion alone may move,
/// since istiod writes the status.
struct Precondition {
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  Pairs labels;
  FieldSet owned;  ///< the fields of our manager

  friend bool operator==(const Precondition&, const Precondition&) = default;
};

/// Changes are made in this order, and one that fails stops the later ones of its group: endpoints come before the
/// object that selects them, and go after it.
enum class Phase { add_workloads, write_entries, remove_workloads, remove_entries };

/// One write that a plan asks for.
struct Change {
  ObjectKey key;
  Action action = Action::create;
  std::string source;  ///< the scope that it counts for: source and scope, as the object's marks name them
  std::string scope;
  std::string service;  ///< the registry's name of the service
  std::string group;    ///< the same for all objects of one service: its namespace and host
  Phase phase = Phase::write_entries;
  std::optional<Precondition> live;  ///< nothing: the object must not exist (or the target is a directory)
  std::optional<Manifest> before;    ///< of the live object the fields that we would send or that are ours
  std::optional<Manifest> after;     ///< what to send; nothing: delete
  bool force = false;                ///< take fields over from other managers
  std::string note;                  ///< "adopted: was kubectl-client-side-apply's"; shown beside the change
  std::string place;                 ///< in a directory: the file that holds it now, or empty

  friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace r2i
