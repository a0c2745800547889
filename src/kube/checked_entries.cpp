#include "kube/checked_entries.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "model/codes.hpp"
#include "net/tls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace r2i::kube {

namespace {

[[noreturn]] void refuse(const std::string& where, std::string_view why) {
  throw Error(ErrorKind::usage, fmt::format("{}: {}", where, why));
}

std::string read_text(const std::string& path, const std::string& where, std::string_view field) {
  auto text = read_file(path);
  if (!text) refuse(where, fmt::format("cannot read {} {}: {}", field, path, text.error()));
  return *std::move(text);
}

/// Checks the address and gives it without a slash at its end.
std::string server_of(const std::string& text, const std::string& where) {
  if (text.empty()) refuse(where, "it has no server");
  const auto url = parse_url(text);
  if (!url) refuse(where, fmt::format("server: {}", url.error()));
  if (url->scheme != "https" && url->scheme != "http") {
    refuse(where, "server: the address must begin with https:// (or http://, without credentials)");
  }
  if (!url->user.empty() || !url->password.empty() || !url->query.empty()) {
    refuse(where, "server: the address of an API server has neither a user name nor a query");
  }
  return url->display();
}

/// libcurl resolves names of hosts behind `socks5` by itself; kubectl lets the proxy do it.
std::string proxy_of(const Secret& text, const std::string& where) {
  const auto url = parse_url(text.reveal());
  if (!url) refuse(where, fmt::format("proxy-url: {}", url.error()));
  const auto rest = text.reveal().substr(url->scheme.size());
  if (url->scheme == "http" || url->scheme == "https" || url->scheme == "socks5h") return url->scheme + rest;
  if (url->scheme == "socks5") return "socks5h" + rest;
  refuse(where, "proxy-url: the scheme must be http, https or socks5");
}

void use_tls(const ClusterEntry& entry, const std::string& where, Connection& connection) {
  if (!connection.server.starts_with("https://")) return;
  connection.http.tls_server_name = entry.tls_server_name;
  connection.http.ca_pem = content_of(entry.certificate_authority, where, "certificate-authority");
  if (!connection.http.ca_pem.empty() && net::certificates_in(connection.http.ca_pem).empty()) {
    refuse(where, "certificate-authority: there is no PEM certificate in it");
  }
  if (!entry.insecure_skip_tls_verify) return;
  if (!entry.certificate_authority.empty()) {
    refuse(where, "certificate-authority and insecure-skip-tls-verify contradict each other: remove one of them");
  }
  connection.http.verify_tls = false;
  connection.warnings.push_back(diagnose(Code::cluster_insecure, where, "the API server's certificate is not checked"));
}

bool has_basic(const UserEntry& entry) {
  return !entry.username.empty() || !entry.password.empty();
}

/// What stands for a provider of credentials that Kubernetes once had built in.
std::string successor_of(const std::string& provider) {
  if (provider == "gcp") return "`gcloud container clusters get-credentials` writes one for gke-gcloud-auth-plugin";
  if (provider == "azure") return "`kubelogin convert-kubeconfig` writes one";
  return "kubelogin (kubectl oidc-login), for example";
}

void check_methods(const UserEntry& entry, const std::string& where) {
  if (!entry.auth_provider.empty()) {
    refuse(where, fmt::format("auth-provider ({}) was removed from Kubernetes 1.26 and is not supported: use an exec "
                              "plugin instead; {}",
                              clean_text(entry.auth_provider), successor_of(entry.auth_provider)));
  }
  const bool has_token = !entry.token.empty() || !entry.token_file.empty();
  if (has_token && has_basic(entry)) {
    refuse(where, "it has a token and a user name with password: only one of them is allowed");
  }
  if (entry.client_certificate.empty() != entry.client_key.empty()) {
    refuse(where, entry.client_key.empty() ? "it has a client-certificate, but no client-key"
                                           : "it has a client-key, but no client-certificate");
  }
}

void check_exec(ExecEntry& exec, const std::string& where) {
  constexpr std::string_view kGroup = "client.authentication.k8s.io/";
  if (exec.command.empty()) refuse(where, "exec: the command is missing");
  if (exec.api_version.empty()) refuse(where, "exec: the apiVersion is missing");
  const bool v1 = exec.api_version == std::string(kGroup) + "v1";
  if (!v1 && exec.api_version != std::string(kGroup) + "v1beta1") {
    refuse(where, fmt::format("exec: the apiVersion {} is not supported: {}v1 and v1beta1 are; a newer version of the "
                              "plugin, or of the tool that wrote the kubeconfig, gives one of them",
                              in_quotes(exec.api_version), kGroup));
  }
  if (exec.interactive_mode.empty()) {
    if (v1) refuse(where, "exec: the interactiveMode is missing, which v1 demands (Never, IfAvailable or Always)");
    exec.interactive_mode = "IfAvailable";
  }
  const std::string& mode = exec.interactive_mode;
  if (mode != "Never" && mode != "IfAvailable" && mode != "Always") {
    refuse(where, fmt::format("exec: the interactiveMode {} is none of Never, IfAvailable, Always", in_quotes(mode)));
  }
  if (std::ranges::any_of(exec.variables, [](const auto& variable) { return variable.first.empty(); })) {
    refuse(where, "exec: an item of env has no name");
  }
}

void use_client_certificate(const UserEntry& entry, const std::string& where, Connection& connection) {
  if (entry.client_certificate.empty()) return;
  connection.http.client_cert_pem = content_of(entry.client_certificate, where, "client-certificate");
  connection.http.client_key_pem = Secret(content_of(entry.client_key, where, "client-key"));
  if (net::certificates_in(connection.http.client_cert_pem).empty()) {
    refuse(where, "client-certificate: there is no PEM certificate in it");
  }
  if (connection.http.client_key_pem.reveal().find("PRIVATE KEY-----") == std::string::npos) {
    refuse(where, "client-key: there is no PEM key in it");
  }
}

void use_credentials(const UserEntry& entry, const std::string& where, Connection& connection) {
  use_client_certificate(entry, where, connection);
  connection.http.basic_user = entry.username;
  connection.http.basic_password = entry.password;
  connection.token = entry.token;
  connection.token_file = entry.token_file;
  if (!entry.token_file.empty()) connection.token = read_token(entry.token_file, where);
  const bool enough = has_basic(entry) || !connection.token.empty() || !entry.client_certificate.empty();
  if (!entry.exec || enough) return;
  connection.exec = entry.exec;
  check_exec(*connection.exec, where);
}

void use_impersonation(const Impersonation& as, const std::string& where, Connection& connection) {
  if (as.user.empty()) {
    if (as.uid.empty() && as.groups.empty() && as.extra.empty()) return;
    refuse(where, "as-uid, as-groups and as-user-extra need `as`");
  }
  auto& headers = connection.impersonation;
  headers.emplace_back("Impersonate-User", Secret(as.user));
  if (!as.uid.empty()) headers.emplace_back("Impersonate-Uid", Secret(as.uid));
  for (const std::string& group : as.groups) headers.emplace_back("Impersonate-Group", Secret(group));
  for (const auto& [key, values] : as.extra) {
    for (const std::string& value : values) {
      headers.emplace_back("Impersonate-Extra-" + percent_encode(key), Secret(value));
    }
  }
}

}  // namespace

