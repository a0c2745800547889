#pragma once

#include "model/manifest.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace r2i {

/// The most that a ServiceEntry holds (CRD, since Istio 1.24) and that etcd takes in one request (1.5 MiB, less its
/// envelope).
inline constexpr std::size_t kMaxPorts = 256;
inline constexpr std::size_t kMaxEndpoints = 4096;
inline constexpr std::size_t kMaxObjectBytes = 1'500'000;

/// The rules of Istio's validation and of its CRDs that the object breaks, each as `path: what is wrong`; empty: both
/// take it. Sources: istio/istio pkg/config/validation, and the CRDs' CEL rules.
std::vector<std::string> check(const ServiceEntry& entry);
std::vector<std::string> check(const WorkloadEntry& entry);

/// DNS-1123 label as Istio reads it: letters, digits and inner '-', at most 63.
bool is_dns_label(std::string_view text);
/// The name of a Kubernetes namespace: a DNS label in lower case.
bool is_namespace(std::string_view text);
/// A host name that Istio takes: labels joined by '.', at most 255 bytes, the last one not a number.
bool is_host_name(std::string_view text);
bool is_ip_address(std::string_view text);
bool is_label_key(std::string_view text);
bool is_label_value(std::string_view text);

/// A bound on the bytes of the object as JSON: at least as many as there are.
std::size_t json_size(const ServiceEntry& entry);

}  // namespace r2i
