#pragma once

#include "model/live_object.hpp"

#include <string>
#include <vector>

namespace r2i::plan {

/// How a live object differs from what it should be (design §7, "Compare").
struct Comparison {
  std::vector<std::string> paths;      ///< fields that we would send with another value, or that are ours and go
  std::vector<std::string> conflicts;  ///< of those, the ones that others own: `kubectl-edit owns .spec.hosts (…)`
  /// What no force can solve: endpoints of others, which stay, where there must be none. Empty: nothing does.
  std::string obstacle;
};

/// Compares every field of `desired`, whoever owns it, and the fields of `manager` that `desired` has no more.
Comparison compare(const LiveObject& live, const Manifest& desired, const std::string& manager);

/// Of a live object the fields that `desired` has or that are `manager`'s: what a change of ours can be seen in.
Manifest visible_part(const LiveObject& live, const Manifest& desired, const std::string& manager);

/// Of a live object the fields that are `manager`'s; everything if `manager` is empty.
Manifest own_part(const LiveObject& live, const std::string& manager);

}  // namespace r2i::plan
