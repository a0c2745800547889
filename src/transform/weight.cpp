#include "transform/weight.hpp"

#include <algorithm>
#include <cmath>

namespace r2i::transform {

namespace {

// Envoy adds up the weights of a locality in 32 bits; 4096 endpoints of this weight fit.
constexpr double kMost = 1e6;

bool are_whole(const std::vector<double>& weights, double factor) {
  return std::ranges::all_of(weights, [&](double weight) {
    const double scaled = weight * factor;
    return std::abs(scaled - std::round(scaled)) < 1e-6;
  });
}

}  // namespace

bool is_weight(double weight) {
  return std::isfinite(weight) && weight > 0;
}

std::vector<std::uint32_t> scale_weights(const std::vector<double>& weights) {
  if (weights.empty() || std::ranges::all_of(weights, [&](double weight) { return weight == weights.front(); }))
    return {};
  double factor = 1;
  while (factor < 1000 && !are_whole(weights, factor)) factor *= 10;
  factor = std::min(factor, kMost / std::ranges::max(weights));
  std::vector<std::uint32_t> scaled;
  scaled.reserve(weights.size());
  for (const double weight : weights)
    scaled.push_back(static_cast<std::uint32_t>(std::max(1.0, std::round(weight * factor))));
  const bool all_equal = std::ranges::all_of(scaled, [&](std::uint32_t weight) { return weight == scaled.front(); });
  return all_equal ? std::vector<std::uint32_t>{} : scaled;
}

}  // namespace r2i::transform
