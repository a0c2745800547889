#pragma once

#include "sources/eureka_instance.hpp"
#include "sources/server.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::eureka {

inline constexpr std::string_view kDefaultAddress = "http://127.0.0.1:8761/eureka";
/// Several addresses, separated by commas, as Spring reads `eureka.client.serviceUrl.defaultZone`.
inline constexpr std::string_view kNativeAddresses = "EUREKA_CLIENT_SERVICEURL_DEFAULTZONE";

struct Options {
  std::vector<Server> peers;                                   ///< `base_url` is what `/apps` follows
  std::vector<std::string> vips;                               ///< empty: everything
  Reading reading;                                             ///< how an instance is read
  std::chrono::milliseconds warm_up{std::chrono::minutes{3}};  ///< 0: a server that has started is complete at once
  bool trust_empty = false;
  bool verify_tls = true;
};

/// From the address, its query, and the variable that Spring's clients read. A password is not among them (SecretFile).
/// Throws Error{usage}.
Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment);

}  // namespace r2i::sources::eureka
