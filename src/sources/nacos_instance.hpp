#pragma once

#include "model/document_reader.hpp"
#include "model/service.hpp"

#include <string>
#include <vector>

namespace r2i::sources::nacos {

/// One instance, in any of the shapes that Nacos has for it: all of them name `ip`, `port`, `weight`, `enabled` and
/// `metadata`; its health is `healthy`, in the catalog of v1 `valid`. `cluster`: the one that it is listed under, where
/// it does not name its own.
Instance read_instance(DocumentReader& reader, const std::string& cluster);

/// The cluster of an instance of read_instance().
std::string cluster_of(const Instance& instance);

/// Whether what Nacos's own clients get may differ from what is registered: some instances that are in service are
/// unhealthy.
bool may_be_protected(const std::vector<Instance>& instances);

/// Nacos's protection (ServiceUtil.selectInstancesWithHealthyProtection): where the healthy part of the instances in
/// service is not above the threshold, all of them are called healthy. Says whether that is so. A threshold of 0 or
/// less protects nothing here: Nacos would call all healthy when none is.
bool protect(std::vector<Instance>& instances, double threshold);

}  // namespace r2i::sources::nacos
