#pragma once

#include "base/diagnostic.hpp"
#include "model/service.hpp"
#include "transform/candidate.hpp"

namespace r2i::transform {

/// Row 11: the endpoint labels that an instance's metadata and tags give: metadata and tags `key=value` whose key is on
/// the allow-list, and all tags `key|value`. Keys and values are made legal; what Istio or Kubernetes act upon, and
/// what looks like a secret, is dropped. Each change is reported.
/// Labels that the configuration itself gives come on top; it may set any.
/// With `origins`, also what each key came from: `tag version=v2`, `rule "canaries" (mesh.yaml:12)`.
Pairs endpoint_labels(const Service& service, const Candidate& candidate, Diagnostics& diagnostics,
                      TextMap* origins = nullptr);

}  // namespace r2i::transform
