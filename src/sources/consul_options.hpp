#pragma once

#include "sources/server.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::consul {

inline constexpr std::string_view kDefaultAddress = "127.0.0.1:8500";

enum class Consistency { stale, default_, consistent };

struct Options {
  std::vector<Server> agents;
  std::vector<std::string> datacenters;  ///< empty: the agent's own; "all": every one
  std::string local_datacenter;          ///< empty: the agent's own
  std::string nspace;
  std::string partition;
  std::string peer;
  std::string filter;
  std::string service_filter;
  std::vector<std::string> node_meta;
  Consistency consistency = Consistency::stale;
  std::chrono::milliseconds max_stale{5000};
  bool trust_view = false;
  bool emulator = false;
  bool verify_tls = true;
};

/// From the address, its query, and the variables of Consul's own clients (api/api.go). Throws Error{usage}.
Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment);

}  // namespace r2i::sources::consul
