#pragma once

#include "base/diagnostic.hpp"
#include "model/service.hpp"
#include "transform/candidate.hpp"
#include "transform/choices.hpp"

#include <cstdint>
#include <vector>

namespace r2i::transform {

/// The weight of an instance: the one that was chosen for it, else the registry's, else 1; one that is not usable is
/// reported and counts as 1. 0 means no traffic.
double weight_of(const Service& service, const Instance& instance, const Choices& choices, Diagnostics& diagnostics);

/// The weights of candidates, in their order. Those of several services, of merged sources, are normalised first: the
/// mean of each is 1, before what `weightScale` makes of it.
std::vector<double> relative_weights(const std::vector<Candidate>& candidates);

/// Row 12: registries' weights as Istio's positive integers, in the same order; nothing given counts as 1. Fractions
/// are scaled once for all of a host; all equal: an empty list, which leaves them out. Weights must be positive
/// numbers.
std::vector<std::uint32_t> scale_weights(const std::vector<double>& weights);

}  // namespace r2i::transform
