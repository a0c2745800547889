#pragma once

#include "kube/connection.hpp"
#include "kube/kubeconfig.hpp"

#include <string>

namespace r2i::kube {

// The rules for entries that are about to be used (client-go, tools/clientcmd/validation.go). `where` names the entry
// in errors: `cluster "prod" of /home/ada/.kube/config`. All throw Error{usage}.

/// Server, TLS and proxy.
void use_cluster(const ClusterEntry& entry, const std::string& where, Connection& connection);

/// Credentials and impersonation. They are left out, with a warning, where the server has no TLS.
void use_user(const UserEntry& entry, const std::string& where, Connection& connection);

}  // namespace r2i::kube
