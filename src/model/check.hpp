#pragma once

#include "model/field_path.hpp"
#include "model/manifest.hpp"
#include "model/names.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// The most that a ServiceEntry holds (CRD, since Istio 1.24) and that etcd takes in one request (1.5 MiB, less its
/// envelope).
inline constexpr std::size_t kMaxPorts = 256;
inline constexpr std::size_t kMaxEndpoints = 4096;
inline constexpr std::size_t kMaxObjectBytes = 1'500'000;

/// A rule that an object breaks, or something in it that does not do what it seems to.
struct Breach {
  FieldPath path;
  std::string message;  ///< what is wrong, and what to do

  /// "spec.hosts[0]: what is wrong"
  [[nodiscard]] std::string text() const;
};

/// What an object says besides its values: our types do not tell what is empty from what is not written, the CRDs do.
struct Written {
  bool endpoints = false;                      ///< also as `[]`
  bool workload_selector = false;              ///< also as `{}`
  std::set<std::size_t> zero_target_ports;     ///< service ports that have `targetPort: 0`
  std::set<std::size_t> empty_endpoint_ports;  ///< endpoints that have `ports: {}`; of a WorkloadEntry 0
  bool resolution_is_known = true;             ///< false: it has no legal value, what depends on it cannot be judged

  /// Of an object that describe() writes: nothing empty.
  static Written by_us(const ServiceEntry& entry);
};

/// The rules of Istio's validation and of its CRDs that the object breaks; empty: both take it. Sources: istio/istio
/// pkg/config/validation, the CRDs' schema and CEL rules, and Kubernetes' rules for metadata.
std::vector<Breach> check(const ServiceEntry& entry, const Written& written);
std::vector<Breach> check(const WorkloadEntry& entry, const Written& written);
/// Of objects of ours.
std::vector<Breach> check(const ServiceEntry& entry);
std::vector<Breach> check(const WorkloadEntry& entry);

/// What Istio takes with a warning.
std::vector<Breach> find_doubts(const ServiceEntry& entry, const Written& written);
std::vector<Breach> find_doubts(const WorkloadEntry& entry);

/// Whether Istio refuses every ServiceEntry and WorkloadEntry that has an annotation with this key.
bool is_refused_annotation(std::string_view key);

/// A bound on the bytes of the object as JSON: at least as many as there are.
std::size_t json_size(const ServiceEntry& entry);

}  // namespace r2i
