#pragma once

#include "base/secret.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::kube {

/// What a kubeconfig gives as a file (relative paths are made absolute by its directory) or as Base64, or not at all.
struct FileOrData {
  std::string file{};
  Secret data{};

  [[nodiscard]] bool empty() const { return file.empty() && data.empty(); }
};

struct ClusterEntry {
  std::string defined_in{};  ///< the kubeconfig, for messages
  std::string server{};
  std::string tls_server_name{};
  bool insecure_skip_tls_verify = false;
  FileOrData certificate_authority{};
  Secret proxy_url{};
  bool disable_compression = false;
  std::string exec_config{};  ///< JSON: the extension client.authentication.k8s.io/exec, or empty
};

/// A program that gives credentials.
struct ExecEntry {
  std::string api_version{};
  std::string command{};
  std::vector<std::string> arguments{};
  std::vector<std::pair<std::string, std::string>> variables{};
  std::string install_hint{};
  bool provide_cluster_info = false;
  std::string interactive_mode{};
};

/// Whom to act as, in place of the user that the credentials are for.
struct Impersonation {
  std::string user{};
  std::string uid{};
  std::vector<std::string> groups{};
  std::map<std::string, std::vector<std::string>> extra{};
};

struct UserEntry {
  std::string defined_in{};
  FileOrData client_certificate{};
  FileOrData client_key{};
  Secret token{};
  std::string token_file{};
  std::string username{};
  Secret password{};
  Impersonation as{};
  std::string auth_provider{};  ///< its name, or empty
  std::optional<ExecEntry> exec{};
};

struct ContextEntry {
  std::string defined_in{};
  std::string cluster{};
  std::string user{};
  std::string nspace{};
};

/// One kubeconfig, or several that were merged (client-go, tools/clientcmd/api/v1).
struct Kubeconfig {
  std::map<std::string, ClusterEntry> clusters{};
  std::map<std::string, UserEntry> users{};
  std::map<std::string, ContextEntry> contexts{};
  std::string current_context{};

  [[nodiscard]] bool empty() const;
  /// Takes in what another one has and this one has not: whole entries, no fields of entries.
  void merge(Kubeconfig&& later);
};

/// Reads the text of a kubeconfig, YAML or JSON; fields that are unknown are let pass. `path` is for messages and for
/// relative paths. Throws Error{usage} that names file, line and field.
Kubeconfig parse_kubeconfig(const std::string& path, std::string_view text);

}  // namespace r2i::kube
