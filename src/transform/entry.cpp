#include "transform/entry.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "model/shared_texts.hpp"
#include "transform/host.hpp"
#include "transform/labels.hpp"
#include "transform/locality.hpp"
#include "transform/marks.hpp"
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
Resolution resolution_of(const Whole& whole) {
  if (whole.choices.resolution != nullptr) return whole.choices.resolution->value;
  return std::ranges::all_of(whole.candidates, &Candidate::is_ip) ? Resolution::static_ : Resolution::dns;
}

std::size_t count_instances(const Whole& whole) {
  std::size_t count = 0;
  for (const Prepared* part : whole.parts) count += part->service.instances.size();
  return count;
}

bool is_external(const Instance& instance) {
  const auto value = find_value(instance.metadata, "external");
  return value && !value->empty() && *value != "false" && *value != "0";
}

/// Row 10.
Location location_of(const Whole& whole, Diagnostics& diagnostics) {
  if (whole.choices.location != nullptr) return whole.choices.location->value;
  std::size_t external = 0;
  for (const Prepared* part : whole.parts)
    external += static_cast<std::size_t>(std::ranges::count_if(part->service.instances, is_external));
  const std::size_t all = count_instances(whole);
  if (external == 0) return Location::mesh_internal;
  if (external == all) return Location::mesh_external;
  diagnostics.report(diagnose(Code::mixed_location, whole.service.display(),
                              fmt::format("{} of {} instances are marked external", external, all)));
  return Location::mesh_internal;
}

void sort_each_once(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  const auto twins = std::ranges::unique(texts);
  texts.erase(twins.begin(), twins.end());
}

/// Row 19.
std::vector<std::string> aliases_of(Parts parts, Diagnostics& diagnostics) {
  std::vector<std::string> hosts;
  for (const Prepared* part : parts) {
    const auto* aliases = part->choices.service.aliases;
    if (aliases == nullptr) continue;
    for (const TextTemplate& alias : aliases->value) {
      if (auto host = host_by(alias, part->service, diagnostics)) hosts.push_back(std::move(*host));
    }
  }
  sort_each_once(hosts);
  return hosts;
}

std::vector<std::string> subject_alt_names_of(Parts parts) {
  std::vector<std::string> names;
  for (const Prepared* part : parts) {
    const auto* templates = part->choices.service.subject_alt_names;
    if (templates == nullptr) continue;
    for (const TextTemplate& name : templates->value) names.push_back(fill(name, part->service));
  }
  // What one service gives stays in the order of the configuration.
  if (parts.size() > 1) sort_each_once(names);
  return names;
}

/// Whether the localities of the two are the same, as far as a look tells.
bool are_at_one_place(const Candidate& a, const Candidate& b) {
  const auto* chosen = a.choices->locality;
  const bool by_metadata = chosen != nullptr && !chosen->value.metadata_key.empty();
  return a.service == b.service && a.choices == b.choices && !by_metadata &&
         a.instance->locality == b.instance->locality;
}

std::vector<Endpoint> endpoints_of(std::vector<Candidate> candidates, const std::vector<PlannedPort>& ports,
                                   Diagnostics& diagnostics) {
  const auto weights = scale_weights(relative_weights(candidates));
  std::vector<Endpoint> endpoints(candidates.size());
  LabelMaker labels(diagnostics);
  SharedTexts texts;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Endpoint& endpoint = endpoints[i];
    Candidate& candidate = candidates[i];
    const Service& service = *candidate.service;
    const Choices& choices = *candidate.choices;
    endpoint.labels = labels.labels_of(service, candidate);
    endpoint.locality = i > 0 && are_at_one_place(candidate, candidates[i - 1])
                            ? endpoints[i - 1].locality
                            : texts.share(locality_of(service, *candidate.instance, choices));
    if (!is_clean_text(candidate.instance->locality)) {
      diagnostics.report(diagnose(Code::text_replaced, display(service, *candidate.instance), "in its locality"));
    }
    endpoint.ports = endpoint_ports(candidate, ports);
    if (choices.service_account != nullptr) {
      endpoint.service_account = texts.share(fill(choices.service_account->value, service));
    }
    if (choices.network != nullptr) endpoint.network = texts.share(choices.network->value);
    if (!weights.empty()) endpoint.weight = weights[i];
    endpoint.address = std::move(candidate.address);
  }
  return endpoints;
}

}  // namespace

Converted claim(const Service& whole, Parts parts) {
  struct Silent : Diagnostics {
    void report(Diagnostic /*diagnostic*/) override {}
  } silent;
  Converted converted;
  converted.service = whole.name;
  converted.scope = whole.scope;
  converted.host = parts.front()->host;
  converted.aliases = aliases_of(parts, silent);
  converted.withheld = true;
  return converted;
}

Converted make_entry(Whole whole, Diagnostics& diagnostics) {
  const Service& service = whole.service;
  const Choices& choices = whole.choices;
  Converted converted = claim(service, whole.parts);
  const std::vector<PlannedPort> ports = plan_ports(service, whole.candidates, choices, diagnostics);
  if (ports.empty()) return converted;

  converted.withheld = false;
  converted.layout = value_or(choices.layout, Layout::inline_);
  converted.catch_alls = are_catch_alls(choices);
  converted.aliases = aliases_of(whole.parts, diagnostics);
  ServiceEntry& entry = converted.entry;
  entry.meta = meta_of(whole, diagnostics);
  entry.hosts = {converted.host};
  entry.location = location_of(whole, diagnostics);
  entry.addresses = value_or(choices.addresses, {});
  entry.export_to = value_or(choices.export_to, {});
  entry.subject_alt_names = subject_alt_names_of(whole.parts);
  entry.resolution = resolution_of(whole);
  for (const PlannedPort& port : ports) entry.ports.push_back(port.port);
  std::vector<Candidate> candidates = usable(std::move(whole.candidates), diagnostics);
  if (candidates.empty()) {
    // Row 14: with DNS and no endpoints, the proxy would look the host itself up.
    entry.resolution = Resolution::static_;
    diagnostics.report(diagnose(Code::no_usable_instance, service.display(),
                                fmt::format("none of its {} is usable; it is exported without endpoints",
                                            counted(count_instances(whole), "instance"))));
  }
  entry.endpoints = endpoints_of(std::move(candidates), ports, diagnostics);
  return converted;
}

}  // namespace r2i::transform
