#include "base/text.hpp"
#include "base/url.hpp"
#include "kube/checked_entries.hpp"
#include "kube/entry_content.hpp"
#include "model/codes.hpp"
#include "net/tls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace r2i::kube {

namespace {

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
    refuse_entry(where,
                 fmt::format("auth-provider ({}) was removed from Kubernetes 1.26 and is not supported: use an exec "
                             "plugin instead; {}",
                             clean_text(entry.auth_provider), successor_of(entry.auth_provider)));
  }
  const bool has_token = !entry.token.empty() || !entry.token_file.empty();
  if (has_token && has_basic(entry)) {
    refuse_entry(where, "it has a token and a user name with password: only one of them is allowed");
  }
  if (entry.client_certificate.empty() != entry.client_key.empty()) {
    refuse_entry(where, entry.client_key.empty() ? "it has a client-certificate, but no client-key"
                                                 : "it has a client-key, but no client-certificate");
  }
}

void check_exec(ExecEntry& exec, const std::string& where) {
  constexpr std::string_view kGroup = "client.authentication.k8s.io/";
  if (exec.command.empty()) refuse_entry(where, "exec: the command is missing");
  if (exec.api_version.empty()) refuse_entry(where, "exec: the apiVersion is missing");
  const bool v1 = exec.api_version == std::string(kGroup) + "v1";
  if (!v1 && exec.api_version != std::string(kGroup) + "v1beta1") {
    refuse_entry(where,
                 fmt::format("exec: the apiVersion {} is not supported: {}v1 and v1beta1 are; a newer version of the "
                             "plugin, or of the tool that wrote the kubeconfig, gives one of them",
                             in_quotes(exec.api_version), kGroup));
  }
  if (exec.interactive_mode.empty()) {
    if (v1)
      refuse_entry(where, "exec: the interactiveMode is missing, which v1 demands (Never, IfAvailable or Always)");
    exec.interactive_mode = "IfAvailable";
  }
  const std::string& mode = exec.interactive_mode;
  if (mode != "Never" && mode != "IfAvailable" && mode != "Always") {
    refuse_entry(where,
                 fmt::format("exec: the interactiveMode {} is none of Never, IfAvailable, Always", in_quotes(mode)));
  }
  if (std::ranges::any_of(exec.variables, [](const auto& variable) { return variable.first.empty(); })) {
    refuse_entry(where, "exec: an item of env has no name");
  }
}

void use_client_certificate(const UserEntry& entry, const std::string& where, Connection& connection) {
  if (entry.client_certificate.empty()) return;
  connection.http.client_cert_pem = content_of(entry.client_certificate, where, "client-certificate");
  connection.http.client_key_pem = Secret(content_of(entry.client_key, where, "client-key"));
  if (net::certificates_in(connection.http.client_cert_pem).empty()) {
    refuse_entry(where, "client-certificate: there is no PEM certificate in it");
  }
  if (connection.http.client_key_pem.reveal().find("PRIVATE KEY-----") == std::string::npos) {
    refuse_entry(where, "client-key: there is no PEM key in it");
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
    refuse_entry(where, "as-uid, as-groups and as-user-extra need `as`");
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
