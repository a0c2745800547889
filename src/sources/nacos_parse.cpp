#include "sources/nacos_parse.hpp"

#include "sources/json_answer.hpp"
#include "sources/nacos_instance.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace r2i::sources::nacos {

namespace {

void read_hosts(DocumentReader& reader, const std::string& cluster, std::vector<Instance>& instances) {
  reader.list([&] { instances.push_back(read_instance(reader, cluster)); });
}

/// {"DEFAULT":{"hosts":[…]}, …}; a cluster whose hosts are null has none.
void read_clusters(DocumentReader& reader, std::vector<Instance>& instances) {
  reader.object({}, [&](std::string_view cluster) {
    const std::string name(cluster);
    read_object(reader, [&](std::string_view key) {
      if (key != "hosts" || is_null(reader)) return false;
      read_hosts(reader, name, instances);
      return true;
    });
    return true;
  });
}

Found read_found(DocumentReader& reader) {
  Found found;
  std::string name;
  std::string group;
  bool has_clusters = false;
  reader.object({}, [&](std::string_view key) {
    if (key == "serviceName" || key == "name") {
      read_unless_null(reader, name);
    } else if (key == "groupName") {
      read_unless_null(reader, group);
    } else if (key == "metadata") {
      read_unless_null(reader, found.metadata);
    } else if (key == "protectThreshold") {
      read_unless_null(reader, found.protect_threshold);
    } else if (key == "clusterMap" && !is_null(reader)) {
      has_clusters = true;
      read_clusters(reader, found.instances);
    } else {
      return false;
    }
    return true;
  });
  found.key = key_of(std::move(name), std::move(group));
  std::ranges::sort(found.metadata);
  if (!has_clusters) found.malformed = lacks("clusterMap");
  return found;
}

}  // namespace

Parsed<std::vector<Found>> parse_page(JsonCursor& cursor, std::string& body, Packing packing) {
  std::vector<Found> page;
  std::vector<Finding> around;  // what is wrong, but not inside of one service
  bool has_items = packing == Packing::bare;
  const auto set_aside = [&](DocumentReader& reader) {
    auto findings = reader.take_findings();
    std::ranges::move(findings, std::back_inserter(around));
  };
  const auto read_items = [&](DocumentReader& reader) {
    reader.list([&] {
      set_aside(reader);
      Found found = read_found(reader);
      const auto findings = reader.take_findings();
      if (const auto broken = broken_promise(findings)) found.malformed = *broken;
      if (!found.key.name.empty()) {
        page.push_back(std::move(found));
      } else {
        around.push_back({reader.cursor().offset(), "a service without a name"});
      }
    });
  };
  const auto read_root = [&](DocumentReader& reader) {
    if (packing == Packing::bare) return read_items(reader);
    reader.object({}, [&](std::string_view key) {
      if (key != "pageItems" || is_null(reader)) return false;
      has_items = true;
      read_items(reader);
      return true;
    });
  };
  Flaw error = read_packed(cursor, body, packing, JsonCursor::Type::object, read_root);
  if (!error) error = broken_promise(around);
  if (!error && !has_items) error = lacks("pageItems");
  if (error) return tl::make_unexpected(std::move(*error));
  return page;
}

Parsed<Found> parse_hosts(JsonCursor& cursor, std::string& body, Packing packing, const ServiceKey& key) {
  Found found;
  found.key = key;
  bool has_hosts = false;
  const auto read_root = [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view member) {
      if (member == "hosts" && !is_null(reader)) {
        has_hosts = true;
        read_hosts(reader, "", found.instances);
      } else if (member == "reachProtectionThreshold") {
        read_unless_null(reader, found.protection_reached);
      } else {
        return false;
      }
      return true;
    });
  };
  Flaw error = read_packed(cursor, body, packing, JsonCursor::Type::object, read_root);
  if (!error && !has_hosts) error = lacks("hosts");
  if (error) return tl::make_unexpected(std::move(*error));
  return found;
}

Parsed<double> parse_threshold(JsonCursor& cursor, std::string& body, Packing packing) {
  std::optional<double> threshold;
  const auto read_root = [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key != "protectThreshold" || is_null(reader)) return false;
      reader.read(threshold.emplace());
      return true;
    });
  };
  Flaw error = read_packed(cursor, body, packing, JsonCursor::Type::object, read_root);
  if (!error && !threshold) error = lacks("protectThreshold");
  if (error) return tl::make_unexpected(std::move(*error));
  return *threshold;
}

}  // namespace r2i::sources::nacos
