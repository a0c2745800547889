#include "transform/ports.hpp"

#include "base/natural_order.hpp"
#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/protocol.hpp"
#include "transform/slots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace r2i::transform {

namespace {

constexpr std::size_t kManyPorts = 8;
constexpr std::size_t kTooManyPorts = 64;
constexpr std::uint32_t kCommonPort = 80;
constexpr std::uint32_t kCommonTlsPort = 443;
constexpr std::array<std::uint32_t, 4> kReservedPorts = {15001, 15006, 15021, 15090};

const ServicePortRule& rule_of(const Choices& choices) {
  static const ServicePortRule kDefault;
  return choices.service_ports != nullptr ? choices.service_ports->value : kDefault;
}

/// Takes out the candidates that lack a slot, each reported.
void require_slot(std::size_t index, std::vector<Slot>& slots, std::vector<Candidate>& candidates,
                  Diagnostics& diagnostics) {
  for (std::size_t i = candidates.size(); i-- > 0;) {
    if (slots[index].numbers[i] != 0) continue;
    diagnostics.report(diagnose(Code::no_port, display(*candidates[i].service, *candidates[i].instance),
                                fmt::format("left out: it lacks the port {}", in_quotes(slots[index].key))));
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(i));
    for (Slot& slot : slots) {
      if (slot.numbers[i] != 0) --slot.count;
      slot.numbers.erase(slot.numbers.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

/// A rule may name a port that not every instance has. Those that lack it go, where another of their ports could not
/// stand in for it: one of another protocol.
void require_ruled_slots(std::vector<Slot>& slots, const ServicePortRule& rule, std::vector<Candidate>& candidates,
                         Diagnostics& diagnostics) {
  for (std::size_t index = 0; index < slots.size(); ++index) {
    const bool named = std::ranges::any_of(rule.numbers, [&](std::uint32_t number) {
      return std::ranges::find(slots[index].numbers, number) != slots[index].numbers.end();
    });
    const bool stands_alone = slots[index].protocol.value != slots.front().protocol.value;
    if (named && stands_alone) require_slot(index, slots, candidates, diagnostics);
  }
}

/// Keeps the slots that every candidate has. If there is none, the one that most have, without the candidates that lack
/// it.
void keep_common(std::vector<Slot>& slots, const Service& service, std::vector<Candidate>& candidates,
                 Diagnostics& diagnostics) {
  const auto is_common = [&](const Slot& slot) { return slot.count == candidates.size(); };
  if (std::ranges::none_of(slots, is_common)) {
    const auto most = std::ranges::max_element(slots, {}, &Slot::count);
    require_slot(static_cast<std::size_t>(most - slots.begin()), slots, candidates, diagnostics);
  }
  for (const Slot& slot : slots) {
    if (is_common(slot) || slot.count == 0) continue;
    diagnostics.report(
        diagnose(Code::port_not_everywhere, service.display(),
                 fmt::format("port {} ({}) is on {} of {} instances and not exported", in_quotes(slot.key),
                             fmt::format("{}", fmt::join(slot.distinct(), ", ")), slot.count, candidates.size())));
  }
  std::erase_if(slots, [&](const Slot& slot) { return !is_common(slot); });
}

/// Collects the ports of a service; the first one with a number keeps it.
class PortList {
 public:
  PortList(const Service& service, Diagnostics& diagnostics) : service_(service), diagnostics_(diagnostics) {}

  void add(std::uint32_t number, std::size_t index, const Slot& slot) {
    const auto twin = std::ranges::find(ports_, number, [](const PlannedPort& p) { return p.port.number; });
    if (twin != ports_.end()) {
      if (twin->slot == index) return;
      diagnostics_.report(
          diagnose(Code::port_taken, service_.display(),
                   fmt::format("port {} of {} is taken by {}", number, in_quotes(slot.key), twin->port.name)));
      return;
    }
    const std::string& protocol = slot.protocol.value;
    const std::string name = fmt::format("{}-{}", protocol.empty() ? "port" : to_lower(protocol), number);
    ports_.push_back({{name, number, protocol, 0}, index, slot.protocol.origin});
  }

  std::vector<PlannedPort> take() {
    std::ranges::sort(ports_, {}, [](const PlannedPort& p) { return p.port.number; });
    return std::move(ports_);
  }

 private:
  const Service& service_;
  Diagnostics& diagnostics_;
  std::vector<PlannedPort> ports_;
};

/// Row 6 without a rule. `common`: whether this slot may have the well-known number that stands for all of its ports.
void add_default(PortList& list, std::size_t index, const Slot& slot, bool common, const Service& service,
                 Diagnostics& diagnostics) {
  const auto distinct = slot.distinct();
  if (distinct.size() > 1 && common) list.add(slot.is_tls() ? kCommonTlsPort : kCommonPort, index, slot);
  if (distinct.size() > kManyPorts) {
    const bool too_many = distinct.size() > kTooManyPorts;
    const std::string_view what = !too_many ? "each is exported"
                                  : common  ? "only the common one is exported"
                                            : "none is exported";
    diagnostics.report(diagnose(Code::many_ports, service.display(),
                                fmt::format("its instances have {} distinct ports; {}", distinct.size(), what)));
    if (too_many) return;
  }
  for (const std::uint32_t number : distinct) list.add(number, index, slot);
}

void add_by_rule(PortList& list, const std::vector<Slot>& slots, const ServicePortRule& rule) {
  for (const std::uint32_t number : rule.numbers) {
    const auto owner = std::ranges::find_if(
        slots, [&](const Slot& slot) { return std::ranges::find(slot.numbers, number) != slot.numbers.end(); });
    const auto index = owner == slots.end() ? 0 : static_cast<std::size_t>(owner - slots.begin());
    list.add(number, index, slots[index]);
  }
  if (!rule.instance) return;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    for (const std::uint32_t number : slots[i].distinct()) list.add(number, i, slots[i]);
  }
}

/// Row 8: a port that would be a catch-all is taken out, unless it is wanted.
void withhold_catch_alls(std::vector<PlannedPort>& ports, const Service& service, const Choices& choices,
                         Diagnostics& diagnostics) {
  const auto catches_all = [&](const PlannedPort& p) { return is_withheld(p, choices); };
  const auto first = std::ranges::find_if(ports, catches_all);
  if (first == ports.end()) return;
  const bool whole = std::ranges::all_of(ports, catches_all);
  diagnostics.report(
      diagnose(whole ? Code::tcp_without_address : Code::tcp_port_withheld, service.display(),
               fmt::format("{}withheld: port {} is {} ({}) and the host has no address of its own",
                           whole ? "" : "partly ", first->port.number, first->port.protocol, first->protocol_origin)));
  std::erase_if(ports, catches_all);
}

void report_reserved(const std::vector<PlannedPort>& ports, const Service& service, Diagnostics& diagnostics) {
  for (const PlannedPort& port : ports) {
    if (std::ranges::find(kReservedPorts, port.port.number) == kReservedPorts.end()) continue;
    diagnostics.report(diagnose(Code::reserved_port, service.display(),
                                fmt::format("its port {} is one of Istio's own", port.port.number)));
  }
}

/// A rule gives ports to a service of which nothing is known but its name.
std::vector<PlannedPort> ports_by_rule_alone(const Service& service, const Choices& choices, Diagnostics& diagnostics) {
  const Slot slot{"", unite_protocols(service, {}, choices, diagnostics), {}, 0};
  PortList list(service, diagnostics);
  for (const std::uint32_t number : rule_of(choices).numbers) list.add(number, 0, slot);
  return list.take();
}

void set_ports(std::vector<Candidate>& candidates, const std::vector<Slot>& slots) {
  std::vector<std::uint32_t> numbers(slots.size());
  Alike<std::vector<std::uint32_t>> alike;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    std::ranges::transform(slots, numbers.begin(), [&](const Slot& slot) { return slot.numbers[i]; });
    candidates[i].ports = alike.share(numbers);
  }
}

/// A slot that no port of the service leads to must not tell endpoints apart.
void forget_unused_slots(std::vector<Candidate>& candidates, const std::vector<PlannedPort>& ports) {
  const std::size_t slots = candidates.empty() ? 0 : candidates.front().ports.size();
  for (std::size_t slot = 0; slot < slots; ++slot) {
    if (std::ranges::find(ports, slot, &PlannedPort::slot) != ports.end()) continue;
    for (Candidate& candidate : candidates) {
      candidate.ports.change([&](auto& numbers) { numbers[slot] = 0; });
    }
  }
}

}  // namespace

std::vector<PlannedPort> find_ports(const Service& service, std::vector<Candidate>& candidates, const Choices& choices,
                                    Diagnostics& diagnostics) {
  const ServicePortRule& rule = rule_of(choices);
  if (candidates.empty() && !rule.numbers.empty()) return ports_by_rule_alone(service, choices, diagnostics);
  if (candidates.empty()) {
    diagnostics.report(
        diagnose(Code::no_known_port, service.display(), "left out: no instance has an address and a port"));
    return {};
  }
  std::vector<Slot> slots = find_slots(service, candidates, choices, diagnostics);
  require_ruled_slots(slots, rule, candidates, diagnostics);
  keep_common(slots, service, candidates, diagnostics);
  set_ports(candidates, slots);
  PortList list(service, diagnostics);
  if (rule.is_default()) {
    bool plain_taken = false;
    bool tls_taken = false;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      bool& taken = slots[i].is_tls() ? tls_taken : plain_taken;
      add_default(list, i, slots[i], !taken, service, diagnostics);
      taken = true;
    }
  } else {
    add_by_rule(list, slots, rule);
  }
  return list.take();
}

