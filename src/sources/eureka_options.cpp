#include "sources/eureka_options.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace r2i::sources::eureka {

namespace {

constexpr std::uint16_t kDefaultPort = 8761;

/// What `/apps` follows, of a URL as people write it: Spring's clients want a slash at the end, a browser shows /apps,
/// and a server that stands at its own root has the API under /eureka.
std::string api_base(std::string url) {
  const auto authority = url.find("://") + 3;
  const auto trim_slashes = [&] {
    while (url.size() > authority && url.ends_with('/')) url.pop_back();
  };
  trim_slashes();
  if (url.find('/', authority) == std::string::npos) return url + "/eureka";
  constexpr std::string_view kApps = "/apps";
  if (url.ends_with(kApps)) url.resize(url.size() - kApps.size());
  trim_slashes();
  return url;
}

AddressChoice read_address_choice(const Values& values) {
  const std::string text = values.choice("instanceAddress", {"ip", "host", "public-ip"});
  return text == "host" ? AddressChoice::host : text == "ip" ? AddressChoice::ip : AddressChoice::public_ip;
}

/// The addresses of the source, else those of the environment.
SourceSpec with_native_addresses(const SourceSpec& spec, const Environment& environment) {
  SourceSpec result = spec;
  const auto native = environment.get(kNativeAddresses);
  if (!result.addresses.empty() || !native) return result;
  result.addresses = split_list(*native);
  result.text = fmt::format("{}: {}", spec.text, kNativeAddresses);
  return result;
}

}  // namespace

Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment) {
  Options options;
  net::HttpOptions http = read_http_options(values, fetch);
  options.verify_tls = !values.boolean("insecureSkipVerify", false);
  http.verify_tls = options.verify_tls;
  const ServerDefaults defaults{std::string(kDefaultAddress), kDefaultPort, false};
  options.peers = read_servers(with_native_addresses(spec, environment), defaults, http);
  for (Server& peer : options.peers) {
    const bool is_socket = !peer.http.unix_socket.empty();
    peer.base_url = api_base(peer.base_url);
    if (!is_socket) peer.display = peer.base_url;
  }
  options.vips = values.list("vip");
  std::ranges::sort(options.vips);
  const auto twins = std::ranges::unique(options.vips);
  options.vips.erase(twins.begin(), twins.end());
  options.reading.address = read_address_choice(values);
  options.reading.region = values.text("region").value_or("");
  options.warm_up = values.duration("warmUp", options.warm_up);
  options.trust_empty = values.boolean("trustEmpty", false);
  return options;
}

}  // namespace r2i::sources::eureka
