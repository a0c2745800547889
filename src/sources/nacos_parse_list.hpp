#pragma once

#include "base/json_cursor.hpp"
#include "sources/nacos_packing.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace r2i::sources::nacos {

/// What tells the services of a namespace apart.
struct ServiceKey {
  std::string group;
  std::string name;
  auto operator<=>(const ServiceKey&) const = default;
};

/// Some servers put the group before the name: `GROUP@@name`.
ServiceKey key_of(std::string name, std::string group);

/// One page of a list of services.
struct Listing {
  std::uint64_t total = 0;  ///< of all pages, as the server says
  std::vector<ServiceKey> services;
};

/// `v1/ns/catalog/services?withInstances=false`, `v3/admin/ns/service/list`: services of all groups.
Parsed<Listing> parse_listing(JsonCursor& cursor, std::string& body, Packing packing);
/// `v1/ns/service/list`, `v2/ns/service/list`: the services of `group`.
Parsed<Listing> parse_names(JsonCursor& cursor, std::string& body, Packing packing, const std::string& group);
/// `v1/console/namespaces`, `v3/admin/core/namespace/list`: ids, sorted, the public one under its name.
Parsed<std::vector<std::string>> parse_namespaces(JsonCursor& cursor, std::string& body);

}  // namespace r2i::sources::nacos
