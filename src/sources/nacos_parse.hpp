#pragma once

#include "base/json_cursor.hpp"
#include "model/service.hpp"
#include "sources/nacos_packing.hpp"
#include "sources/nacos_parse_list.hpp"

#include <string>
#include <vector>

namespace r2i::sources::nacos {

/// A service with its instances, as Nacos has it.
struct Found {
  ServiceKey key;
  Pairs metadata;
  std::vector<Instance> instances;
  double protect_threshold = 0;
  bool protection_reached = false;  ///< every instance was called healthy because too few of them are
  std::string malformed;            ///< what is not as the API promises, in words; empty: nothing
};

/// The two lists of parse_listing() with `withInstances=true`: services with their instances.
Parsed<std::vector<Found>> parse_page(JsonCursor& cursor, std::string& body, Packing packing);
/// `v1/ns/instance/list`, `v2/ns/instance/list`: the instances of `key`.
Parsed<Found> parse_hosts(JsonCursor& cursor, std::string& body, Packing packing, const ServiceKey& key);
/// `protectThreshold` of `v1/ns/service`, `v2/ns/service`, `v3/admin/ns/service`.
Parsed<double> parse_threshold(JsonCursor& cursor, std::string& body, Packing packing);

}  // namespace r2i::sources::nacos
