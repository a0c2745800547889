#include "transform/convert.hpp"

#include "base/natural_order.hpp"
#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/candidate.hpp"
#include "transform/host.hpp"
#include "transform/labels.hpp"
#include "transform/locality.hpp"
#include "transform/ports.hpp"
#include "transform/selection.hpp"
#include "transform/weight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::transform {

namespace {

Decided<HealthPolicy> policy_for(const Service& service, const ConversionSettings& settings) {
  if (settings.health) return *settings.health;
  // Consul's own DNS leaves out nothing but critical instances.
  return {service.scope->source->kind == "consul" ? HealthPolicy::warning : HealthPolicy::passing};
}

/// Row 9: from all registered instances, so that it does not change with their health.
Resolution resolution_of(const std::vector<Candidate>& candidates) {
  return std::ranges::all_of(candidates, &Candidate::is_ip) ? Resolution::static_ : Resolution::dns;
}

bool is_external(const Instance& instance) {
  const auto value = find_value(instance.metadata, "external");
  return value && !value->empty() && *value != "false" && *value != "0";
}

/// Row 10.
Location location_of(const Service& service, Diagnostics& diagnostics) {
  const auto count = std::ranges::count_if(service.instances, is_external);
  if (count == 0) return Location::mesh_internal;
  if (static_cast<std::size_t>(count) == service.instances.size()) return Location::mesh_external;
  diagnostics.report(diagnose(Code::mixed_location, service.display(),
                              fmt::format("{} of {} instances are marked external", count, service.instances.size())));
  return Location::mesh_internal;
}

/// Row 16.
std::string clean(const Service& service, std::string_view what, const std::string& text, Diagnostics& diagnostics) {
  if (is_clean_text(text)) return text;
  diagnostics.report(diagnose(Code::text_replaced, service.display(), fmt::format("in its {}", what)));
  return clean_text(text);
}

ObjectMeta meta_of(const Service& service, const std::string& host, const ConversionSettings& settings,
                   Diagnostics& diagnostics) {
  ObjectMeta meta;
  meta.name = host;
  meta.nspace = settings.nspace;
  meta.labels = {{std::string(mark::kManagedBy), std::string(mark::kManager)},
                 {std::string(mark::kOwner), settings.owner},
                 {std::string(mark::kSource), service.scope->source->name}};
  meta.annotations = {{std::string(mark::kScope), clean(service, "scope", service.scope->name, diagnostics)}};
  if (host != service.name && !host.starts_with(service.name + ".")) {
    meta.annotations.emplace_back(mark::kService, clean(service, "name", service.name, diagnostics));
  }
  return meta;
}

std::vector<double> weights_of(const Service& service, const std::vector<Candidate>& candidates,
                               Diagnostics& diagnostics) {
  std::vector<double> weights;
  weights.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    double weight = candidate.instance->weight.value_or(1);
    if (!is_weight(weight)) {
      diagnostics.report(diagnose(Code::weight_invalid, display(service, *candidate.instance),
                                  fmt::format("its weight {} counts as 1", weight)));
      weight = 1;
    }
    weights.push_back(weight);
  }
  return weights;
}

std::vector<Endpoint> endpoints_of(const Service& service, std::vector<Candidate> candidates,
                                   const std::vector<PlannedPort>& ports, Diagnostics& diagnostics) {
  const auto weights = scale_weights(weights_of(service, candidates, diagnostics));
  std::vector<Endpoint> endpoints(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Endpoint& endpoint = endpoints[i];
    endpoint.address = std::move(candidates[i].address);
    endpoint.labels = endpoint_labels(service, *candidates[i].instance, diagnostics);
    endpoint.locality = locality_of(*service.scope, *candidates[i].instance);
    if (!is_clean_text(candidates[i].instance->locality)) {
      diagnostics.report(diagnose(Code::text_replaced, display(service, *candidates[i].instance), "in its locality"));
    }
    endpoint.ports = endpoint_ports(candidates[i], ports);
    if (!weights.empty()) endpoint.weight = weights[i];
  }
  return endpoints;
}

}  // namespace

std::optional<Converted> claim_host(const Service& service, const ConversionSettings& settings) {
  struct Silent : Diagnostics {
    void report(Diagnostic) override {}
  } silent;
  auto host = host_of(service, settings, silent);
  if (!host) return std::nullopt;
  return Converted{service.name, service.scope, std::move(*host), true, {}};
}

std::optional<Converted> convert(Service&& service, const ConversionSettings& settings, Diagnostics& diagnostics) {
  if (!keep_service(service, diagnostics)) return std::nullopt;
  auto host = host_of(service, settings, diagnostics);
  if (!host) return Converted{service.name, service.scope, "", true, {}};

  Converted converted{service.name, service.scope, std::move(*host), false, {}};
  std::vector<Candidate> candidates = registered(service, diagnostics);
  const std::vector<PlannedPort> ports = plan_ports(service, candidates, settings, diagnostics);
  if (ports.empty()) {
    converted.withheld = true;
    return converted;
  }

  ServiceEntry& entry = converted.entry;
  entry.meta = meta_of(service, converted.host, settings, diagnostics);
  entry.hosts = {converted.host};
  entry.location = location_of(service, diagnostics);
  entry.export_to = settings.export_to;
  entry.resolution = resolution_of(candidates);
  for (const PlannedPort& port : ports) entry.ports.push_back(port.port);
  candidates = usable(service, std::move(candidates), policy_for(service, settings), diagnostics);
  if (candidates.empty()) {
    // Row 14: with DNS and no endpoints, the proxy would look the host itself up.
    entry.resolution = Resolution::static_;
    diagnostics.report(diagnose(Code::no_usable_instance, service.display(),
                                fmt::format("none of its {} is usable; it is exported without endpoints",
                                            counted(service.instances.size(), "instance"))));
  }
  entry.endpoints = endpoints_of(service, std::move(candidates), ports, diagnostics);
  return converted;
}

}  // namespace r2i::transform
