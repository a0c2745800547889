#pragma once

#include "base/secret.hpp"
#include "sources/key_layout.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::zookeeper {

inline constexpr std::string_view kDefaultAddress = "127.0.0.1:2181";

/// A node below which services are, and a scope of the source.
struct Root {
  std::string path;     ///< "/services", "" for the whole tree
  std::string name;     ///< of the scope: "services", "*"
  std::string service;  ///< the last segment: the service's name in a layout without one
};

struct Server {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  std::string display;  ///< "zk1:2181/chroot"
};

/// How the data of a node is read.
enum class Form {
  layout,              ///< as the layout says
  curator,             ///< Curator's ServiceInstance: Curator itself, Spring Cloud, Dubbo 3
  dubbo_applications,  ///< the same, and what Dubbo 3 keeps elsewhere: which interfaces an application offers
};

struct Options {
  std::vector<Server> servers;
  std::string chroot;    ///< "/east", or nothing
  std::string username;  ///< for the scheme digest; empty: nobody
  Secret password;       ///< of the user that an address names
  bool user_from_address = false;
  std::vector<Root> roots;  ///< sorted, none within another
  Form form = Form::curator;
  KeyLayout layout;
  std::string dubbo_root;
  std::chrono::milliseconds request_timeout{};  ///< 0: none
  std::size_t window = 0;                       ///< requests on their way
  bool trust_empty = false;
};

/// From the address and its query. Throws Error{usage}.
Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values);

/// "zk1:2181,zk2:2181/chroot"
std::string display_of(const Options& options);

}  // namespace r2i::sources::zookeeper
