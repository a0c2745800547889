#pragma once

#include "commands/pipeline.hpp"
#include "transform/explained.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace r2i::commands {

/// Instances by Health, in its order.
using HealthCounts = std::array<std::size_t, 5>;

/// What was found of one service, and what would be exported of it.
struct DiscoveredService {
  std::shared_ptr<const Scope> scope;
  std::string name;
  std::string group;
  std::string nspace;
  bool complete = true;
  HealthCounts instances{};
  Decided<std::string> host;
  std::vector<transform::ExplainedPort> ports;
  int code = 0;  ///< of the diagnostic by which it is not exported; 0: it is
};

struct Discovery {
  Gathered gathered;                        ///< scopes sorted
  std::vector<DiscoveredService> services;  ///< sorted
  std::vector<std::string> unused_rules;    ///< "mesh.yaml:3:3: rules[0]: the rule … is for no service"
};

/// Reads all sources, and asks the conversion about each service.
Discovery discover(Session& session);

}  // namespace r2i::commands