std::string content_of(const FileOrData& value, const std::string& where, std::string_view field) {
  if (!value.file.empty() && !value.data.empty()) {
    refuse(where, fmt::format("{0} and {0}-data are both given: remove one of them", field));
  }
  if (!value.file.empty()) return read_text(value.file, where, field);
  auto bytes = decode_base64(value.data.reveal());
  if (!bytes) refuse(where, fmt::format("{}-data is not Base64", field));
  return *std::move(bytes);
}

Secret read_token(const std::string& path, const std::string& where) {
  const std::string text = read_text(path, where, "the token file");
  const auto token = trim(text);
  if (token.empty()) refuse(where, fmt::format("the token file {} is empty", path));
  return Secret(std::string(token));
}

void use_cluster(const ClusterEntry& entry, const std::string& where, Connection& connection) {
  connection.server = server_of(entry.server, where);
  connection.compressed = !entry.disable_compression;
  if (!entry.proxy_url.empty()) connection.http.proxy = proxy_of(entry.proxy_url, where);
  use_tls(entry, where, connection);
}

void use_user(const UserEntry& entry, const std::string& where, Connection& connection) {
  connection.who = where;
  check_methods(entry, where);
  use_impersonation(entry.as, where, connection);
  if (connection.server.starts_with("https://")) {
    use_credentials(entry, where, connection);
    return;
  }
  const bool any = has_basic(entry) || !entry.token.empty() || !entry.token_file.empty() || entry.exec ||
                   !entry.client_certificate.empty();
  if (!any) return;
  connection.warnings.push_back(
      diagnose(Code::credentials_withheld, where,
               fmt::format("they are not sent to {}, which is not https://", connection.server)));
}

}  // namespace r2i::kube
