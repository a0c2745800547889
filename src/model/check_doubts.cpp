#include "model/checker.hpp"

#include <algorithm>

namespace r2i {

namespace {

void doubt_hosts(Checker& checker, const At& spec, const ServiceEntry& entry) {
  if (entry.resolution == Resolution::dynamic_dns) return;
  const At hosts = spec.field("hosts");
  for (std::size_t i = 0; i < entry.hosts.size(); ++i) {
    const std::string& host = entry.hosts[i];
    const bool partial = host.find('*') != std::string::npos && host != "*" && !host.starts_with("*.");
    checker.require(!partial, hosts.item(i), "{} matches nothing: a wildcard is a whole label, as in \"*.example.com\"",
                    Quote{host});
  }
}

/// Whether istiod gives the entry an address by itself, with the settings that it has by default since 1.25.
bool gets_an_address(const ServiceEntry& entry) {
  const auto enabled = find_value(entry.meta.labels, "networking.istio.io/enable-autoallocate-ip");
  return entry.resolution != Resolution::none && !(enabled && equals_ignoring_case(*enabled, "false"));
}

void doubt_ports(Checker& checker, const At& spec, const ServiceEntry& entry) {
  if (!entry.addresses.empty() || gets_an_address(entry)) return;
  const At ports = spec.field("ports");
  for (std::size_t i = 0; i < entry.ports.size(); ++i) {
    const std::string& protocol = entry.ports[i].protocol;
    const At at = ports.item(i);
    checker.require(!protocol.empty() && protocol != "TCP", at.field("protocol"),
                    "{} on a service without addresses takes all traffic of its port: give addresses, or a protocol "
                    "that names the host",
                    protocol.empty() ? "none" : "TCP");
  }
}

void doubt_selector(Checker& checker, const At& spec, const ServiceEntry& entry) {
  const At selector = spec.field("workloadSelector");
  checker.require(!entry.workload_selector.labels.empty(), selector,
                  "without labels it selects every workload of the namespace, or none, by Istio's version");
  checker.require(
      entry.resolution != Resolution::none, selector,
      "resolution NONE, which is also the default, does not balance between what it selects: use STATIC or DNS");
}

void doubt_addresses(Checker& checker, const At& spec, const ServiceEntry& entry) {
  if (!resolves_by_name(entry.resolution) || entry.addresses.empty() || entry.hosts.size() < 2) return;
  const bool any_tcp = std::ranges::any_of(entry.ports, [](const ServicePort& port) {
    return is_protocol(port.protocol) && !equals_ignoring_case(port.protocol, "udp") &&
           (!tells_hosts_apart(port.protocol) || equals_ignoring_case(port.protocol, "https") ||
            equals_ignoring_case(port.protocol, "tls"));
  });
  checker.require(!any_tcp, spec.field("addresses"),
                  "several hosts share them on a TCP port, so that all traffic goes to one: write an object for each");
}

void doubt_endpoint(Checker& checker, const At& at, const Endpoint& endpoint) {
  checker.require(!endpoint.address.empty() || endpoint.network.empty(), at.field("address"),
                  "none: traffic goes to a gateway of the network {}", Quote{endpoint.network});
}

}  // namespace

std::vector<Breach> find_doubts(const ServiceEntry& entry, const Written& written) {
  Checker checker;
  const At object;
  const At spec = object.field("spec");
  if (!written.resolution_is_known) return {};
  doubt_hosts(checker, spec, entry);
  doubt_ports(checker, spec, entry);
  doubt_addresses(checker, spec, entry);
  if (written.workload_selector) doubt_selector(checker, spec, entry);
  if (entry.resolution == Resolution::static_) {
    const At endpoints = spec.field("endpoints");
    for (std::size_t i = 0; i < entry.endpoints.size(); ++i) {
      doubt_endpoint(checker, endpoints.item(i), entry.endpoints[i]);
    }
  }
  return checker.take();
}

std::vector<Breach> find_doubts(const WorkloadEntry& entry) {
  Checker checker;
  const At object;
  doubt_endpoint(checker, object.field("spec"), entry.spec);
  return checker.take();
}

}  // namespace r2i
