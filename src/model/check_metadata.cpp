#include "model/checker.hpp"

#include <algorithm>
#include <array>

namespace r2i {

namespace {

constexpr std::size_t kMaxAnnotationBytes = 262'144;  // of all keys and values together

/// Istio's own, which it refuses on any object that comes from outside.
constexpr auto kRefusedAnnotations =
    std::to_array<std::string_view>({"istio.io/dry-run", "internal.istio.io/webhook-always-reject",
                                     "internal.istio.io/parents", "internal.istio.io/parent-namespace"});

constexpr std::string_view kKeyRule =
    "[prefix/]name, the name with at most 63 letters, digits, '-', '_' and '.', the prefix a host name in lower case";

}  // namespace

bool is_refused_annotation(std::string_view key) {
  return std::ranges::find(kRefusedAnnotations, key) != kRefusedAnnotations.end();
}

void check_metadata(Checker& checker, const ObjectMeta& meta) {
  const At object;
  const At at = object.field("metadata");
  checker.require(is_object_name(meta.name), at.field("name"),
                  "{} is no name of an object: lower-case letters, digits, '-' and '.', at most 253", Quote{meta.name});
  checker.require(meta.nspace.empty() || is_namespace(meta.nspace), at.field("namespace"),
                  "{} is no name of a namespace: lower-case letters, digits and '-', at most 63", Quote{meta.nspace});
  const At labels = at.field("labels");
  for (const auto& [key, value] : meta.labels) {
    checker.require(is_metadata_key(key), labels.entry(key), "{} is no key of a label: {}", Quote{key}, kKeyRule);
    checker.require(is_label_value(value), labels.entry(key),
                    "{} is no value of a label: at most 63 letters, digits, '-', '_' and '.'", Quote{value});
  }
  const At annotations = at.field("annotations");
  std::size_t bytes = 0;
  for (const auto& [key, value] : meta.annotations) {
    bytes += key.size() + value.size();
    checker.require(is_label_key(key), annotations.entry(key), "{} is no key of an annotation: {}", Quote{key},
                    kKeyRule);
    checker.require(!is_refused_annotation(key), annotations.entry(key), "Istio refuses this annotation: remove it");
  }
  checker.require(bytes <= kMaxAnnotationBytes, annotations, "{} bytes; at most {} are allowed", bytes,
                  kMaxAnnotationBytes);
}

}  // namespace r2i
