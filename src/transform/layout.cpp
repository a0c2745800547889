#include "transform/layout.hpp"

#include "base/natural_order.hpp"
#include "model/selector.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

namespace r2i::transform {

namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabelValue = 63;
constexpr std::size_t kHashDigits = 10;

/// The port numbers of an endpoint, by the names of the service's ports.
PortMap ports_of(const ServiceEntry& entry, const Endpoint& endpoint) {
  if (!endpoint.ports.empty()) return endpoint.ports;
  PortMap ports;
  for (const ServicePort& port : entry.ports) ports.emplace_back(port.name, port.number);
  return ports;
}

/// What an endpoint's name is made of. It is stable while other instances come and go: its own address and port numbers
/// alone decide it.
std::string identity_of(const Endpoint& endpoint, const PortMap& ports) {
  std::set<std::uint32_t> numbers;
  for (const auto& [name, number] : ports) numbers.insert(number);
  return fmt::format("{} {}", endpoint.address, fmt::join(numbers, ","));
}

/// The same of an endpoint that has the numbers of another one at the same address, under other ports.
std::string full_identity_of(const Endpoint& endpoint, const PortMap& ports) {
  std::string identity = endpoint.address;
  for (const auto& [name, number] : ports) identity += fmt::format(" {}={}", name, number);
  return identity;
}

std::string workload_name(const ServiceEntry& entry, std::string identity) {
  std::string_view host = entry.hosts.front();
  // The hash belongs to the last label, which has a limit of its own.
  const auto last = host.rfind('.') == std::string_view::npos ? 0 : host.rfind('.') + 1;
  host = host.substr(0, last + kMaxLabelValue - kHashDigits - 1);
  // Hosts that are cut alike must not share a name.
  const std::string& whole = entry.hosts.front();
  if (host.size() < whole.size() || whole.size() > kMaxName - kHashDigits - 1) identity += " " + whole;
  return cut_with_hash(host, identity, kMaxName);
}

}  // namespace

std::vector<Manifest> lay_out(ServiceEntry&& entry, Layout layout, const std::string& alias_of) {
  std::vector<Manifest> objects;
  if (layout == Layout::inline_) {
    objects.emplace_back(std::move(entry));
    return objects;
  }
  const std::string& host = alias_of.empty() ? entry.hosts.front() : alias_of;
  const std::pair<std::string, std::string> selected{mark::kHost, selector_value(host)};
  std::vector<Endpoint> endpoints = std::exchange(entry.endpoints, {});
  if (!alias_of.empty()) endpoints.clear();
  entry.workload_selector.labels = {selected};
  objects.reserve(endpoints.size() + 1);
  ObjectMeta meta = entry.meta;
  // A host that had to be cut does not begin with the service's name any more, as one without the annotation must.
  const std::string name = host.substr(0, host.find('.'));
  if (!find_value(meta.annotations, mark::kService) && selected.second.substr(0, selected.second.find('.')) != name) {
    meta.annotations.emplace_back(mark::kService, name);
    sort_keys(meta.annotations);
  }
  meta.labels.push_back(selected);
  sort_keys(meta.labels);
  std::set<std::string> identities;
  for (Endpoint& endpoint : endpoints) {
    const PortMap ports = ports_of(entry, endpoint);
    std::string identity = identity_of(endpoint, ports);
    if (!identities.insert(identity).second) identity = full_identity_of(endpoint, ports);
    meta.name = workload_name(entry, std::move(identity));
    objects.emplace_back(WorkloadEntry{meta, std::move(endpoint)});
  }
  objects.emplace(objects.begin(), std::move(entry));
  return objects;
}

}  // namespace r2i::transform
