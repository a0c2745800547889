#pragma once

#include <span>
#include <string_view>

namespace r2i::schema {

struct Field;

/// What the API server takes as a value.
struct Shape {
  enum class Kind {
    object,  ///< the fields of `fields`, and no others unless `open`
    map,     ///< any keys, values of `item`
    list,    ///< of `item`
    string,
    choice,  ///< a string of `choices`
    number,  ///< a whole one of 32 bits, not negative
    whole,   ///< a whole one
    whole_or_string,
    boolean,
    time,  ///< RFC 3339
    anything,
  };
  Kind kind = Kind::anything;
  std::span<const Field> fields = {};
  const Shape* item = nullptr;
  std::span<const std::string_view> choices = {};
  bool open = false;
  bool nullable = false;
};

struct Field {
  std::string_view name;
  const Shape* shape;
  bool required = false;
};

/// The fields of a ServiceEntry, or of a WorkloadEntry, in v1, v1beta1 and v1alpha3, which are the same; with them
/// those that only a cluster writes. Source: Istio's CRDs (crd-all.gen.yaml, 1.31) and Kubernetes' ObjectMeta.
const Shape& service_entry();
const Shape& workload_entry();

}  // namespace r2i::schema