std::vector<PlannedPort> plan_ports(const Service& service, std::vector<Candidate>& candidates, const Choices& choices,
                                    Diagnostics& diagnostics) {
  std::vector<PlannedPort> ports = find_ports(service, candidates, choices, diagnostics);
  withhold_catch_alls(ports, service, choices, diagnostics);
  report_reserved(ports, service, diagnostics);
  forget_unused_slots(candidates, ports);
  return ports;
}

bool is_withheld(const PlannedPort& port, const Choices& choices) {
  return is_catch_all(port.port.protocol) && are_catch_alls(choices) &&
         value_or(choices.tcp_without_address, TcpWithoutAddress::withhold) == TcpWithoutAddress::withhold;
}

bool are_catch_alls(const Choices& choices) {
  const bool has_address = choices.addresses != nullptr && !choices.addresses->value.empty();
  return !has_address && !value_or(choices.dns_capture, false);
}

PortMap endpoint_ports(const Candidate& candidate, const std::vector<PlannedPort>& ports) {
  const auto own = [&](const PlannedPort& p) { return candidate.ports[p.slot]; };
  PortMap map;
  if (std::ranges::all_of(ports, [&](const PlannedPort& p) { return own(p) == p.port.number; })) return map;
  map.reserve(ports.size());
  for (const PlannedPort& p : ports) map.emplace_back(p.port.name, own(p));
  if (map.size() > 1) sort_keys(map);
  return map;
}

}  // namespace r2i::transform
