#include "transform/explained_endpoints.hpp"

#include "transform/host.hpp"
#include "transform/labels.hpp"
#include "transform/locality.hpp"
#include "transform/ports.hpp"
#include "transform/selection.hpp"
#include "transform/weight.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::transform {

namespace {

class Silent : public Diagnostics {
 public:
  void report(Diagnostic /*diagnostic*/) override {}
};

std::string weight_origin(const Candidate& candidate) {
  const Choices& choices = *candidate.choices;
  std::string origin = candidate.instance->weight ? "the registry" : "default";
  if (choices.weight != nullptr) origin = choices.weight->origin;
  if (choices.weight_scale != nullptr) origin += fmt::format(", weightScale of {}", choices.weight_scale->origin);
  return origin;
}

ExplainedEndpoint explain_one(const Service& service, const Candidate& candidate, const std::vector<PlannedPort>& ports,
                              Diagnostics& diagnostics) {
  ExplainedEndpoint endpoint;
  endpoint.instance = static_cast<std::size_t>(candidate.instance - service.instances.data());
  endpoint.address = candidate.address;
  endpoint.ports = endpoint_ports(candidate, ports);
  endpoint.locality.value = locality_of(service, *candidate.instance, *candidate.choices, &endpoint.locality.origin);
  endpoint.weight = {candidate.weight, weight_origin(candidate)};
  TextMap origins;
  for (auto& [key, value] : endpoint_labels(service, candidate, diagnostics, &origins))
    endpoint.labels.emplace_back(key, Decided<std::string>{std::move(value), origins[key]});
  return endpoint;
}

}  // namespace

std::vector<ExplainedEndpoint> explain_endpoints(const Explained& explained) {
  std::vector<ExplainedEndpoint> endpoints;
  const Service& service = explained.service;
  if (explained.left_out || explained.host.value.empty() || !service.complete) return endpoints;
  Silent silent;
  const Choices& choices = explained.choices.service;
  std::vector<Candidate> candidates = registered(service, explained.choices, silent);
  const std::vector<PlannedPort> ports = plan_ports(service, candidates, choices, silent);
  if (ports.empty()) return endpoints;
  for (const Candidate& candidate : usable(std::move(candidates), silent))
    endpoints.push_back(explain_one(service, candidate, ports, silent));
  return endpoints;
}

std::vector<std::string> explain_aliases(const Explained& explained) {
  Silent silent;
  std::vector<std::string> hosts;
  if (explained.choices.service.aliases == nullptr) return hosts;
  for (const TextTemplate& alias : explained.choices.service.aliases->value) {
    if (auto host = host_by(alias, explained.service, silent)) hosts.push_back(std::move(*host));
  }
  std::ranges::sort(hosts);
  return hosts;
}

}  // namespace r2i::transform
