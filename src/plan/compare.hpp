#pragma once

#include "model/live_object.hpp"

#include <optional>
#include <string>
#include <vector>

namespace r2i::plan {

/// What no force can solve: Istio takes endpoints or a selector, not both, and each port number once; and server-side
/// apply leaves what others have set where we send nothing.
struct Obstacle {
  std::string why;    ///< as a conflict
  std::string patch;  ///< a JSON patch that takes it out of the way
};

/// How a live object differs from what it should be (design §7, "Compare").
struct Comparison {
  std::vector<std::string> paths;      ///< fields that we would send with another value, or that are ours and go
  std::vector<std::string> conflicts;  ///< of those, the ones that others own: `kubectl-edit owns .spec.hosts (…)`
  std::optional<Obstacle> obstacle;
};

/// Compares every field of `desired`, whoever owns it, and the fields of `manager` that `desired` has no more. Without
/// a manager, as in a directory, every field is ours.
Comparison compare(const LiveObject& live, const Manifest& desired, const std::string& manager);

/// Of a live object the fields that `desired` has or that are `manager`'s: what a change of ours can be seen in.
Manifest visible_part(const LiveObject& live, const Manifest& desired, const std::string& manager);

/// Of a live object the fields that are `manager`'s; everything if `manager` is empty.
Manifest own_part(const LiveObject& live, const std::string& manager);

}  // namespace r2i::plan
