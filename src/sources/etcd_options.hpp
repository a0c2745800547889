#pragma once

#include "sources/key_layout.hpp"
#include "sources/server.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::etcd {

inline constexpr std::string_view kDefaultAddress = "127.0.0.1:2379";

/// Keys that are read, and a scope of the source: what is behind one prefix, as behind a folder.
struct Root {
  std::string prefix;   ///< "/services/", "" for every key
  std::string name;     ///< of the scope: "services", "*"
  std::string service;  ///< the last segment: the service's name in a layout without one
};

enum class ApiChoice { automatic, grpc, json };

struct Options {
  std::vector<Server> servers;  ///< the user info of an address is who to log in as, there
  std::string username;         ///< who to log in as, elsewhere; empty: nobody
  std::vector<Root> roots;      ///< sorted, none within another
  KeyLayout layout;
  ApiChoice api = ApiChoice::automatic;
  bool serializable = false;
  std::uint64_t page_size = 5000;  ///< keys
  bool trust_empty = false;
  bool verify_tls = true;
};

/// etcdctl's variable for a setting that other kinds have, too, and that the table of settings so has none for; or
/// nothing.
std::string_view native_variable(std::string_view key);

/// The settings that etcdctl's own variables give, where the configuration does not, put beside those of `spec`: what
/// several kinds of sources have in common has no variable in the table of settings.
SourceSpec with_native_environment(const SourceSpec& spec, const Environment& environment);

/// From the address, its query, and the variables of etcdctl (`spec`: with_native_environment). Throws Error{usage}.
Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment);

}  // namespace r2i::sources::etcd
