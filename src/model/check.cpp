#include "model/check.hpp"

#include "model/checker.hpp"

namespace r2i {

std::string Breach::text() const {
  return fmt::format("{}: {}", to_text(path), message);
}

Written Written::by_us(const ServiceEntry& entry) {
  Written written;
  written.endpoints = !entry.endpoints.empty();
  written.workload_selector = !entry.workload_selector.labels.empty();
  return written;
}

std::vector<Breach> check(const ServiceEntry& entry, const Written& written) {
  Checker checker;
  const At object;
  const At spec = object.field("spec");
  check_metadata(checker, entry.meta);
  check_hosts(checker, spec, entry);
  check_ports(checker, spec, entry, written);
  check_addresses(checker, spec, entry);
  check_endpoints(checker, spec, entry, written);
  if (written.resolution_is_known) check_resolution(checker, spec, entry, written);
  check_selector(checker, spec, entry.workload_selector);
  check_export_to(checker, spec, entry);
  return checker.take();
}

std::vector<Breach> check(const WorkloadEntry& entry, const Written& written) {
  Checker checker;
  const At object;
  const At spec = object.field("spec");
  check_metadata(checker, entry.meta);
  SharedPairs good_labels;
  check_endpoint(checker, spec, entry.spec, !written.empty_endpoint_ports.empty(), good_labels);
  const std::string& address = entry.spec.address;
  checker.require(
      address.empty() || address.starts_with(kUnixPrefix) || is_zoned_ip_address(address) || is_fqdn(address),
      spec.field("address"), "{} is neither an IP address nor a host name nor a unix socket", Quote{address});
  return checker.take();
}

std::vector<Breach> check(const ServiceEntry& entry) {
  return check(entry, Written::by_us(entry));
}

std::vector<Breach> check(const WorkloadEntry& entry) {
  return check(entry, Written());
}

std::size_t json_size(const ServiceEntry& entry) {
  // Names of fields, quotes and commas of one endpoint with every field come to less than this.
  constexpr std::size_t kPerEndpoint = 112;
  constexpr std::size_t kPerPair = 16;
  std::size_t bytes = 1024;
  for (const Endpoint& endpoint : entry.endpoints) {
    bytes += kPerEndpoint + endpoint.address.size() + endpoint.locality.size() + endpoint.network.size() +
             endpoint.service_account.size();
    for (const auto& [key, value] : endpoint.labels) bytes += kPerPair + key.size() + value.size();
    for (const auto& [key, value] : endpoint.ports) bytes += kPerPair + key.size();
  }
  return bytes + entry.ports.size() * kPerEndpoint;
}

}  // namespace r2i
