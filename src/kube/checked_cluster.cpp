#include "base/url.hpp"
#include "kube/checked_entries.hpp"
#include "kube/entry_content.hpp"
#include "model/codes.hpp"
#include "net/tls.hpp"

#include <fmt/format.h>

#include <string>

namespace r2i::kube {

namespace {

/// Checks the address and gives it without a slash at its end.
std::string server_of(const std::string& text, const std::string& where) {
  if (text.empty()) refuse_entry(where, "it has no server");
  const auto url = parse_url(text);
  if (!url) refuse_entry(where, fmt::format("server: {}", url.error()));
  if (url->scheme != "https" && url->scheme != "http") {
    refuse_entry(where, "server: the address must begin with https:// (or http://, without credentials)");
  }
  if (!url->user.empty() || !url->password.empty() || !url->query.empty()) {
    refuse_entry(where, "server: the address of an API server has neither a user name nor a query");
  }
  return url->display();
}

/// libcurl resolves names of hosts behind `socks5` by itself; kubectl lets the proxy do it.
std::string proxy_of(const Secret& text, const std::string& where) {
  const auto url = parse_url(text.reveal());
  if (!url) refuse_entry(where, fmt::format("proxy-url: {}", url.error()));
  const auto rest = text.reveal().substr(url->scheme.size());
  if (url->scheme == "http" || url->scheme == "https" || url->scheme == "socks5h") return url->scheme + rest;
  if (url->scheme == "socks5") return "socks5h" + rest;
  refuse_entry(where, "proxy-url: the scheme must be http, https or socks5");
}

void use_tls(const ClusterEntry& entry, const std::string& where, Connection& connection) {
  if (!connection.server.starts_with("https://")) return;
  connection.http.tls_server_name = entry.tls_server_name;
  connection.http.ca_pem = content_of(entry.certificate_authority, where, "certificate-authority");
  if (!connection.http.ca_pem.empty() && net::certificates_in(connection.http.ca_pem).empty()) {
    refuse_entry(where, "certificate-authority: there is no PEM certificate in it");
  }
  if (!entry.insecure_skip_tls_verify) return;
  if (!entry.certificate_authority.empty()) {
    refuse_entry(where, "certificate-authority and insecure-skip-tls-verify contradict each other: remove one of them");
  }
  connection.http.verify_tls = false;
  connection.warnings.push_back(diagnose(Code::cluster_insecure, where, "the API server's certificate is not checked"));
}

}  // namespace

void use_cluster(const ClusterEntry& entry, const std::string& where, Connection& connection) {
  connection.server = server_of(entry.server, where);
  connection.compressed = !entry.disable_compression;
  if (!entry.proxy_url.empty()) connection.http.proxy = proxy_of(entry.proxy_url, where);
  use_tls(entry, where, connection);
}

}  // namespace r2i::kube
