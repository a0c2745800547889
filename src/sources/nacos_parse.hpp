#pragma once

#include "base/json_cursor.hpp"
#include "model/service.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::nacos {

/// How an answer is packed: bare (v1), or as {"code", "message", "data"} (v2, v3), in which an error may hide behind
/// status 200.
enum class Packing { bare, envelope };

/// What tells the services of a namespace apart.
struct ServiceKey {
  std::string group;
  std::string name;
  auto operator<=>(const ServiceKey&) const = default;
};

/// One page of a list of services.
struct Listing {
  std::uint64_t total = 0;  ///< of all pages, as the server says
  std::vector<ServiceKey> services;
};

/// A service with its instances, as Nacos has it.
struct Found {
  ServiceKey key;
  Pairs metadata;
  std::vector<Instance> instances;
  double protect_threshold = 0;
  bool protection_reached = false;  ///< every instance was called healthy because too few of them are
  std::string malformed;            ///< what is not as the API promises, in words; empty: nothing
};

struct Login {
  std::string token;
  std::chrono::seconds ttl{0};  ///< 0: the server does not say
};

/// The error of each is a sentence about the answer.
template <typename T>
using Parsed = tl::expected<T, std::string>;

/// `v1/ns/catalog/services?withInstances=false`, `v3/admin/ns/service/list`: services of all groups.
Parsed<Listing> parse_listing(JsonCursor& cursor, std::string& body, Packing packing);
/// `v1/ns/service/list`, `v2/ns/service/list`: the services of `group`.
Parsed<Listing> parse_names(JsonCursor& cursor, std::string& body, Packing packing, const std::string& group);
/// The same two as parse_listing with `withInstances=true`: services with their instances.
Parsed<std::vector<Found>> parse_page(JsonCursor& cursor, std::string& body, Packing packing);
/// `v1/ns/instance/list`, `v2/ns/instance/list`: the instances of `key`.
Parsed<Found> parse_hosts(JsonCursor& cursor, std::string& body, Packing packing, const ServiceKey& key);
/// `protectThreshold` of `v1/ns/service`, `v2/ns/service`, `v3/admin/ns/service`.
Parsed<double> parse_threshold(JsonCursor& cursor, std::string& body, Packing packing);
/// `v1/console/namespaces`, `v3/admin/core/namespace/list`: ids, sorted, the public one under its name.
Parsed<std::vector<std::string>> parse_namespaces(JsonCursor& cursor, std::string& body);
Parsed<Login> parse_login(JsonCursor& cursor, std::string& body);

}  // namespace r2i::sources::nacos
