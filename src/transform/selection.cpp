#include "transform/selection.hpp"

#include "base/order.hpp"
#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/address.hpp"
#include "transform/weight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace r2i::transform {

namespace {

constexpr std::int64_t kMaxPort = 65535;

bool is_kubernetes_copy(const Instance& instance) {
  return find_value(instance.metadata, "external-source") == "kubernetes";
}

/// Takes the instances for which `is_foreign` holds away, each reported; false, with one report for the service, if all
/// go.
template <typename IsForeign>
bool take_away(Service& service, IsForeign is_foreign, Code one, Code all, std::string_view what,
               Diagnostics& diagnostics) {
  const auto count = static_cast<std::size_t>(std::ranges::count_if(service.instances, is_foreign));
  if (count == 0) return true;
  if (count == service.instances.size()) {
    diagnostics.report(
        diagnose(all, service.display(), fmt::format("left out with {}: {}", counted(count, "instance"), what)));
    return false;
  }
  for (const Instance& instance : service.instances) {
    if (is_foreign(instance))
      diagnostics.report(diagnose(one, display(service, instance), fmt::format("left out: {}", what)));
  }
  std::erase_if(service.instances, is_foreign);
  return true;
}

/// Whether the two are one endpoint: what Istio would send to is the same.
bool same_endpoint(const Candidate& a, const Candidate& b) {
  return std::tie(a.key, a.address, a.ports) == std::tie(b.key, b.address, b.ports);
}

/// By address and port; of one endpoint the healthiest first; node and id make it an order that the registry's does not
/// show in.
bool endpoint_order(const Candidate& a, const Candidate& b) {
  const auto order = [](const Candidate& c) {
    return std::tie(c.key, c.address, c.ports, c.instance->health, c.service->scope->source->name, c.instance->node,
                    c.instance->id);
  };
  return order(a) < order(b);
}

bool is_stopped(Health health) {
  return health == Health::maintenance || health == Health::disabled;
}

bool is_healthy_enough(Health health, HealthPolicy policy) {
  switch (policy) {
    case HealthPolicy::any:
      return true;
    case HealthPolicy::warning:
      return health == Health::passing || health == Health::warning;
    case HealthPolicy::passing:
      return health == Health::passing;
  }
  return false;
}

/// Why an instance gets no traffic, if so.
std::optional<Code> refusal(const Candidate& candidate) {
  const Health health = candidate.instance->health;
  if (health == Health::maintenance) return Code::in_maintenance;
  if (health == Health::disabled) return Code::disabled;
  if (!is_healthy_enough(health, candidate.health->value)) return Code::unhealthy;
  if (candidate.weight == 0.0) return Code::weight_zero;
  return std::nullopt;
}

void report(Diagnostics& diagnostics, Code code, const Service& service, const Instance& instance) {
  diagnostics.report(diagnose(code, display(service, instance), fmt::format("left out: {}", code_info(code).reason)));
}
void report(Diagnostics& diagnostics, Code code, const Candidate& candidate) {
  report(diagnostics, code, *candidate.service, *candidate.instance);
}

bool is_in_range(const Port& port) {
  return port.number >= 1 && port.number <= kMaxPort;
}

void report_invalid_ports(Diagnostics& diagnostics, const Service& service, const Instance& instance) {
  for (const Port& port : instance.ports) {
    if (is_in_range(port)) continue;
    diagnostics.report(diagnose(Code::port_invalid, display(service, instance),
                                fmt::format("its port {} is not exported", port.number)));
  }
}

std::string_view name_of(HealthPolicy policy) {
  switch (policy) {
    case HealthPolicy::warning:
      return "warning";
    case HealthPolicy::passing:
      return "passing";
    case HealthPolicy::any:
      return "any";
  }
  return "";
}

void report_unhealthy(Diagnostics& diagnostics, const Candidate& candidate) {
  const Decided<HealthPolicy>& policy = *candidate.health;
  diagnostics.report(
      diagnose(Code::unhealthy, display(*candidate.service, *candidate.instance),
               fmt::format("left out: it is {}, and the health policy is {} ({})",
                           to_string(candidate.instance->health), name_of(policy.value), policy.origin)));
}

const Decided<HealthPolicy>& policy_for(const Service& service, const Choices& choices) {
  // Consul's own DNS leaves out nothing but critical instances.
  static const Decided<HealthPolicy> kConsul{HealthPolicy::warning};
  static const Decided<HealthPolicy> kOther{HealthPolicy::passing};
  if (choices.health != nullptr) return *choices.health;
  return service.scope->source->kind == "consul" ? kConsul : kOther;
}

bool is_registry_itself(const Service& service) {
  const std::string& kind = service.scope->source->kind;
  if (kind == "consul") return service.name == "consul";
  const auto is_server = [](const Instance& instance) { return instance.kind == "eureka"; };
  return kind == "eureka" && std::ranges::any_of(service.instances, is_server);
}

}  // namespace

