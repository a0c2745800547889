#include "model/check.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <optional>
#include <set>

namespace r2i {

namespace {

/// A text that is put between quotes only if a message with it is written.
struct Quote {
  std::string_view text;
};

/// "spec.endpoints[3]", or "spec" for an object that is one endpoint.
struct EndpointPath {
  std::optional<std::size_t> index;
};

}  // namespace

}  // namespace r2i

template <>
struct fmt::formatter<r2i::Quote> : fmt::formatter<std::string_view> {
  auto format(const r2i::Quote& quote, format_context& context) const {
    return fmt::formatter<std::string_view>::format(r2i::in_quotes(quote.text), context);
  }
};

template <>
struct fmt::formatter<r2i::EndpointPath> : fmt::formatter<std::string_view> {
  auto format(const r2i::EndpointPath& path, format_context& context) const {
    return path.index ? fmt::format_to(context.out(), "spec.endpoints[{}]", *path.index)
                      : fmt::format_to(context.out(), "spec");
  }
};

namespace r2i {

namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxText = 2048;
constexpr std::size_t kMaxLabels = 256;
constexpr std::size_t kMaxPortMap = 128;
constexpr std::size_t kMaxPortKey = 62;
constexpr std::size_t kMaxLabelPart = 63;
constexpr std::uint32_t kMaxPort = 65535;

constexpr auto kProtocols = std::to_array<std::string_view>(
    {"", "udp", "tcp", "http", "http_proxy", "http2", "grpc", "grpc-web", "https", "tls", "mongo", "redis", "mysql"});

bool is_label_name(std::string_view text) {
  const auto inner = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kMaxLabelPart && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::ranges::all_of(text, inner);
}

/// Whether `holds` is true of each part of `text` between the dots.
template <typename Predicate>
bool all_parts(std::string_view text, Predicate holds) {
  while (true) {
    const auto dot = text.find('.');
    if (!holds(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
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
            "metadata.name: {} is no name of an object", Quote{meta.name});
    labels(std::string_view("metadata"), meta.labels);
  }

  template <typename Path>
  void labels(const Path& path, const Pairs& labels) {
    require(labels.size() <= kMaxLabels, "{}.labels: more than {}", path, kMaxLabels);
    for (const auto& [key, value] : labels) {
      require(is_label_key(key), "{}.labels: {} is no key of a label", path, Quote{key});
      require(is_label_value(value), "{}.labels[{}]: {} is no value of a label", path, key, Quote{value});
    }
  }

  void endpoint(EndpointPath path, const Endpoint& endpoint, const std::vector<ServicePort>* ports) {
    require(!endpoint.address.empty() || !endpoint.network.empty(), "{}.address: is required", path);
    labels(path, endpoint.labels);
    require(endpoint.locality.size() <= kMaxText, "{}.locality: longer than {}", path, kMaxText);
    require(endpoint.network.size() <= kMaxText, "{}.network: longer than {}", path, kMaxText);
    require(endpoint.service_account.size() <= kMaxName, "{}.serviceAccount: longer than {}", path, kMaxName);
    require(endpoint.ports.size() <= kMaxPortMap, "{}.ports: more than {}", path, kMaxPortMap);
    for (const auto& [name, number] : endpoint.ports) {
      require(is_dns_label(name) && name.size() <= kMaxPortKey, "{}.ports: {} is no name of a port", path, Quote{name});
      require(number >= 1 && number <= kMaxPort, "{}.ports[{}]: {} is no port", path, name, number);
      const bool known = ports == nullptr || std::ranges::find(*ports, name, &ServicePort::name) != ports->end();
      require(known, "{}.ports: the service has no port {}", path, Quote{name});
    }
  }

  void service_ports(const std::vector<ServicePort>& ports) {
    require(ports.size() <= kMaxPorts, "spec.ports: more than {}", kMaxPorts);
    std::set<std::string_view> names;
    std::set<std::uint32_t> numbers;
    for (const ServicePort& port : ports) {
      require(is_dns_label(port.name), "spec.ports: {} is no name of a port", Quote{port.name});
      require(names.insert(port.name).second, "spec.ports: the name {} comes twice", Quote{port.name});
      require(port.number >= 1 && port.number <= kMaxPort, "spec.ports[{}].number: {} is no port", port.name,
              port.number);
      require(numbers.insert(port.number).second, "spec.ports: the number {} comes twice", port.number);
      require(std::ranges::find(kProtocols, to_lower(port.protocol)) != kProtocols.end(),
              "spec.ports[{}].protocol: {} is unknown", port.name, Quote{port.protocol});
      require(port.target_port <= kMaxPort, "spec.ports[{}].targetPort: {} is no port", port.name, port.target_port);
    }
  }

  std::vector<std::string> take() { return std::move(broken_); }

 private:
  static bool is_object_name(std::string_view name) {
    return is_host_labels(name) && std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
  }

  static bool is_host_labels(std::string_view name) { return all_parts(name, is_dns_label); }

  std::vector<std::string> broken_;
};

constexpr std::string_view kUnix = "unix://";

bool is_unix_address(std::string_view address) {
  if (!address.starts_with(kUnix)) return false;
  const std::string_view rest = address.substr(kUnix.size());
  return rest.starts_with('@') || (rest.starts_with('/') && !rest.ends_with('/'));
}

bool is_subnet(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view address = text.substr(0, slash);
  const std::string_view digits = text.substr(slash + 1);
  const unsigned most = address.find(':') == std::string_view::npos ? 32 : 128;
  unsigned bits = most + 1;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  return is_ip_address(address) && code == std::errc() && end == digits.data() + digits.size() && bits <= most;
}

void check_addresses(Checker& checker, const ServiceEntry& entry) {
  checker.require(entry.addresses.size() <= 256, "spec.addresses: more than 256");
  const bool may_have_subnets = entry.resolution == Resolution::none || entry.resolution == Resolution::static_;
  for (const std::string& address : entry.addresses) {
    const bool subnet = is_subnet(address);
    checker.require(subnet || is_ip_address(address), "spec.addresses: {} is neither an IP address nor a subnet",
                    Quote{address});
    checker.require(!subnet || may_have_subnets, "spec.addresses: {}: subnets need resolution NONE or STATIC",
                    Quote{address});
  }
}

void check_selector(Checker& checker, const WorkloadSelector& selector) {
  checker.require(selector.labels.size() <= kMaxLabels, "spec.workloadSelector: more than {} labels", kMaxLabels);
  for (const auto& [key, value] : selector.labels) {
    const bool wild = key.find('*') != std::string::npos || value.find('*') != std::string::npos;
    checker.require(!key.empty() && !wild && value.size() <= kMaxLabelPart,
                    "spec.workloadSelector.labels: {} = {} is not allowed", Quote{key}, Quote{value});
  }
}

void check_endpoint_address(Checker& checker, const ServiceEntry& entry, std::size_t index, bool by_name) {
  const Endpoint& endpoint = entry.endpoints[index];
  const std::string& address = endpoint.address;
  if (!by_name && address.starts_with(kUnix)) {
    checker.require(is_unix_address(address), "spec.endpoints[{}].address: {} is no unix socket", index,
                    Quote{address});
    checker.require(endpoint.ports.empty(), "spec.endpoints[{}].ports: a unix socket has none", index);
    checker.require(entry.ports.size() == 1, "spec.ports: an endpoint that is a unix socket needs exactly one");
    return;
  }
  const bool fits = is_ip_address(address) || (by_name && is_host_name(address));
  const bool may_be_empty =
      !by_name || endpoint.network.empty();  // then it is said already that an address is required
  checker.require(fits || (address.empty() && may_be_empty),
                  "spec.endpoints[{}].address: {} does not fit the resolution", index, Quote{address});
}

void check_dynamic_dns(Checker& checker, const ServiceEntry& entry) {
  constexpr auto kAllowed = std::to_array<std::string_view>({"http", "tls", "grpc", "http2"});
  for (const std::string& host : entry.hosts) {
    checker.require(host.starts_with('*'), "spec.hosts: {}: DYNAMIC_DNS needs wildcards", Quote{host});
  }
  checker.require(entry.addresses.empty(), "spec.addresses: not allowed with resolution DYNAMIC_DNS");
  checker.require(entry.endpoints.empty(), "spec.endpoints: not allowed with resolution DYNAMIC_DNS");
  for (const ServicePort& port : entry.ports) {
    checker.require(std::ranges::find(kAllowed, to_lower(port.protocol)) != kAllowed.end(),
                    "spec.ports[{}].protocol: {} is not allowed with resolution DYNAMIC_DNS", port.name,
                    Quote{port.protocol});
  }
}

/// Several hosts need a protocol that tells them apart.
void check_ports_of_many_hosts(Checker& checker, const ServiceEntry& entry) {
  constexpr auto kTellHosts =
      std::to_array<std::string_view>({"http", "http_proxy", "http2", "grpc", "grpc-web", "https", "tls"});
  for (const ServicePort& port : entry.ports) {
    checker.require(std::ranges::find(kTellHosts, to_lower(port.protocol)) != kTellHosts.end(),
                    "spec.ports[{}].protocol: {} does not tell several hosts apart", port.name, Quote{port.protocol});
  }
}

void check_resolution(Checker& checker, const ServiceEntry& entry) {
  const bool by_name = entry.resolution == Resolution::dns || entry.resolution == Resolution::dns_round_robin;
  checker.require(entry.resolution != Resolution::none || entry.endpoints.empty(),
                  "spec.endpoints: not allowed with resolution NONE");
  checker.require(entry.endpoints.empty() || entry.workload_selector.labels.empty(),
                  "spec: endpoints and workloadSelector exclude each other");
  checker.require(entry.resolution != Resolution::dns_round_robin || entry.endpoints.size() <= 1,
                  "spec.endpoints: at most one with resolution DNS_ROUND_ROBIN");
  if (by_name && entry.endpoints.empty()) {
    const auto wild = std::ranges::find_if(entry.hosts, [](const std::string& host) { return host.starts_with('*'); });
    checker.require(wild == entry.hosts.end(), "spec.endpoints: a wildcard host with resolution DNS needs some");
  }
  if (entry.resolution != Resolution::none && entry.hosts.size() > 1) check_ports_of_many_hosts(checker, entry);
  if (entry.resolution == Resolution::dynamic_dns) check_dynamic_dns(checker, entry);
  for (std::size_t i = 0; i < entry.endpoints.size(); ++i) check_endpoint_address(checker, entry, i, by_name);
}

void check_export_to(Checker& checker, const std::vector<std::string>& export_to, const std::string& nspace) {
  std::set<std::string_view> seen;
  for (const std::string& value : export_to) {
    const bool special = value == "." || value == "*" || value == "~";
    checker.require(special || is_dns_label(value), "spec.exportTo: {} is no namespace", Quote{value});
    const std::string& meant = value == "." && !nspace.empty() ? nspace : value;
    checker.require(seen.insert(meant).second, "spec.exportTo: {} comes twice", Quote{value});
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

bool is_namespace(std::string_view text) {
  return is_dns_label(text) && std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t kMaxHost = 255;
  if (text.empty() || text.size() > kMaxHost) return false;
  const auto dot = text.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? text : text.substr(dot + 1);
  return all_parts(text, is_dns_label) && !is_number(last);
}

bool is_ip_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::ranges::copy(text, terminated.begin());
  std::array<unsigned char, 16> address{};
  return ::inet_pton(AF_INET, terminated.data(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, terminated.data(), address.data()) == 1;
}

bool is_label_key(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return is_label_name(text);
  const std::string_view prefix = text.substr(0, slash);
  return prefix.size() <= kMaxName && is_label_name(text.substr(slash + 1)) && all_parts(prefix, is_dns_label);
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
    checker.require(is_host_name(rest), "spec.hosts: {} is no host name", Quote{host});
  }
  checker.require(entry.endpoints.size() <= kMaxEndpoints, "spec.endpoints: more than {}", kMaxEndpoints);
  checker.service_ports(entry.ports);
  check_resolution(checker, entry);
  check_addresses(checker, entry);
  check_selector(checker, entry.workload_selector);
  check_export_to(checker, entry.export_to, entry.meta.nspace);
  for (std::size_t i = 0; i < entry.endpoints.size(); ++i) {
    checker.endpoint({i}, entry.endpoints[i], &entry.ports);
  }
  return checker.take();
}

std::vector<std::string> check(const WorkloadEntry& entry) {
  Checker checker;
  checker.meta(entry.meta);
  checker.endpoint({}, entry.spec, nullptr);
  const bool fits = is_ip_address(entry.spec.address) || is_host_name(entry.spec.address);
  checker.require(entry.spec.address.empty() || fits, "spec.address: {} is neither an IP address nor a host name",
                  Quote{entry.spec.address});
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
