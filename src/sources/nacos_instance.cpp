#include "sources/nacos_instance.hpp"

#include "base/json_cursor.hpp"
#include "base/text.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace r2i::sources::nacos {

namespace {

constexpr std::string_view kDefaultCluster = "DEFAULT";

/// The protocol that an application of Dubbo 3 gives for a port: `[{"port":20880,"protocol":"tri"}]`.
std::string dubbo_protocol(std::string endpoints, std::int64_t port) {
  std::string found;
  JsonCursor cursor;
  const auto broken = read_document(cursor, endpoints, [&](DocumentReader& reader) {
    reader.list([&] {
      std::int64_t number = 0;
      std::string protocol;
      read_object(reader, [&](std::string_view key) {
        if (key == "port") {
          read_unless_null(reader, number);
        } else if (key == "protocol") {
          read_unless_null(reader, protocol);
        } else {
          return false;
        }
        return true;
      });
      if (number == port) found = std::move(protocol);
    });
  });
  return broken ? "" : found;
}

/// What the frameworks that register in Nacos say of an instance's port.
std::string protocol_of(const Pairs& metadata, std::int64_t port) {
  if (const auto endpoints = find_value(metadata, "dubbo.endpoints")) {
    return dubbo_protocol(std::string(*endpoints), port);
  }
  const auto secure = find_value(metadata, "secure");  // Spring Cloud Alibaba
  return secure && equals_ignoring_case(*secure, "true") ? "https" : "";
}

void read_metadata(DocumentReader& reader, Pairs& metadata) {
  if (is_null(reader)) return;
  reader.object({}, [&](std::string_view key) {
    if (!is_null(reader)) reader.read(metadata.emplace_back(key, std::string()).second);
    return true;
  });
  std::ranges::sort(metadata);
}

struct Read {
  Instance instance;
  std::int64_t port = 0;
  std::string cluster;
  std::optional<bool> healthy;
  bool enabled = true;
};

bool read_member(DocumentReader& reader, std::string_view key, Read& read) {
  if (key == "ip") {
    read_unless_null(reader, read.instance.address);
  } else if (key == "port") {
    read_unless_null(reader, read.port);
  } else if (key == "weight") {
    if (!is_null(reader)) reader.read(read.instance.weight.emplace());
  } else if (key == "healthy") {
    if (!is_null(reader)) reader.read(read.healthy.emplace());
  } else if (key == "valid") {
    // Beside `healthy` it says the same (1.x).
    if (!is_null(reader) && !read.healthy) reader.read(read.healthy.emplace());
  } else if (key == "enabled") {
    read_unless_null(reader, read.enabled);
  } else if (key == "clusterName") {
    read_unless_null(reader, read.cluster);
  } else if (key == "metadata") {
    read_metadata(reader, read.instance.metadata);
  } else {
    return false;
  }
  return true;
}

}  // namespace

Instance read_instance(DocumentReader& reader, const std::string& cluster) {
  Read read;
  read.cluster = cluster;
  reader.object({}, [&](std::string_view key) { return read_member(reader, key, read); });
  Instance& instance = read.instance;
  if (read.cluster.empty()) read.cluster = kDefaultCluster;
  // Not every API gives the instance's own id; this is what it is made of.
  instance.id = fmt::format("{}#{}#{}", instance.address, read.port, read.cluster);
  if (read.cluster != kDefaultCluster) instance.locality = read.cluster;
  if (read.port != 0) instance.ports = {{read.port, {}, protocol_of(instance.metadata, read.port)}};
  if (!read.enabled) {
    instance.health = Health::disabled;
  } else if (!read.healthy.value_or(true)) {
    instance.health = Health::critical;
  }
  return std::move(instance);
}

std::string cluster_of(const Instance& instance) {
  return instance.locality.empty() ? std::string(kDefaultCluster) : instance.locality;
}

bool may_be_protected(const std::vector<Instance>& instances) {
  return std::ranges::any_of(instances, [](const Instance& one) { return one.health == Health::critical; });
}

bool protect(std::vector<Instance>& instances, double threshold) {
  if (!(threshold > 0)) return false;
  const auto ill = std::ranges::count(instances, Health::critical, &Instance::health);
  const auto healthy = std::ranges::count(instances, Health::passing, &Instance::health);
  if (ill == 0) return false;
  // As the server reckons, in single precision: 3 of 10 is not above 0.3.
  if (static_cast<float>(healthy) / static_cast<float>(healthy + ill) > static_cast<float>(threshold)) return false;
  for (Instance& instance : instances) {
    if (instance.health == Health::critical) instance.health = Health::passing;
  }
  return true;
}

}  // namespace r2i::sources::nacos
