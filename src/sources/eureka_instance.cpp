#include "sources/eureka_instance.hpp"

#include "base/text.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace r2i::sources::eureka {

namespace {

using Type = JsonCursor::Type;

constexpr std::int64_t kDefaultLease = 90;  // seconds

struct PortField {
  std::int64_t number = 0;
  bool enabled = false;
};

/// What is beside the metadata of an application: of Amazon's machines.
struct DataCenter {
  std::string instance_id;
  std::string zone;
  std::string public_ip;
};

struct LeaseField {
  std::int64_t duration = kDefaultLease;  // seconds
  std::int64_t registration = 0;          // milliseconds, as the next one
  std::int64_t renewal = 0;
};

/// An instance, before its parts are put together.
struct Entry {
  std::string instance_id;
  std::string host;
  std::string ip;
  std::string app;
  std::string status = "UP";  // as the servers' own clients take one that is missing
  std::string overridden;
  std::string vip;
  std::string secure_vip;
  std::string coordinating;
  PortField port;
  PortField secure_port;
  DataCenter data_center;
  LeaseField lease;
  Pairs metadata;
};

std::string as_text(double number) {
  constexpr double kExact = 9007199254740992.0;
  return std::abs(number) <= kExact && number == std::trunc(number)
             ? fmt::format("{}", static_cast<std::int64_t>(number))
             : fmt::format("{}", number);
}

void read_whole(DocumentReader& reader, std::int64_t& out) {
  if (reader.cursor().type() != Type::string) return read_unless_null(reader, out);
  const std::size_t at = reader.cursor().offset();
  const std::string_view text = trim(reader.cursor().string());
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code == std::errc() && end == text.data() + text.size()) return;
  if (!text.empty()) reader.find(at, fmt::format("expected a whole number, got {}", in_quotes(text)));
}

void read_flag(DocumentReader& reader, bool& out) {
  if (reader.cursor().type() != Type::string) return read_unless_null(reader, out);
  out = equals_ignoring_case(trim(reader.cursor().string()), "true");
}

/// `{"$": 8080, "@enabled": "true"}`; some servers write the number alone. `enabled`: what holds if it is not said.
void read_port(DocumentReader& reader, PortField& port, bool enabled) {
  if (is_null(reader)) return;
  port.enabled = enabled;
  if (reader.cursor().type() != Type::object) return read_whole(reader, port.number);
  read_object(reader, [&](std::string_view key) {
    if (key == "$") {
      read_whole(reader, port.number);
    } else if (key == "@enabled") {
      read_flag(reader, port.enabled);
    } else {
      return false;
    }
    return true;
  });
}

bool is_mapping(DocumentReader& reader) {
  // XStream's codec writes "" for an element that has nothing in it.
  return reader.cursor().type() == Type::object;
}

void read_amazon(DocumentReader& reader, DataCenter& place) {
  reader.object({}, [&](std::string_view key) {
    if (key == "instance-id") {
      read_text(reader, place.instance_id);
    } else if (key == "availability-zone") {
      read_text(reader, place.zone);
    } else if (key == "public-ipv4") {
      read_text(reader, place.public_ip);
    } else {
      return false;
    }
    return true;
  });
}

void read_data_center(DocumentReader& reader, DataCenter& place) {
  if (!is_mapping(reader)) return;
  reader.object({}, [&](std::string_view key) {
    if (key != "metadata" || !is_mapping(reader)) return false;
    read_amazon(reader, place);
    return true;
  });
}

void read_lease(DocumentReader& reader, LeaseField& lease) {
  if (!is_mapping(reader)) return;
  reader.object({}, [&](std::string_view key) {
    if (key == "durationInSecs") {
      read_whole(reader, lease.duration);
    } else if (key == "registrationTimestamp") {
      read_whole(reader, lease.registration);
    } else if (key == "lastRenewalTimestamp" || key == "renewalTimestamp") {
      read_whole(reader, lease.renewal);
    } else {
      return false;
    }
    return true;
  });
}

