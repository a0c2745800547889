#pragma once

#include "model/manifest.hpp"

#include <array>
#include <string_view>

namespace r2i {

// The one list of the fields of our objects, in kubectl's (alphabetical) order. describe() writes along it,
// read_manifest() reads along it: `visit(v, object)` calls `v.field("name", member)` for each. `T` is the object, const
// or not.

inline constexpr std::array<std::string_view, 2> kLocationNames = {"MESH_EXTERNAL", "MESH_INTERNAL"};
inline constexpr std::array<std::string_view, 5> kResolutionNames = {"NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN",
                                                                     "DYNAMIC_DNS"};

template <typename Visitor, typename T>
void visit_meta(Visitor& v, T& meta) {
  v.field("annotations", meta.annotations);
  v.field("labels", meta.labels);
  v.field("name", meta.name);
  v.field("namespace", meta.nspace);
}

template <typename Visitor, typename T>
void visit_endpoint(Visitor& v, T& endpoint) {
  v.field("address", endpoint.address);
  v.field("labels", endpoint.labels);
  v.field("locality", endpoint.locality);
  v.field("network", endpoint.network);
  v.field("ports", endpoint.ports);
  v.field("serviceAccount", endpoint.service_account);
  v.field("weight", endpoint.weight);
}

template <typename Visitor, typename T>
void visit_port(Visitor& v, T& port) {
  v.field("name", port.name);
  v.field("number", port.number);
  v.field("protocol", port.protocol);
  v.field("targetPort", port.target_port);
}

template <typename Visitor, typename T>
void visit_selector(Visitor& v, T& selector) {
  v.field("labels", selector.labels);
}

template <typename Visitor, typename T>
void visit_service_entry(Visitor& v, T& entry) {
  v.field("addresses", entry.addresses);
  v.field("endpoints", entry.endpoints);
  v.field("exportTo", entry.export_to);
  v.field("hosts", entry.hosts);
  v.field("location", entry.location);
  v.field("ports", entry.ports);
  v.field("resolution", entry.resolution);
  v.field("subjectAltNames", entry.subject_alt_names);
  v.field("workloadSelector", entry.workload_selector);
}

}  // namespace r2i
