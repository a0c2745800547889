#pragma once

#include "model/live_object.hpp"
#include "plan/ownership.hpp"
#include "plan/plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace r2i::plan {

/// Whether a saved plan still fits: the owner has the same set of objects, each object that it changes is what it was
/// (resourceVersion may have moved, since istiod writes the status), and none that it creates is there.
class Recheck : public LiveSink {
 public:
  /// `plan` must outlive it.
  explicit Recheck(const Plan& plan);
  void object(LiveObject&& live) override;
  void restart() override;

  /// What has changed since, sorted, a sentence each; empty: the plan fits. To be called once, after the last object.
  std::vector<std::string> finish();

 private:
  const Plan& plan_;
  std::map<ObjectKey, const Change*> changes_;
  std::map<ObjectKey, std::string> found_;  ///< of the changed objects: what is wrong, or nothing
  OwnerSet set_;
};

}  // namespace r2i::plan
