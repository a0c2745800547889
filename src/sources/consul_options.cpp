#include "sources/consul_options.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources::consul {

namespace {

constexpr std::uint16_t kDefaultPort = 8500;

bool environment_flag(const Environment& environment, std::string_view name, bool fallback) {
  const auto text = environment.get(name);
  if (!text) return fallback;
  const auto value = parse_boolean(*text);
  // Consul's own client takes a value that it cannot read for `false`, and so stops verifying.
  if (!value) throw Error(ErrorKind::usage, fmt::format("{}: expected true or false, got {}", name, in_quotes(*text)));
  return *value;
}

void read_basic_auth(const Environment& environment, net::HttpOptions& http) {
  const auto text = environment.get("CONSUL_HTTP_AUTH");
  if (!text) return;
  const auto colon = text->find(':');
  http.basic_user = text->substr(0, colon);
  if (colon != std::string::npos) http.basic_password = Secret(text->substr(colon + 1));
}

/// Whether to verify: the address's insecureSkipVerify, else CONSUL_HTTP_SSL_VERIFY, which means the opposite.
bool read_verify(const SourceSpec& spec, const Values& values, const Environment& environment) {
  if (spec.values.contains("insecureSkipVerify")) return !values.boolean("insecureSkipVerify", false);
  return environment_flag(environment, "CONSUL_HTTP_SSL_VERIFY", true);
}

Consistency read_consistency(const Values& values) {
  const std::string text = values.choice("consistency", {"stale", "default", "consistent"});
  return text == "stale" ? Consistency::stale : text == "default" ? Consistency::default_ : Consistency::consistent;
}

}  // namespace

Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment) {
  Options options;
  net::HttpOptions http = read_http_options(values, fetch);
  read_basic_auth(environment, http);
  options.verify_tls = read_verify(spec, values, environment);
  http.verify_tls = options.verify_tls;
  const ServerDefaults defaults{environment.get("CONSUL_HTTP_ADDR").value_or(std::string(kDefaultAddress)),
                                kDefaultPort, environment_flag(environment, "CONSUL_HTTP_SSL", false)};
  options.agents = read_servers(spec, defaults, http);

  options.datacenters = values.list("datacenter");
  std::ranges::sort(options.datacenters);
  const auto twins = std::ranges::unique(options.datacenters);
  options.datacenters.erase(twins.begin(), twins.end());
  options.local_datacenter = values.text("localDatacenter").value_or("");
  options.nspace = values.text("namespace").value_or("");
  options.partition = values.text("partition").value_or("");
  options.peer = values.text("peer").value_or("");
  options.filter = values.text("filter").value_or("");
  options.service_filter = values.text("serviceFilter").value_or("");
  options.node_meta = values.list("nodeMeta");
  options.consistency = read_consistency(values);
  options.max_stale = values.duration("maxStale", options.max_stale);
  options.trust_view = values.boolean("trustView", false);
  options.emulator = values.boolean("emulator", false);
  return options;
}

}  // namespace r2i::sources::consul
