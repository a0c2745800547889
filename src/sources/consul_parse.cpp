#include "sources/consul_parse.hpp"

#include "base/order.hpp"
#include "model/remembered.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace r2i::sources::consul {

namespace {

constexpr std::size_t kUsual = 16;  // instances

std::string read_locality(DocumentReader& reader) {
  std::string_view region;
  std::string_view zone;
  read_object(reader, [&](std::string_view key) {
    if (key == "Region") {
      read_unless_null(reader, region);
    } else if (key == "Zone") {
      read_unless_null(reader, zone);
    } else {
      return false;
    }
    return true;
  });
  return zone.empty() ? std::string(region) : fmt::format("{}/{}", region, zone);
}

struct Weights {
  std::optional<double> passing;
  std::optional<double> warning;
};

/// What the instances of a service mostly have alike.
struct Common {
  Remembered<SharedList, 1> tags;
  Remembered<Weights, 1> weights;
  SharedPorts ports;

  const SharedPorts& ports_of(std::int64_t number) {
    if (ports.empty() || ports[0].number != number) ports = {{number, {}, {}}};
    return ports;
  }
};

/// One entry of the answer, before its parts are put together.
struct Entry {
  Entry(Instance& filled, Common& remembered) : instance(filled), common(remembered) {}

  Instance& instance;
  Common& common;
  bool has_node = false;
  bool has_service = false;
  std::string_view datacenter;
  std::string_view node_address;
  std::string node_locality;
  std::string_view socket_path;
  std::int64_t port = 0;
  Weights weights;
};

void read_node(DocumentReader& reader, Entry& entry) {
  read_object(reader, [&](std::string_view key) {
    if (key == "Node") {
      read_unless_null(reader, entry.instance.node);
    } else if (key == "Address") {
      read_unless_null(reader, entry.node_address);
    } else if (key == "Datacenter") {
      read_unless_null(reader, entry.datacenter);
    } else if (key == "Locality") {
      entry.node_locality = read_locality(reader);
    } else {
      return false;
    }
    entry.has_node = true;
    return true;
  });
}

SharedList read_tags(DocumentReader& reader) {
  std::vector<std::string> tags;
  reader.read(tags);
  bring_in_order(tags);
  return tags;
}

Weights read_weights(DocumentReader& reader) {
  Weights weights;
  read_object(reader, [&](std::string_view key) {
    if (key == "Passing") {
      read_unless_null(reader, weights.passing.emplace());
    } else if (key == "Warning") {
      read_unless_null(reader, weights.warning.emplace());
    } else {
      return false;
    }
    return true;
  });
  return weights;
}

void read_service(DocumentReader& reader, Entry& entry) {
  Instance& instance = entry.instance;
  read_object(reader, [&](std::string_view key) {
    if (key == "ID") {
      read_unless_null(reader, instance.id);
    } else if (key == "Kind") {
      read_unless_null(reader, instance.kind);
    } else if (key == "Address") {
      read_unless_null(reader, instance.address);
    } else if (key == "Port") {
      read_unless_null(reader, entry.port);
    } else if (key == "SocketPath") {
      read_unless_null(reader, entry.socket_path);
    } else if (key == "Tags") {
      if (!is_null(reader)) instance.tags = entry.common.tags.read(reader, [&] { return read_tags(reader); });
    } else if (key == "Meta") {
      read_unless_null(reader, instance.metadata);
    } else if (key == "Weights") {
      entry.weights = entry.common.weights.read(reader, [&] { return read_weights(reader); });
    } else if (key == "Locality") {
      instance.locality = read_locality(reader);
    } else {
      return false;
    }
    entry.has_service = true;
    return true;
  });
}

/// The health that one check gives: maintenance is a critical check with a name of its own (Consul's api/health.go).
Health health_of(std::string_view id, std::string_view status) {
  if (id == "_node_maintenance" || id.starts_with("_service_maintenance:")) return Health::maintenance;
  if (status == "passing") return Health::passing;
  // Any other text than these is kept by Consul, too, and answered by its DNS.
  return status == "critical" ? Health::critical : Health::warning;
}

void read_check(DocumentReader& reader, Entry& entry) {
  std::string_view id;
  std::string_view status;
  int missing = 2;
  read_object(reader, [&](std::string_view key) {
    if (key == "CheckID") {
      read_unless_null(reader, id);
    } else if (key == "Status") {
      read_unless_null(reader, status);
    } else {
      return false;
    }
    if (--missing == 0) reader.leave();  // what follows is many times as much
    return true;
  });
  entry.instance.health = std::max(entry.instance.health, health_of(id, status));
}

void read_entry(DocumentReader& reader, Entry& entry) {
  read_object(reader, [&](std::string_view key) {
    if (key == "Node") {
      read_node(reader, entry);
    } else if (key == "Service") {
      read_service(reader, entry);
    } else if (key == "Checks") {
      if (!is_null(reader)) reader.list([&] { read_check(reader, entry); });
    } else {
      return false;
    }
    return true;
  });
}

void finish(Entry& entry) {
  Instance& instance = entry.instance;
  // A unix socket has neither address nor port that a mesh could reach.
  if (instance.address.empty() && entry.socket_path.empty()) instance.node_address = entry.node_address;
  if (entry.port != 0) instance.ports = entry.common.ports_of(entry.port);
  if (instance.locality.empty()) instance.locality = std::move(entry.node_locality);
  instance.weight = instance.health == Health::warning ? entry.weights.warning : entry.weights.passing;
  bring_in_order(instance.metadata);
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> parse_service_names(JsonCursor& cursor, std::string& body) {
  std::vector<std::string> names;
  auto error = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view name) {
      names.emplace_back(name);
      return false;
    });
  });
  if (error) return tl::make_unexpected(std::move(*error));
  std::ranges::sort(names);
  return names;
}