bool keep_service(Service& service, Diagnostics& diagnostics) {
  if (is_registry_itself(service)) {
    diagnostics.report(diagnose(Code::own_service, service.display(), "left out: it is the registry itself"));
    return false;
  }
  if (service.scope->source->kind == "nacos" && service.name.starts_with("consumers:")) {
    diagnostics.report(diagnose(Code::own_service, service.display(), "left out: it is Nacos's own list of consumers"));
    return false;
  }
  const auto is_proxy = [](const Instance& instance) { return !instance.kind.empty(); };
  return take_away(service, is_proxy, Code::sidecar_instance, Code::sidecar_or_gateway, "a sidecar or a gateway",
                   diagnostics) &&
         take_away(service, is_kubernetes_copy, Code::kubernetes_copy, Code::kubernetes_service,
                   "copied from Kubernetes", diagnostics);
}

bool is_dropped(const Service& service, const ServiceChoices& choices, Diagnostics& diagnostics) {
  const auto drops = [](const Choices& one) { return value_or(one.drop, false); };
  const bool all = choices.instances.empty() ? drops(choices.service) : std::ranges::all_of(choices.instances, drops);
  if (!all) return false;
  // Instances may be left out by different rules, and their order is not to show.
  std::set<std::string> origins;
  if (choices.instances.empty()) origins.insert(choices.service.drop->origin);
  for (const Choices& one : choices.instances) origins.insert(one.drop->origin);
  diagnostics.report(diagnose(Code::dropped_by_rule, service.display(),
                              "left out by " + join({origins.begin(), origins.end()}, " and ")));
  return true;
}

std::vector<Candidate> registered(const Service& service, const ServiceChoices& choices, Diagnostics& diagnostics) {
  const Decided<HealthPolicy>& policy = policy_for(service, choices.service);
  std::vector<Candidate> candidates;
  candidates.reserve(service.instances.size());
  for (const Instance& instance : service.instances) {
    Candidate candidate;
    candidate.service = &service;
    candidate.instance = &instance;
    candidate.health = &policy;
    candidate.choices = &choices.of(service, instance);
    if (value_or(candidate.choices->drop, false)) {
      diagnostics.report(diagnose(Code::instance_dropped, display(service, instance),
                                  fmt::format("left out by {}", candidate.choices->drop->origin)));
    } else if (!resolve_address(candidate)) {
      report(diagnostics, Code::no_address, service, instance);
    } else if (std::ranges::none_of(instance.ports, is_in_range)) {
      report(diagnostics, Code::no_port, service, instance);
    } else {
      report_invalid_ports(diagnostics, service, instance);
      candidate.weight = weight_of(service, instance, *candidate.choices, diagnostics);
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

std::vector<Candidate> usable(std::vector<Candidate> candidates, Diagnostics& diagnostics) {
  bring_in_order(candidates, endpoint_order);
  auto end = candidates.begin();
  for (auto first = candidates.begin(); first != candidates.end();) {
    const auto last =
        std::find_if_not(first, candidates.end(), [&](const Candidate& c) { return same_endpoint(c, *first); });
    const bool stopped = std::any_of(first, last, [](const Candidate& c) { return is_stopped(c.instance->health); });
    bool taken = false;
    for (auto candidate = first; candidate != last; ++candidate) {
      const auto code = refusal(*candidate);
      if (code == Code::unhealthy) {
        report_unhealthy(diagnostics, *candidate);
      } else if (code) {
        report(diagnostics, *code, *candidate);
      } else if (stopped) {
        report(diagnostics, Code::duplicate_of_stopped, *candidate);
      } else if (taken) {
        report(diagnostics, Code::duplicate_instance, *candidate);
      } else {
        taken = true;
        if (end != candidate) *end = std::move(*candidate);
        ++end;
      }
    }
    first = last;
  }
  candidates.erase(end, candidates.end());
  return candidates;
}

}  // namespace r2i::transform
