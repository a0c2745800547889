#include "sources/consul_options.hpp"

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources::consul {

namespace {

constexpr std::uint16_t kDefaultPort = 8500;

/// The variables that concern every agent's connection.
struct Defaults {
  net::HttpOptions http;
  bool use_tls = false;  ///< for an address without a scheme; as Consul's own clients do, for http:// too
};

bool environment_flag(const Environment& environment, std::string_view name, bool fallback) {
  const auto text = environment.get(name);
  if (!text) return fallback;
  const auto value = parse_boolean(*text);
  // Consul's own client takes a value that it cannot read for `false`, and so stops verifying.
  if (!value) throw Error(ErrorKind::usage, fmt::format("{}: expected true or false, got {}", name, in_quotes(*text)));
  return *value;
}

Defaults read_defaults(const FetchOptions& fetch, const Values& values, const Environment& environment) {
  Defaults defaults;
  net::HttpOptions& http = defaults.http;
  http.request_timeout = fetch.request_timeout;
  http.window = fetch.parallelism;
  http.ca_file = values.text("caFile").value_or("");
  http.ca_dir = values.text("caDir").value_or("");
  http.client_cert = values.text("certFile").value_or("");
  http.client_key = values.text("keyFile").value_or("");
  http.tls_server_name = values.text("tlsServerName").value_or("");
  http.max_answer_bytes = values.count("maxAnswerBytes", http.max_answer_bytes);
  if (http.client_cert.empty() != http.client_key.empty()) {
    throw values.error(http.client_cert.empty() ? "certFile" : "keyFile", "certificate and key must both be given");
  }
  defaults.use_tls = environment_flag(environment, "CONSUL_HTTP_SSL", false);
  return defaults;
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

Agent read_agent(const std::string& address, const Defaults& defaults, const SourceSpec& spec) {
  const auto url = parse_url(address);
  if (!url) throw Error(ErrorKind::usage, fmt::format("{}: {}", spec.text, url.error()));
  Agent agent;
  agent.http = defaults.http;
  if (url->scheme == "unix") {
    agent.http.unix_socket = url->path;
    agent.base_url = "http://localhost";
    agent.display = "unix://" + url->path;
    return agent;
  }
  if (!url->scheme.empty() && url->scheme != "http" && url->scheme != "https") {
    throw Error(ErrorKind::usage,
                fmt::format("{}: unknown scheme \"{}\": http, https or unix", spec.text, url->scheme));
  }
  if (url->host.empty()) throw Error(ErrorKind::usage, fmt::format("{}: the address has no host", spec.text));
  if (!url->user.empty()) {
    agent.http.basic_user = url->user;
    agent.http.basic_password = url->password;
  }
  const bool tls = url->scheme == "https" || defaults.use_tls;
  const bool has_scheme = !url->scheme.empty();
  const std::string host = url->host.find(':') == std::string::npos ? url->host : "[" + url->host + "]";
  const std::uint16_t standard = tls ? 443 : 80;
  const std::uint16_t port = url->port.value_or(has_scheme ? standard : kDefaultPort);
  agent.base_url = fmt::format("{}://{}:{}{}", tls ? "https" : "http", host, port, url->path);
  agent.display = agent.base_url;
  return agent;
}

Consistency read_consistency(const Values& values) {
  const std::string text = values.choice("consistency", {"stale", "default", "consistent"});
  return text == "stale" ? Consistency::stale : text == "default" ? Consistency::default_ : Consistency::consistent;
}

}  // namespace

Token::Token(const Values& values) : file_(values.text("tokenFile").value_or("")) {
  if (!file_.empty()) {
    const auto text = read_file(file_);
    if (!text) throw values.error("tokenFile", fmt::format("cannot read {}: {}", file_, text.error()));
    value_ = Secret(std::string(trim(*text)));
  }
  if (value_.empty()) value_ = values.secret("token");
}

bool Token::reload() {
  if (file_.empty()) return false;
  const auto text = read_file(file_);
  if (!text) return false;
  Secret fresh{std::string(trim(*text))};
  if (fresh.empty() || fresh == value_) return false;
  value_ = std::move(fresh);
  return true;
}

Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment) {
  Options options;
  Defaults defaults = read_defaults(fetch, values, environment);
  read_basic_auth(environment, defaults.http);
  options.verify_tls = read_verify(spec, values, environment);
  defaults.http.verify_tls = options.verify_tls;

  std::vector<std::string> addresses = spec.addresses;
  if (addresses.empty()) addresses = {environment.get("CONSUL_HTTP_ADDR").value_or(std::string(kDefaultAddress))};
  for (const std::string& address : addresses) options.agents.push_back(read_agent(address, defaults, spec));

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
