#include "model/checker.hpp"
#include "model/manifest_fields.hpp"

#include <algorithm>
#include <array>

namespace r2i {

namespace {

std::string_view name_of(Resolution resolution) {
  return kResolutionNames.at(static_cast<std::size_t>(resolution));
}

void check_subnets(Checker& checker, const At& spec, const ServiceEntry& entry) {
  if (entry.resolution == Resolution::none || entry.resolution == Resolution::static_) return;
  const At addresses = spec.field("addresses");
  for (std::size_t i = 0; i < entry.addresses.size(); ++i) {
    checker.require(entry.addresses[i].find('/') == std::string::npos, addresses.item(i),
                    "{}: a subnet needs resolution NONE or STATIC, and this is {}", Quote{entry.addresses[i]},
                    name_of(entry.resolution));
  }
}

void check_address_of_endpoint(Checker& checker, const At& at, const ServiceEntry& entry, const Endpoint& endpoint) {
  const std::string& address = endpoint.address;
  if (resolves_by_name(entry.resolution)) {
    // Without a network it is said already that an address is required.
    checker.require(is_zoned_ip_address(address) || is_fqdn(address) || (address.empty() && endpoint.network.empty()),
                    at.field("address"), "{} is neither an IP address nor a host name, as {} needs", Quote{address},
                    name_of(entry.resolution));
  } else if (address.starts_with(kUnixPrefix)) {
    checker.require(entry.ports.size() == 1, at.field("address"),
                    "an endpoint that is a unix socket needs a service of one port, and this one has {}",
                    entry.ports.size());
  } else {
    checker.require(address.empty() || is_zoned_ip_address(address), at.field("address"),
                    "{} is no IP address, as STATIC needs: use one, or resolution DNS for host names", Quote{address});
  }
}

void check_by_name(Checker& checker, const At& spec, const ServiceEntry& entry) {
  checker.require(entry.resolution != Resolution::dns_round_robin || entry.endpoints.size() <= 1,
                  spec.field("endpoints"), "{} of them; DNS_ROUND_ROBIN allows one: use DNS for several",
                  entry.endpoints.size());
  if (!entry.endpoints.empty()) return;
  const At hosts = spec.field("hosts");
  for (std::size_t i = 0; i < entry.hosts.size(); ++i) {
    const std::string& host = entry.hosts[i];
    checker.require(is_fqdn(host) || host == "*" || !is_wildcard_host(host), hosts.item(i),
                    "{} cannot be looked up, and {} does so without endpoints: give endpoints, or a full name",
                    Quote{host}, name_of(entry.resolution));
  }
}

bool uses_waypoint(const ObjectMeta& meta) {
  const auto waypoint = find_value(meta.labels, "istio.io/use-waypoint");
  return waypoint && !waypoint->empty() && !equals_ignoring_case(*waypoint, "none");
}

void check_dynamic_dns(Checker& checker, const At& spec, const ServiceEntry& entry) {
  constexpr auto kAllowed = std::to_array<std::string_view>({"http", "tls", "grpc", "http2"});
  for (std::size_t i = 0; i < entry.hosts.size(); ++i) {
    const At hosts = spec.field("hosts");
    checker.require(entry.hosts[i].starts_with('*'), hosts.item(i),
                    "{} is no wildcard, as DYNAMIC_DNS needs: use one, or resolution DNS", Quote{entry.hosts[i]});
  }
  checker.require(entry.addresses.empty(), spec.field("addresses"), "DYNAMIC_DNS allows none: remove them");
  checker.require(entry.endpoints.empty(), spec.field("endpoints"), "DYNAMIC_DNS allows none: remove them");
  const At ports = spec.field("ports");
  for (std::size_t i = 0; i < entry.ports.size(); ++i) {
    const std::string_view protocol = entry.ports[i].protocol;
    const auto same = [&](std::string_view allowed) { return equals_ignoring_case(protocol, allowed); };
    const At at = ports.item(i);
    checker.require(std::ranges::any_of(kAllowed, same), at.field("protocol"),
                    "{} does not go with DYNAMIC_DNS: HTTP, HTTP2, GRPC and TLS do", Quote{protocol});
  }
  checker.require(entry.location != Location::mesh_internal || !uses_waypoint(entry.meta), spec.field("location"),
                  "MESH_INTERNAL, DYNAMIC_DNS and a waypoint do not go together: use MESH_EXTERNAL");
}

/// Several hosts need a protocol that tells them apart.
void check_ports_of_many_hosts(Checker& checker, const At& spec, const ServiceEntry& entry) {
  const At ports = spec.field("ports");
  for (std::size_t i = 0; i < entry.ports.size(); ++i) {
    const At at = ports.item(i);
    checker.require(tells_hosts_apart(entry.ports[i].protocol), at.field("protocol"),
                    "{} does not tell several hosts apart: write an object for each host, or use HTTP, GRPC or TLS",
                    Quote{entry.ports[i].protocol});
  }
}

}  // namespace

void check_resolution(Checker& checker, const At& spec, const ServiceEntry& entry, const Written& written) {
  check_subnets(checker, spec, entry);
  switch (entry.resolution) {
    case Resolution::none:
      checker.require(!written.endpoints, spec.field("endpoints"),
                      "resolution NONE, which is also the default, allows none, not even []: remove them, or use "
                      "resolution STATIC or DNS");
      break;
    case Resolution::dns:
    case Resolution::dns_round_robin:
      check_by_name(checker, spec, entry);
      [[fallthrough]];
    case Resolution::static_: {
      const At endpoints = spec.field("endpoints");
      for (std::size_t i = 0; i < entry.endpoints.size(); ++i) {
        check_address_of_endpoint(checker, endpoints.item(i), entry, entry.endpoints[i]);
      }
      break;
    }
    case Resolution::dynamic_dns:
      check_dynamic_dns(checker, spec, entry);
      break;
  }
  if (entry.resolution != Resolution::none && entry.hosts.size() > 1) check_ports_of_many_hosts(checker, spec, entry);
}

}  // namespace r2i
