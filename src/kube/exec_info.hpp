#pragma once

#include "kube/connection.hpp"
#include "kube/kubeconfig.hpp"

#include <string>

namespace r2i::kube {

/// The cluster as client.authentication.k8s.io describes it to a program that wants to know: the value of
/// `spec.cluster`, as JSON.
std::string describe_cluster(const ClusterEntry& cluster, const Connection& connection);

/// The value of KUBERNETES_EXEC_INFO. `cluster`: as of describe_cluster(), or empty.
std::string describe_exec(const std::string& api_version, bool interactive, const std::string& cluster);

}  // namespace r2i::kube
