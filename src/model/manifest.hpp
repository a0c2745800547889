#pragma once

#include "model/service.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace r2i {

/// Port name → number, in kubectl's key order.
using PortMap = std::vector<std::pair<std::string, std::uint32_t>>;

struct ObjectMeta {
  Pairs annotations;
  Pairs labels;
  std::string name;
  std::string nspace;  ///< metadata.namespace; empty: not written

  friend bool operator==(const ObjectMeta&, const ObjectMeta&) = default;
};

/// networking.istio.io WorkloadEntry's spec, which is also the type of an inline endpoint. Zero and empty mean "not
/// written".
struct Endpoint {
  std::string address;
  SharedPairs labels;
  SharedText locality;
  SharedText network;
  PortMap ports;
  SharedText service_account;
  std::uint32_t weight = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct ServicePort {
  std::string name;
  std::uint32_t number = 0;
  std::string protocol;
  std::uint32_t target_port = 0;

  friend bool operator==(const ServicePort&, const ServicePort&) = default;
};

enum class Location { mesh_external, mesh_internal };
enum class Resolution { none, static_, dns, dns_round_robin, dynamic_dns };

struct WorkloadSelector {
  Pairs labels;

  friend bool operator==(const WorkloadSelector&, const WorkloadSelector&) = default;
};

struct ServiceEntry {
  ObjectMeta meta;
  std::vector<std::string> addresses;
  std::vector<Endpoint> endpoints;
  std::vector<std::string> export_to;
  std::vector<std::string> hosts;
  Location location = Location::mesh_external;
  std::vector<ServicePort> ports;
  Resolution resolution = Resolution::none;
  std::vector<std::string> subject_alt_names;
  WorkloadSelector workload_selector;

  friend bool operator==(const ServiceEntry&, const ServiceEntry&) = default;
};

struct WorkloadEntry {
  ObjectMeta meta;
  Endpoint spec;

  friend bool operator==(const WorkloadEntry&, const WorkloadEntry&) = default;
};

using Manifest = std::variant<ServiceEntry, WorkloadEntry>;

const ObjectMeta& meta_of(const Manifest& manifest);
std::string_view kind_of(const Manifest& manifest);  ///< "ServiceEntry" or "WorkloadEntry"

/// Labels and annotations of ours.
namespace mark {
inline constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";
inline constexpr std::string_view kManager = "registry2istio";
inline constexpr std::string_view kOwner = "registry2istio.io/owner";
inline constexpr std::string_view kSource = "registry2istio.io/source";
inline constexpr std::string_view kService = "registry2istio.io/service";
inline constexpr std::string_view kScope = "registry2istio.io/scope";
/// On an object of merged sources (row 20): the scopes that have its service, SOURCE/SCOPE, as list_mark() writes them.
/// Its kScope is kMergedScope then, its kSource the name of the merge, its kService a list, too. An annotation.
inline constexpr std::string_view kMergedFrom = "registry2istio.io/merged-from";
inline constexpr std::string_view kMergedScope = "merged";
/// On the ServiceEntry of an alias: the main host of its service. An annotation.
inline constexpr std::string_view kAliasOf = "registry2istio.io/alias-of";
/// When a service was first seen to be gone: an annotation, RFC 3339.
inline constexpr std::string_view kGoneSince = "registry2istio.io/gone-since";
/// `disabled` on a live object, as a label or an annotation: we leave it alone.
inline constexpr std::string_view kReconcile = "registry2istio.io/reconcile";
inline constexpr std::string_view kDisabled = "disabled";
/// The label that a ServiceEntry selects its WorkloadEntries by.
inline constexpr std::string_view kHost = "registry2istio.io/host";
}  // namespace mark

}  // namespace r2i