tl::expected<std::vector<std::string>, std::string> parse_names(JsonCursor& cursor, std::string& body) {
  std::vector<std::string> names;
  auto error = read_document(cursor, body, [&](DocumentReader& reader) { reader.read(names); });
  if (error) return tl::make_unexpected(std::move(*error));
  return names;
}

tl::expected<Answer, std::string> parse_instances(JsonCursor& cursor, std::string& body) {
  Answer answer;
  std::size_t index = 0;
  Common common;
  const auto read_entries = [&](DocumentReader& reader) {
    reader.list([&] {
      if (answer.instances.empty()) answer.instances.reserve(kUsual);
      Entry entry(answer.instances.emplace_back(), common);
      read_entry(reader, entry);
      if (answer.datacenter.empty()) answer.datacenter = entry.datacenter;
      if (entry.has_node && entry.has_service) {
        finish(entry);
      } else {
        answer.instances.pop_back();
        answer.malformed.push_back(fmt::format("entry {} has no {}", index, entry.has_node ? "Service" : "Node"));
      }
      ++index;
    });
  };
  auto error = read_document(cursor, body, read_entries, DocumentReader::Keys::unique);
  if (error) return tl::make_unexpected(std::move(*error));
  return answer;
}

tl::expected<std::string, std::string> parse_own_datacenter(JsonCursor& cursor, std::string& body) {
  std::string datacenter;
  auto error = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key != "Config") return false;
      read_object(reader, [&](std::string_view inner) {
        if (inner != "Datacenter") return false;
        read_unless_null(reader, datacenter);
        return true;
      });
      return true;
    });
  });
  if (error) return tl::make_unexpected(std::move(*error));
  return datacenter;
}

tl::expected<Peering, std::string> parse_peering(JsonCursor& cursor, std::string& body) {
  Peering peering;
  auto error = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key == "State") {
        read_unless_null(reader, peering.state);
        return true;
      }
      if (key != "StreamStatus") return false;
      read_object(reader, [&](std::string_view inner) {
        if (inner != "ImportedServices") return false;
        read_unless_null(reader, peering.imported);
        return true;
      });
      return true;
    });
  });
  if (error) return tl::make_unexpected(std::move(*error));
  std::ranges::sort(peering.imported);
  return peering;
}

}  // namespace r2i::sources::consul