void read_metadata(DocumentReader& reader, Pairs& metadata) {
  if (!is_mapping(reader)) return;
  reader.object({}, [&](std::string_view key) {
    // The class of Java's map, which its codec needs and nobody wrote there.
    if (key == "@class") return false;
    const auto type = reader.cursor().type();
    // Values are strings by Eureka's API; what else a server made of one has no text of its own.
    if (type == Type::object || type == Type::list || type == Type::null) return false;
    read_text(reader, metadata.emplace_back(key, std::string()).second);
    return true;
  });
}

bool read_names(DocumentReader& reader, std::string_view key, Entry& entry) {
  const std::pair<std::string_view, std::string*> names[] = {
      {"instanceId", &entry.instance_id},
      {"hostName", &entry.host},
      {"ipAddr", &entry.ip},
      {"app", &entry.app},
      {"status", &entry.status},
      // The spelling changed once by accident (Netflix/eureka #1051).
      {"overriddenStatus", &entry.overridden},
      {"overriddenstatus", &entry.overridden},
      {"vipAddress", &entry.vip},
      {"secureVipAddress", &entry.secure_vip},
      {"isCoordinatingDiscoveryServer", &entry.coordinating},
  };
  const auto* const found = std::ranges::find(names, key, &std::pair<std::string_view, std::string*>::first);
  if (found == std::end(names)) return false;
  read_text(reader, *found->second);
  return true;
}

bool read_part(DocumentReader& reader, std::string_view key, Entry& entry) {
  if (read_names(reader, key, entry)) return true;
  if (key == "port") {
    read_port(reader, entry.port, true);
  } else if (key == "securePort") {
    read_port(reader, entry.secure_port, false);
  } else if (key == "dataCenterInfo") {
    read_data_center(reader, entry.data_center);
  } else if (key == "leaseInfo") {
    read_lease(reader, entry.lease);
  } else if (key == "metadata") {
    read_metadata(reader, entry.metadata);
  } else {
    return false;
  }
  return true;
}

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

/// us-east-1 of us-east-1a, as Amazon names its zones; else nothing.
std::string_view region_of(std::string_view zone) {
  if (zone.size() < 3 || std::ranges::count(zone, '-') < 2) return {};
  const char last = zone.back();
  return last >= 'a' && last <= 'z' && is_digit(zone[zone.size() - 2]) ? zone.substr(0, zone.size() - 1)
                                                                       : std::string_view();
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

void add_metadata(Entry& entry, Instance& instance) {
  instance.metadata = std::move(entry.metadata);
  for (const auto& [key, value] : {std::pair("vipAddress", &entry.vip), {"secureVipAddress", &entry.secure_vip}}) {
    if (!value->empty() && !find_value(instance.metadata, key)) instance.metadata.emplace_back(key, std::move(*value));
  }
  std::ranges::sort(instance.metadata);
}

ReadInstance finish(Entry&& entry, const Reading& reading) {
  ReadInstance result;
  Instance& instance = result.instance;
  // InstanceInfo.getId(): what older clients do not send is the name of the machine.
  instance.id = !entry.instance_id.empty()               ? std::move(entry.instance_id)
                : !entry.data_center.instance_id.empty() ? std::move(entry.data_center.instance_id)
                                                         : entry.host;
  choose_address(entry, reading.address, instance);
  if (entry.port.enabled) instance.ports.push_back({entry.port.number, {}, {}});
  if (entry.secure_port.enabled) instance.ports.push_back({entry.secure_port.number, {}, "https"});
  instance.health = health_of(entry);
  instance.locality = locality_of(entry, reading);
  if (equals_ignoring_case(entry.coordinating, "true")) instance.kind = kServerKind;
  add_metadata(entry, instance);
  result.app = std::move(entry.app);
  result.status = std::move(entry.status);
  result.lease = lease_of(entry.lease);
  return result;
}

}  // namespace

void read_text(DocumentReader& reader, std::string& out) {
  switch (reader.cursor().type()) {
    case Type::number: {
      double number = 0;
      reader.read(number);
      out = as_text(number);
      return;
    }
    case Type::boolean:
      out = reader.cursor().boolean() ? "true" : "false";
      return;
    case Type::null:
      return;
    default:
      reader.read(out);
  }
}

ReadInstance read_instance(DocumentReader& reader, const Reading& reading) {
  Entry entry;
  reader.object({}, [&](std::string_view key) { return read_part(reader, key, entry); });
  return finish(std::move(entry), reading);
}

}  // namespace r2i::sources::eureka
