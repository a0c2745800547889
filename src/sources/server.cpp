#include "sources/server.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

namespace r2i::sources {

namespace {

Server read_server(const std::string& address, const SourceSpec& spec, const ServerDefaults& defaults,
                   const net::HttpOptions& http) {
  const auto url = parse_url(address);
  if (!url) throw Error(ErrorKind::usage, fmt::format("{}: {}", spec.text, url.error()));
  Server server;
  server.http = http;
  if (url->scheme == "unix") {
    server.http.unix_socket = url->path;
    server.base_url = "http://localhost";
    server.display = "unix://" + url->path;
    return server;
  }
  if (!url->scheme.empty() && url->scheme != "http" && url->scheme != "https") {
    throw Error(ErrorKind::usage,
                fmt::format("{}: unknown scheme \"{}\": http, https or unix", spec.text, url->scheme));
  }
  if (url->host.empty()) throw Error(ErrorKind::usage, fmt::format("{}: the address has no host", spec.text));
  if (!url->user.empty()) {
    server.http.basic_user = url->user;
    server.http.basic_password = url->password;
  }
  const bool tls = url->scheme == "https" || defaults.tls;
  const bool has_scheme = !url->scheme.empty();
  const std::string host = url->host.find(':') == std::string::npos ? url->host : "[" + url->host + "]";
  const std::uint16_t standard = tls ? 443 : 80;
  const std::uint16_t port = url->port.value_or(has_scheme ? standard : defaults.port);
  server.base_url = fmt::format("{}://{}:{}{}", tls ? "https" : "http", host, port, url->path);
  server.display = server.base_url;
  return server;
}

}  // namespace

net::HttpOptions read_http_options(const Values& values, const FetchOptions& fetch) {
  net::HttpOptions http;
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
  return http;
}

std::vector<Server> read_servers(const SourceSpec& spec, const ServerDefaults& defaults, const net::HttpOptions& http) {
  std::vector<std::string> addresses = spec.addresses;
  if (addresses.empty()) addresses = {defaults.address};
  std::vector<Server> servers;
  servers.reserve(addresses.size());
  for (const std::string& address : addresses) servers.push_back(read_server(address, spec, defaults, http));
  return servers;
}

std::string display_of(const std::vector<Server>& servers) {
  std::vector<std::string> addresses;
  for (const Server& server : servers) addresses.push_back(server.display);
  return join(addresses, ",");
}

}  // namespace r2i::sources
