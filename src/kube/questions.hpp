#pragma once

#include "kube/cluster.hpp"
#include "kube/session.hpp"

#include <tl/expected.hpp>

#include <span>
#include <string>
#include <vector>

namespace r2i::kube {

/// As Cluster::facts().
tl::expected<ClusterFacts, std::string> ask_facts(Session& session, std::span<const std::string> namespaces);

/// As Cluster::missing_namespaces().
tl::expected<std::vector<std::string>, std::string> ask_namespaces(Session& session, const std::string& version,
                                                                   std::span<const Change* const> changes,
                                                                   const WriteOptions& options);

}  // namespace r2i::kube
