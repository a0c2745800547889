#pragma once

#include "transform/candidate.hpp"

#include <string_view>

namespace r2i::transform {

/// The instance's own address, else its node's, without brackets and zone.
std::string_view bare_address(const Instance& instance);

/// Row 3: the instance's address, else its node's, in canonical form; false if it has none that Istio takes.
bool resolve_address(Candidate& candidate);

}  // namespace r2i::transform
