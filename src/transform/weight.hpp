#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace r2i::transform {

/// Row 12: registries' weights as Istio's positive integers, in the same order; nothing given counts as 1. Fractions
/// are scaled once for all of a host; all equal: an empty list, which leaves them out. Weights must be positive
/// numbers.
std::vector<std::uint32_t> scale_weights(const std::vector<double>& weights);

/// Whether a registry's weight can be used: a number above 0. (0 itself means no traffic and is no endpoint at all.)
bool is_weight(double weight);

}  // namespace r2i::transform
