#pragma once

#include "base/diagnostic.hpp"
#include "base/environment.hpp"
#include "base/secret.hpp"
#include "kube/kubeconfig.hpp"
#include "model/settings.hpp"
#include "net/http.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace r2i::kube {

/// How to reach one cluster, and as whom.
struct Connection {
  std::string context{};  ///< its name; "in-cluster" inside of a pod; empty: a server was named, no context
  std::string server{};   ///< "https://10.0.0.1:6443", with the path prefix if there is one
  std::string nspace = "default";
  std::string who{};  ///< the entry that credentials are from, for messages: `user "ada" of /home/ada/.kube/config`
  net::HttpOptions http{};   ///< what of TLS, proxy and basic authentication there is
  bool compressed = true;    ///< whether answers may come compressed
  Secret token{};            ///< to begin with, if `token_file` is not empty
  std::string token_file{};  ///< its content changes
  std::optional<ExecEntry> exec{};
  std::string exec_cluster{};  ///< JSON for the program's KUBERNETES_EXEC_INFO, if it wants it
  std::vector<std::pair<std::string, Secret>> impersonation{};  ///< headers
  std::vector<Diagnostic> warnings{};
};

/// Where Kubernetes mounts a pod's service account.
inline constexpr const char* kPodFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Finds the cluster as kubectl does (kubeconfigs, then the pod's service account), with the settings over it. Throws
/// Error{usage} that names the file and the entry for whatever is missing, contradicts itself or is not supported.
Connection find_connection(const ClusterSettings& settings, const Environment& environment,
                           const std::string& pod_folder = kPodFolder);

}  // namespace r2i::kube
