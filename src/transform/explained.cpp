#include "transform/explained.hpp"

#include "transform/host.hpp"
#include "transform/ports.hpp"
#include "transform/selection.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::transform {

namespace {

Decided<std::string> explain_host(const Service& service, const Choices& choices, Diagnostics& diagnostics) {
  Decided<std::string> host{host_of(service, choices, diagnostics).value_or("")};
  if (choices.host == nullptr) return host;
  const std::string& key = choices.host->value.metadata_key;
  host.origin = key.empty() ? choices.host->origin : fmt::format("{}: metadata {}", choices.host->origin, key);
  return host;
}

}  // namespace

Explained explain(Service service, RuleBook& rules, Diagnostics& diagnostics) {
  Explained explained;
  explained.left_out = service.complete && !keep_service(service, diagnostics);
  explained.service = std::move(service);
  if (explained.left_out) return explained;
  const Service& whole = explained.service;
  explained.choices = rules.choices_for(whole);
  const Choices& choices = explained.choices.service;
  explained.left_out = whole.complete && is_dropped(whole, explained.choices, diagnostics);
  if (explained.left_out) return explained;
  explained.host = explain_host(whole, choices, diagnostics);
  if (!whole.complete || explained.host.value.empty()) return explained;
  std::vector<Candidate> candidates = registered(whole, explained.choices, diagnostics);
  for (PlannedPort& port : find_ports(whole, candidates, choices, diagnostics)) {
    const bool withheld = is_withheld(port, choices);
    explained.ports.push_back({port.port.number,
                               std::move(port.port.name),
                               {std::move(port.port.protocol), std::move(port.protocol_origin)},
                               withheld});
  }
  return explained;
}

}  // namespace r2i::transform
