#include "transform/weight.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace r2i::transform {

namespace {

// Envoy adds up the weights of a locality in 32 bits; 4096 endpoints of this weight fit.
constexpr double kMost = 1e6;
constexpr double kLargest = 1e300;  // what is above would be infinite soon

bool are_whole(const std::vector<double>& weights, double factor) {
  return std::ranges::all_of(weights, [&](double weight) {
    const double scaled = weight * factor;
    return std::abs(scaled - std::round(scaled)) < 1e-6;
  });
}

bool is_weight(double weight) {
  return std::isfinite(weight) && weight >= 0;
}

/// What the metadata says, or nothing if it is no weight.
std::optional<double> parse_weight(const std::string& text) {
  double weight = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), weight);
  const bool all = code == std::errc() && end == text.data() + text.size();
  return all && is_weight(weight) ? std::optional(weight) : std::nullopt;
}

double chosen_weight(const Service& service, const Instance& instance, const Decided<Stated<double>>& chosen,
                     Diagnostics& diagnostics) {
  const std::string& key = chosen.value.metadata_key;
  if (key.empty()) return chosen.value.value;
  const std::string text = metadata_value(service, &instance, key).value_or("");
  if (const auto weight = parse_weight(text)) return *weight;
  diagnostics.report(
      diagnose(Code::metadata_invalid, display(service, instance),
               fmt::format("its metadata {} is {}, which is no weight; 1 is taken", in_quotes(key), in_quotes(text))));
  return 1;
}

double registered_weight(const Service& service, const Instance& instance, Diagnostics& diagnostics) {
  const double weight = instance.weight.value_or(1);
  if (is_weight(weight)) return weight;
  diagnostics.report(
      diagnose(Code::weight_invalid, display(service, instance), fmt::format("its weight {} counts as 1", weight)));
  return 1;
}

}  // namespace

double weight_of(const Service& service, const Instance& instance, const Choices& choices, Diagnostics& diagnostics) {
  const double weight = choices.weight != nullptr ? chosen_weight(service, instance, *choices.weight, diagnostics)
                                                  : registered_weight(service, instance, diagnostics);
  return std::min(weight * value_or(choices.weight_scale, 1.0), kLargest);
}

std::vector<double> relative_weights(const std::vector<Candidate>& candidates) {
  std::vector<double> weights;
  weights.reserve(candidates.size());
  for (const Candidate& candidate : candidates) weights.push_back(candidate.weight);
  const auto is_first = [&](const Candidate& candidate) { return candidate.service == candidates.front().service; };
  if (std::ranges::all_of(candidates, is_first)) return weights;

  std::map<const Service*, std::pair<double, double>> registries;  // the sum of the weights, and how many there are
  for (const Candidate& candidate : candidates) {
    auto& [sum, count] = registries[candidate.service];
    sum += candidate.weight / value_or(candidate.choices->weight_scale, 1.0);
    ++count;
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& [sum, count] = registries[candidates[i].service];
    weights[i] /= sum / count;
  }
  return weights;
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
