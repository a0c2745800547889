#include "sources/eureka_entry.hpp"

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

Entry read_entry(DocumentReader& reader) {
  Entry entry;
  reader.object({}, [&](std::string_view key) { return read_part(reader, key, entry); });
  return entry;
}

}  // namespace r2i::sources::eureka
