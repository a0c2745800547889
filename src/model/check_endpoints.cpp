#include "base/utf8.hpp"
#include "model/checker.hpp"

#include <algorithm>

namespace r2i {

namespace {

constexpr std::size_t kMaxAddress = 256;
constexpr std::size_t kMaxText = 2048;
constexpr std::size_t kMaxServiceAccount = 253;
constexpr std::size_t kMaxLabels = 256;
constexpr std::size_t kMaxPortMap = 128;
constexpr std::size_t kMaxPortKey = 62;

void check_length(Checker& checker, const At& at, std::string_view text, std::size_t most) {
  // Bytes are at least as many as characters, and most texts are short.
  checker.require(text.size() <= most || count_characters(text) <= most, at, "longer than {} characters", most);
}

void check_labels(Checker& checker, const At& at, const Pairs& labels) {
  checker.require(labels.size() <= kMaxLabels, at, "{} of them; at most {} are allowed", labels.size(), kMaxLabels);
  for (const auto& [key, value] : labels) {
    checker.require(is_label_key(key), at.entry(key),
                    "{} is no key of a label: [prefix/]name, the name with at most 63 letters, digits, '-', '_' and "
                    "'.', the prefix a host name",
                    Quote{key});
    checker.require(is_endpoint_label_value(value), at.entry(key),
                    "{} is no value of a label: letters, digits, '-', '_' and '.', a letter or digit at both ends",
                    Quote{value});
  }
}

void check_port_map(Checker& checker, const At& at, const PortMap& ports) {
  checker.require(ports.size() <= kMaxPortMap, at, "{} of them; at most {} are allowed", ports.size(), kMaxPortMap);
  for (const auto& [name, number] : ports) {
    checker.require(is_dns_label(name) && name.size() <= kMaxPortKey, at.entry(name),
                    "{} is no name of a port here: letters, digits and inner '-', at most {}", Quote{name},
                    kMaxPortKey);
    checker.require(number >= 1 && number <= kMaxPort, at.entry(name), "{} is no port: 1 to {}", number, kMaxPort);
  }
}

/// A key of an endpoint's port map that names none of the service's ports.
void check_port_names(Checker& checker, const At& at, const PortMap& ports, const std::vector<ServicePort>& known) {
  for (const auto& [name, number] : ports) {
    checker.require(std::ranges::find(known, name, &ServicePort::name) != known.end(), at.entry(name),
                    "the service has no port {}: use a name of spec.ports", Quote{name});
  }
}

}  // namespace

void check_endpoint(Checker& checker, const At& at, const Endpoint& endpoint, bool ports_are_empty,
                    SharedPairs& good_labels) {
  checker.require(!endpoint.address.empty() || !endpoint.network.empty(), at.field("address"), "is required");
  if (endpoint.address.starts_with(kUnixPrefix)) {
    checker.require(is_unix_address(endpoint.address), at.field("address"),
                    "{} is no unix socket: unix:///path/to/socket or unix://@name, not a directory",
                    Quote{endpoint.address});
    checker.require(endpoint.ports.empty() && !ports_are_empty, at.field("ports"),
                    "a unix socket has no ports: leave them out");
  }
  check_length(checker, at.field("address"), endpoint.address, kMaxAddress);
  check_length(checker, at.field("locality"), endpoint.locality, kMaxText);
  check_length(checker, at.field("network"), endpoint.network, kMaxText);
  check_length(checker, at.field("serviceAccount"), endpoint.service_account, kMaxServiceAccount);
  if (!endpoint.labels.is(good_labels)) {
    const std::size_t before = checker.size();
    check_labels(checker, at.field("labels"), endpoint.labels);
    if (checker.size() == before) good_labels = endpoint.labels;
  }
  check_port_map(checker, at.field("ports"), endpoint.ports);
}

void check_endpoints(Checker& checker, const At& spec, const ServiceEntry& entry, const Written& written) {
  const At endpoints = spec.field("endpoints");
  checker.require(entry.endpoints.size() <= kMaxEndpoints, endpoints, "{} of them; at most {} are allowed",
                  entry.endpoints.size(), kMaxEndpoints);
  checker.require(!written.endpoints || !written.workload_selector, spec.field("workloadSelector"),
                  "endpoints and workloadSelector exclude each other, even if empty: remove one");
  SharedPairs good_labels;
  for (std::size_t i = 0; i < entry.endpoints.size(); ++i) {
    const At at = endpoints.item(i);
    check_endpoint(checker, at, entry.endpoints[i], written.empty_endpoint_ports.contains(i), good_labels);
    check_port_names(checker, at.field("ports"), entry.endpoints[i].ports, entry.ports);
  }
}

}  // namespace r2i
