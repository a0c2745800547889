#include "model/check.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <set>

namespace r2i {

namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabels = 256;
constexpr std::size_t kMaxPortMap = 128;
constexpr std::size_t kMaxPortKey = 62;
constexpr std::size_t kMaxLabelPart = 63;
constexpr std::uint32_t kMaxPort = 65535;

constexpr std::array<std::string_view, 12> kProtocols = {"",         "udp",   "tcp", "http",  "http2", "grpc",
                                                         "grpc-web", "https", "tls", "mongo", "redis", "mysql"};

bool is_label_name(std::string_view text) {
  const auto inner = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kMaxLabelPart && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::ranges::all_of(text, inner);
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Collects what is wrong, each with its path.
class Checker {
 public:
  template <typename... Args>
  void require(bool holds, fmt::format_string<Args...> format, Args&&... args) {
    if (!holds) broken_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void meta(const ObjectMeta& meta) {
    require(!meta.name.empty() && meta.name.size() <= kMaxName && is_object_name(meta.name),
            "metadata.name: {} is no name of an object", quoted(meta.name));
    labels("metadata.labels", meta.labels);
  }

  void labels(std::string_view path, const Pairs& labels) {
    require(labels.size() <= kMaxLabels, "{}: more than {}", path, kMaxLabels);
    for (const auto& [key, value] : labels) {
      require(is_label_key(key), "{}: {} is no key of a label", path, quoted(key));
      require(is_label_value(value), "{}[{}]: {} is no value of a label", path, key, quoted(value));
    }
  }

  void endpoint(const std::string& path, const Endpoint& endpoint, const std::vector<ServicePort>* ports) {
    require(!endpoint.address.empty() || !endpoint.network.empty(), "{}.address: is required", path);
    labels(path + ".labels", endpoint.labels);
    require(endpoint.ports.size() <= kMaxPortMap, "{}.ports: more than {}", path, kMaxPortMap);
    for (const auto& [name, number] : endpoint.ports) {
      require(is_dns_label(name) && name.size() <= kMaxPortKey, "{}.ports: {} is no name of a port", path,
              quoted(name));
      require(number >= 1 && number <= kMaxPort, "{}.ports[{}]: {} is no port", path, name, number);
      const bool known = ports == nullptr || std::ranges::find(*ports, name, &ServicePort::name) != ports->end();
      require(known, "{}.ports: the service has no port {}", path, quoted(name));
    }
  }

  void service_ports(const std::vector<ServicePort>& ports) {
    require(ports.size() <= kMaxPorts, "spec.ports: more than {}", kMaxPorts);
    std::set<std::string_view> names;
    std::set<std::uint32_t> numbers;
    for (const ServicePort& port : ports) {
      require(is_dns_label(port.name), "spec.ports: {} is no name of a port", quoted(port.name));
      require(names.insert(port.name).second, "spec.ports: the name {} comes twice", quoted(port.name));
      require(port.number >= 1 && port.number <= kMaxPort, "spec.ports[{}].number: {} is no port", port.name,
              port.number);
      require(numbers.insert(port.number).second, "spec.ports: the number {} comes twice", port.number);
      require(std::ranges::find(kProtocols, to_lower(port.protocol)) != kProtocols.end(),
              "spec.ports[{}].protocol: {} is unknown", port.name, quoted(port.protocol));
    }
  }

  std::vector<std::string> take() { return std::move(broken_); }

 private:
  static bool is_object_name(std::string_view name) {
    return is_host_labels(name) && std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
  }

  static bool is_host_labels(std::string_view name) {
    return std::ranges::all_of(split(name, '.'), [](const std::string& label) { return is_dns_label(label); });
  }

  std::vector<std::string> broken_;
};

void check_resolution(Checker& checker, const ServiceEntry& entry) {
  const bool by_name = entry.resolution == Resolution::dns || entry.resolution == Resolution::dns_round_robin;
  checker.require(entry.resolution != Resolution::none || entry.endpoints.empty(),
                  "spec.endpoints: not allowed with resolution NONE");
  checker.require(entry.endpoints.empty() || entry.workload_selector.labels.empty(),
                  "spec: endpoints and workloadSelector exclude each other");
  checker.require(entry.resolution != Resolution::dns_round_robin || entry.endpoints.size() <= 1,
                  "spec.endpoints: at most one with resolution DNS_ROUND_ROBIN");
  for (std::size_t i = 0; i < entry.endpoints.size(); ++i) {
    const std::string& address = entry.endpoints[i].address;
    const bool fits = is_ip_address(address) || (by_name && is_host_name(address));
    if (!address.empty())
      checker.require(fits, "spec.endpoints[{}].address: {} does not fit the resolution", i, quoted(address));
  }
}

void check_export_to(Checker& checker, const std::vector<std::string>& export_to) {
  std::set<std::string_view> seen;
  for (const std::string& value : export_to) {
    const bool special = value == "." || value == "*" || value == "~";
    checker.require(special || is_dns_label(value), "spec.exportTo: {} is no namespace", quoted(value));
    checker.require(seen.insert(value).second, "spec.exportTo: {} comes twice", quoted(value));
    checker.require(!(value == "*" || value == "~") || export_to.size() == 1, "spec.exportTo: \"{}\" stands alone",
                    value);
  }
}

}  // namespace

bool is_dns_label(std::string_view text) {
  const auto inner = [](char c) { return is_alnum(c) || c == '-'; };
  return !text.empty() && text.size() <= kMaxLabelPart && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::ranges::all_of(text, inner);
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t kMaxHost = 255;
  if (text.empty() || text.size() > kMaxHost) return false;
  const auto labels = split(text, '.');
  return std::ranges::all_of(labels, [](const std::string& label) { return is_dns_label(label); }) &&
         !is_number(labels.back());
}

bool is_ip_address(std::string_view text) {
  std::array<unsigned char, 16> address{};
  const std::string terminated(text);
  return ::inet_pton(AF_INET, terminated.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1;
}

bool is_label_key(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return is_label_name(text);
  const std::string_view prefix = text.substr(0, slash);
  const auto labels = split(prefix, '.');
  return prefix.size() <= kMaxName && is_label_name(text.substr(slash + 1)) &&
         std::ranges::all_of(labels, [](const std::string& label) { return is_dns_label(label); });
}

bool is_label_value(std::string_view text) {
  return text.empty() || is_label_name(text);
}

std::vector<std::string> check(const ServiceEntry& entry) {
  Checker checker;
  checker.meta(entry.meta);
  checker.require(!entry.hosts.empty() && entry.hosts.size() <= 256, "spec.hosts: 1 to 256 are allowed");
  for (const std::string& host : entry.hosts) {
    const std::string_view rest = host.starts_with("*.") ? std::string_view(host).substr(2) : std::string_view(host);
    checker.require(is_host_name(rest), "spec.hosts: {} is no host name", quoted(host));
  }
  checker.require(entry.addresses.size() <= 256, "spec.addresses: more than 256");
  checker.require(entry.endpoints.size() <= kMaxEndpoints, "spec.endpoints: more than {}", kMaxEndpoints);
  checker.service_ports(entry.ports);
  check_resolution(checker, entry);
  check_export_to(checker, entry.export_to);
  for (std::size_t i = 0; i < entry.endpoints.size(); ++i) {
    checker.endpoint(fmt::format("spec.endpoints[{}]", i), entry.endpoints[i], &entry.ports);
  }
  return checker.take();
}

std::vector<std::string> check(const WorkloadEntry& entry) {
  Checker checker;
  checker.meta(entry.meta);
  checker.endpoint("spec", entry.spec, nullptr);
  const bool fits = is_ip_address(entry.spec.address) || is_host_name(entry.spec.address);
  checker.require(entry.spec.address.empty() || fits, "spec.address: {} is neither an IP address nor a host name",
                  quoted(entry.spec.address));
  return checker.take();
}

std::size_t json_size(const ServiceEntry& entry) {
  // Names of fields, quotes and commas of one endpoint with every field come to less than this.
  constexpr std::size_t kPerEndpoint = 100;
  constexpr std::size_t kPerPair = 16;
  std::size_t bytes = 1024;
  for (const Endpoint& endpoint : entry.endpoints) {
    bytes += kPerEndpoint + endpoint.address.size() + endpoint.locality.size();
    for (const auto& [key, value] : endpoint.labels) bytes += kPerPair + key.size() + value.size();
    for (const auto& [key, value] : endpoint.ports) bytes += kPerPair + key.size();
  }
  return bytes + entry.ports.size() * kPerEndpoint;
}

}  // namespace r2i
