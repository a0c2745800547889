#pragma once

#include "base/diagnostic.hpp"
#include "base/recent.hpp"
#include "model/service.hpp"
#include "transform/candidate.hpp"
#include "transform/told_labels.hpp"

#include <vector>

namespace r2i::transform {

/// Row 11: the endpoint labels that an instance's metadata and tags give: metadata and tags `key=value` whose key is on
/// the allow-list, and all tags `key|value`. Keys and values are made legal; what Istio or Kubernetes act upon, and
/// what looks like a secret, is dropped. Each change is reported.
/// Labels that the configuration itself gives come on top; it may set any.
/// With `origins`, also what each key came from: `tag version=v2`, `rule "canaries" (mesh.yaml:12)`.
Pairs endpoint_labels(const Service& service, const Candidate& candidate, Diagnostics& diagnostics,
                      TextMap* origins = nullptr);

/// endpoint_labels() of one candidate after the other. Those that have the same share them, and what the registry says
/// alike of a candidate and one shortly before is not looked at again. What they refer to must live as long.
class LabelMaker {
 public:
  explicit LabelMaker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}
  SharedPairs labels_of(const Service& service, const Candidate& candidate);

 private:
  /// What decides the labels of a candidate, unless its address does, and what they are.
  struct Made {
    const Service* service = nullptr;  ///< nothing: there is more to do than to take the same labels
    const Choices* choices = nullptr;
    std::vector<ToldLabel> told{};
    SharedPairs labels{};
  };

  Diagnostics& diagnostics_;
  Recent<Made> made_;
  LabelPicker picker_;
};

}  // namespace r2i::transform
