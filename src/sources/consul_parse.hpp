#pragma once

#include "base/json_cursor.hpp"
#include "model/service.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace r2i::sources::consul {

/// What `health/service/:name` says.
struct Answer {
  std::vector<Instance> instances;
  std::string datacenter;              ///< of the first node that names one
  std::vector<std::string> malformed;  ///< entries without what makes an instance, each in words
};

/// The names of `catalog/services`, sorted. The error says what is not as Consul's API promises.
tl::expected<std::vector<std::string>, std::string> parse_service_names(JsonCursor& cursor, std::string& body);

/// The strings of a list: `catalog/datacenters`.
tl::expected<std::vector<std::string>, std::string> parse_names(JsonCursor& cursor, std::string& body);

tl::expected<Answer, std::string> parse_instances(JsonCursor& cursor, std::string& body);

/// `Config.Datacenter` of `agent/self`.
tl::expected<std::string, std::string> parse_own_datacenter(JsonCursor& cursor, std::string& body);

/// A cluster peering (`peering/:name`): whether it is active, and the services imported from it, sorted.
struct Peering {
  std::string state;
  std::vector<std::string> imported;
};
tl::expected<Peering, std::string> parse_peering(JsonCursor& cursor, std::string& body);

}  // namespace r2i::sources::consul
