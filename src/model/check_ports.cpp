#include "model/checker.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace r2i {

namespace {

constexpr auto kProtocols = std::to_array<std::string_view>(
    {"udp", "tcp", "http", "http_proxy", "http2", "grpc", "grpc-web", "https", "tls", "mongo", "redis", "mysql"});
constexpr auto kTellHosts =
    std::to_array<std::string_view>({"http", "http_proxy", "http2", "grpc", "grpc-web", "https", "tls"});

bool is_one_of(std::string_view protocol, std::span<const std::string_view> protocols) {
  return std::ranges::any_of(protocols, [&](std::string_view one) { return equals_ignoring_case(protocol, one); });
}

}  // namespace

bool is_protocol(std::string_view text) {
  return is_one_of(text, kProtocols);
}

bool tells_hosts_apart(std::string_view protocol) {
  return is_one_of(protocol, kTellHosts);
}

void check_ports(Checker& checker, const At& spec, const ServiceEntry& entry, const Written& written) {
  const At ports = spec.field("ports");
  checker.require(entry.ports.size() <= kMaxPorts, ports, "{} of them; at most {} are allowed", entry.ports.size(),
                  kMaxPorts);
  std::set<std::string_view> names;
  std::set<std::uint32_t> numbers;
  for (std::size_t i = 0; i < entry.ports.size(); ++i) {
    const ServicePort& port = entry.ports[i];
    const At at = ports.item(i);
    checker.require(is_dns_label(port.name), at.field("name"),
                    "{} is no name of a port: letters, digits and inner '-', at most 63", Quote{port.name});
    checker.require(names.insert(port.name).second, at.field("name"), "{} comes twice: give each port its own name",
                    Quote{port.name});
    checker.require(port.number >= 1 && port.number <= kMaxPort, at.field("number"), "{} is no port: 1 to {}",
                    port.number, kMaxPort);
    checker.require(numbers.insert(port.number).second, at.field("number"),
                    "{} comes twice: one port has one name and one protocol", port.number);
    checker.require(port.protocol.empty() || is_protocol(port.protocol), at.field("protocol"),
                    "{} is no protocol of Istio's: HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, UDP, MONGO, REDIS, "
                    "MYSQL, HTTP_PROXY; TCP fits any other",
                    Quote{port.protocol});
    checker.require(port.target_port <= kMaxPort && !written.zero_target_ports.contains(i), at.field("targetPort"),
                    "{} is no port: 1 to {}, or leave it out", port.target_port, kMaxPort);
  }
}

}  // namespace r2i
