#pragma once

#include "sources/server.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::nacos {

/// Where a Nacos is if nothing says so.
inline constexpr std::string_view kDefaultAddress = "127.0.0.1:8848";

/// The public namespace: its id where Nacos 3 names it, an empty one before.
inline constexpr std::string_view kPublic = "public";

enum class ApiVersion { found_out, v1, v2, v3 };

/// One server and who we are there.
struct Place {
  Server server;  ///< its base URL has the context path
  std::string user;
  Secret password;  ///< of the address's user info; empty: that of the settings
};

struct Options {
  std::vector<Place> places;
  std::vector<std::string> namespaces;  ///< ids; "all": every one
  std::vector<std::string> groups;      ///< empty: all
  std::vector<std::string> clusters;    ///< empty: all
  ApiVersion api = ApiVersion::found_out;
  std::string access_key;
  std::string identity_key;  ///< the name of a header
  std::uint64_t page_size = 500;
  bool trust_empty = false;
  bool verify_tls = true;
};

/// From the address, its query, and the variables of native_names(). Throws Error{usage}.
Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment);

/// The variables that a Nacos source reads, each under one name: NACOS_USERNAME, else what Spring Cloud Alibaba reads
/// for the same (SPRING_CLOUD_NACOS_DISCOVERY_USERNAME, SPRING_CLOUD_NACOS_USERNAME), and for the namespace the
/// variable of Nacos's own Java client (ALIBABA_ALIWARE_NAMESPACE).
Environment native_names(const Environment& environment);

}  // namespace r2i::sources::nacos
