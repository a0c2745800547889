#include "sources/eureka_instance.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::sources::eureka {

namespace {

/// InstanceInfo.InstanceStatus; a text that is none of them counts as UNKNOWN there.
Health health_of(std::string_view status) {
  if (status == "UP") return Health::passing;
  return status == "OUT_OF_SERVICE" ? Health::disabled : Health::critical;
}

/// The server has worked an override into the status already. Where the two differ all the same, as while one is on its
/// way between peers, the worse one holds.
Health health_of(const Entry& entry) {
  const Health health = health_of(entry.status);
  if (entry.overridden.empty() || entry.overridden == "UNKNOWN") return health;
  return std::max(health, health_of(entry.overridden));
}

/// Without the port that some clients register behind the name.
std::string_view without_port(std::string_view host) {
  const auto colon = host.find(':');
  if (colon == std::string_view::npos || colon == 0 || host.find(':', colon + 1) != std::string_view::npos) return host;
  const std::string_view port = host.substr(colon + 1);
  return !port.empty() && std::ranges::all_of(port, is_digit) ? host.substr(0, colon) : host;
}

/// us-east-1 of us-east-1a, and us-west-2 of its local zone us-west-2-lax-1a, as Amazon names its zones; else nothing.
std::string_view region_of(std::string_view zone) {
  if (zone.size() < 3 || std::ranges::count(zone, '-') < 2) return {};
  const char last = zone.back();
  if (last < 'a' || last > 'z' || !is_digit(zone[zone.size() - 2])) return {};
  const auto number = static_cast<std::size_t>(std::ranges::find_if(zone, is_digit) - zone.begin());
  const auto end = zone.find_first_not_of("0123456789", number);
  return number > 0 && zone[number - 1] == '-' ? zone.substr(0, end) : std::string_view();
}

std::string locality_of(const Entry& entry, const Reading& reading) {
  std::string_view zone = find_value(entry.metadata, "zone").value_or("");
  if (zone.empty()) zone = entry.data_center.zone;
  if (zone.find('/') != std::string_view::npos) return std::string(zone);
  std::string_view region = find_value(entry.metadata, "region").value_or("");
  if (region.empty()) region = region_of(zone);
  if (region.empty()) region = reading.region;
  if (zone.empty() || region.empty()) return std::string(zone.empty() ? region : zone);
  return fmt::format("{}/{}", region, zone);
}

Lease lease_of(const LeaseField& field) {
  constexpr std::int64_t kMilliseconds = 1000;
  constexpr std::int64_t kLongest = std::int64_t{1} << 31U;
  Lease lease{field.registration, std::max(field.registration, std::int64_t{0})};
  // A server writes down a renewal as the time until which it holds (Lease.renew() adds the duration), but a
  // registration as it is.
  if (field.renewal != field.registration && field.renewal > 0 && field.duration >= 0 && field.duration < kLongest) {
    lease.last_sign = std::max(lease.last_sign, field.renewal - field.duration * kMilliseconds);
  }
  return lease;
}

void choose_address(Entry& entry, AddressChoice choice, Instance& instance) {
  const std::string host(without_port(entry.host));
  const bool by_name = choice == AddressChoice::host;
  instance.address = by_name ? host : entry.ip;
  if (choice == AddressChoice::public_ip && !entry.data_center.public_ip.empty()) {
    instance.address = entry.data_center.public_ip;
  }
  if (instance.address.empty()) instance.node_address = by_name ? entry.ip : host;
}

/// With the registry's own fields that a configuration may name, as a host; what an instance says under the same name
/// comes first.
void add_metadata(Entry& entry, Instance& instance) {
  instance.metadata = std::move(entry.metadata);
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty() && !find_value(instance.metadata, key)) instance.metadata.emplace_back(key, value);
  };
  add("hostName", without_port(entry.host));
  add("vipAddress", entry.vip);
  add("secureVipAddress", entry.secure_vip);
  std::ranges::sort(instance.metadata);
  instance.metadata.shrink_to_fit();  // it is kept, with that of all the others
}

}  // namespace

ReadInstance instance_of(Entry&& entry, const Reading& reading) {
  ReadInstance result;
  Instance& instance = result.instance;
  // InstanceInfo.getId(): what older clients do not send is the name of the machine.
  instance.id = !entry.instance_id.empty()               ? std::move(entry.instance_id)
                : !entry.data_center.instance_id.empty() ? std::move(entry.data_center.instance_id)
                                                         : entry.host;
  choose_address(entry, reading.address, instance);
  std::vector<Port> ports;
  if (entry.port.enabled) ports.push_back({entry.port.number, {}, {}});
  if (entry.secure_port.enabled) ports.push_back({entry.secure_port.number, {}, "https"});
  instance.ports = std::move(ports);
  instance.health = health_of(entry);
  instance.locality = locality_of(entry, reading);
  if (equals_ignoring_case(entry.coordinating, "true")) instance.kind = kServerKind;
  add_metadata(entry, instance);
  result.app = std::move(entry.app);
  result.status = std::move(entry.status);
  result.lease = lease_of(entry.lease);
  return result;
}

}  // namespace r2i::sources::eureka
