#pragma once

#include "net/http.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {

/// One server of a registry that speaks HTTP: where its API is, and how to get there.
struct Server {
  std::string base_url;  ///< up to and without the API's own paths
  std::string display;   ///< for messages and snapshots
  net::HttpOptions http;
};

/// What holds where an address does not say it.
struct ServerDefaults {
  std::string address;     ///< of a source without one: "127.0.0.1:8500"
  std::uint16_t port = 0;  ///< of an address without scheme and port
  bool tls = false;        ///< of an address without scheme; as Consul's own clients do, for http:// too
};

/// The settings of a connection that every registry over HTTP has: TLS, the clock, the window and the limit of an
/// answer. Throws Error{usage}.
net::HttpOptions read_http_options(const Values& values, const FetchOptions& fetch);

/// The source's servers, in the order of its addresses, each with `http` and the user info of its address. Throws
/// Error{usage}.
std::vector<Server> read_servers(const SourceSpec& spec, const ServerDefaults& defaults, const net::HttpOptions& http);

/// `http://c1:8500,http://c2:8500`
std::string display_of(const std::vector<Server>& servers);

}  // namespace r2i::sources
