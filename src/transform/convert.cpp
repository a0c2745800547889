#include "transform/convert.hpp"

#include "base/natural_order.hpp"
#include "base/text.hpp"
#include "model/check.hpp"
#include "model/codes.hpp"
#include "model/legal_label.hpp"
#include "transform/candidate.hpp"
#include "transform/host.hpp"
#include "transform/labels.hpp"
#include "transform/locality.hpp"
#include "transform/ports.hpp"
#include "transform/selection.hpp"
#include "transform/variables.hpp"
#include "transform/weight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::transform {

namespace {

/// Row 9: from all registered instances, so that it does not change with their health.
Resolution resolution_of(const std::vector<Candidate>& candidates, const Choices& choices) {
  if (choices.resolution != nullptr) return choices.resolution->value;
  return std::ranges::all_of(candidates, &Candidate::is_ip) ? Resolution::static_ : Resolution::dns;
}

bool is_external(const Instance& instance) {
  const auto value = find_value(instance.metadata, "external");
  return value && !value->empty() && *value != "false" && *value != "0";
}

/// Row 10.
Location location_of(const Service& service, const Choices& choices, Diagnostics& diagnostics) {
  if (choices.location != nullptr) return choices.location->value;
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

/// Adds what the configuration gives.
void add(Pairs& pairs, const TextMap& more, std::string (*legal)(std::string_view)) {
  if (more.empty()) return;
  for (const auto& [key, value] : more) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == key; });
    pairs.emplace_back(key, legal(value));
  }
  sort_keys(pairs);
}

std::string legal_value(std::string_view text) {
  return is_label_value(text) ? std::string(text) : legal_label_text(text);
}

ObjectMeta meta_of(const Service& service, const std::string& host, const Choices& choices, const std::string& owner,
                   Diagnostics& diagnostics) {
  ObjectMeta meta;
  meta.name = host;
  meta.nspace = value_or(choices.nspace, std::string());
  meta.labels = {{std::string(mark::kManagedBy), std::string(mark::kManager)},
                 {std::string(mark::kOwner), owner},
                 {std::string(mark::kSource), service.scope->source->name}};
  meta.annotations = {{std::string(mark::kScope), clean(service, "scope", service.scope->name, diagnostics)}};
  if (host != service.name && !host.starts_with(service.name + ".")) {
    meta.annotations.emplace_back(mark::kService, clean(service, "name", service.name, diagnostics));
  }
  add(meta.labels, filled_maps(choices.object_labels, service), legal_value);
  add(meta.annotations, filled_maps(choices.object_annotations, service), clean_text);
  return meta;
}

std::vector<Endpoint> endpoints_of(const Service& service, std::vector<Candidate> candidates,
                                   const std::vector<PlannedPort>& ports, Diagnostics& diagnostics) {
  std::vector<double> relative;
  relative.reserve(candidates.size());
  for (const Candidate& candidate : candidates) relative.push_back(candidate.weight);
  const auto weights = scale_weights(relative);
  std::vector<Endpoint> endpoints(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Endpoint& endpoint = endpoints[i];
    Candidate& candidate = candidates[i];
    const Choices& choices = *candidate.choices;
    endpoint.labels = endpoint_labels(service, candidate, diagnostics);
    endpoint.locality = locality_of(service, *candidate.instance, choices);
    if (!is_clean_text(candidate.instance->locality)) {
      diagnostics.report(diagnose(Code::text_replaced, display(service, *candidate.instance), "in its locality"));
    }
    endpoint.ports = endpoint_ports(candidate, ports);
    if (choices.service_account != nullptr) endpoint.service_account = fill(choices.service_account->value, service);
    endpoint.network = value_or(choices.network, std::string());
    if (!weights.empty()) endpoint.weight = weights[i];
    endpoint.address = std::move(candidate.address);
  }
  return endpoints;
}

Converted conversion_of(const Service& service, std::string host) {
  Converted converted;
  converted.service = service.name;
  converted.scope = service.scope;
  converted.host = std::move(host);
  return converted;
}

/// Row 19.
std::vector<std::string> aliases_of(const Service& service, const Choices& choices, Diagnostics& diagnostics) {
  std::vector<std::string> hosts;
  if (choices.aliases == nullptr) return hosts;
  for (const TextTemplate& alias : choices.aliases->value) {
    if (auto host = host_by(alias, service, diagnostics)) hosts.push_back(std::move(*host));
  }
  std::ranges::sort(hosts);
  const auto twins = std::ranges::unique(hosts);
  hosts.erase(twins.begin(), twins.end());
  return hosts;
}

}  // namespace

std::optional<Converted> claim_host(const Service& service, RuleBook& rules) {
  struct Silent : Diagnostics {
    void report(Diagnostic) override {}
  } silent;
  auto host = host_of(service, rules.choices_for(service).service, silent);
  if (!host) return std::nullopt;
  Converted converted = conversion_of(service, std::move(*host));
  converted.withheld = true;
  return converted;
}

std::optional<Converted> convert(Service&& service, RuleBook& rules, Diagnostics& diagnostics) {
  if (!keep_service(service, diagnostics)) return std::nullopt;
  const ServiceChoices all = rules.choices_for(service);
  const Choices& choices = all.service;
  if (is_dropped(service, all, diagnostics)) return std::nullopt;
  auto host = host_of(service, choices, diagnostics);
  Converted converted = conversion_of(service, host.value_or(""));
  converted.withheld = true;
  if (!host) return converted;

  std::vector<Candidate> candidates = registered(service, all, diagnostics);
  const std::vector<PlannedPort> ports = plan_ports(service, candidates, choices, diagnostics);
  if (ports.empty()) return converted;

  converted.withheld = false;
  converted.layout = value_or(choices.layout, Layout::inline_);
  converted.catch_alls = are_catch_alls(choices);
  converted.aliases = aliases_of(service, choices, diagnostics);
  ServiceEntry& entry = converted.entry;
  entry.meta = meta_of(service, converted.host, choices, rules.owner(), diagnostics);
  entry.hosts = {converted.host};
  entry.location = location_of(service, choices, diagnostics);
  entry.addresses = value_or(choices.addresses, {});
  entry.export_to = value_or(choices.export_to, {});
  if (choices.subject_alt_names != nullptr) {
    for (const TextTemplate& name : choices.subject_alt_names->value)
      entry.subject_alt_names.push_back(fill(name, service));
  }
  entry.resolution = resolution_of(candidates, choices);
  for (const PlannedPort& port : ports) entry.ports.push_back(port.port);
  candidates = usable(service, std::move(candidates), policy_for(service, choices), diagnostics);
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
