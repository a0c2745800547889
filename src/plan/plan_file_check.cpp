#include "plan/plan_file_format.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

namespace r2i::plan {

namespace {

/// What a change of each kind must have.
class ChangeCheck {
 public:
  ChangeCheck(const Plan& plan, const Change& change) : plan_(plan), change_(change) {}

  std::vector<std::string> run() {
    check_parts();
    check_object("before", change_.before);
    check_object("after", change_.after);
    check_owner();
    check_precondition();
    check_phase();
    return std::move(faults_);
  }

 private:
  void fault(std::string_view what) {
    faults_.push_back(fmt::format("\"{}\" of {}: {}", to_string(change_.action), change_.key.display(), what));
  }

  void check_parts() {
    const bool creates = change_.action == Action::create;
    const bool removes = change_.action == Action::remove;
    if (creates && change_.before) fault("what is new has no \"before\"");
    if (!creates && !change_.before) fault("\"before\" is missing");
    if (removes && change_.after) fault("what goes has no \"after\"");
    if (!removes && !change_.after) fault("\"after\" is missing");
  }

  void check_object(std::string_view which, const std::optional<Manifest>& object) {
    if (!object || key_of(*object) == change_.key) return;
    fault(fmt::format("\"{}\" is another object, {}", which, key_of(*object).display()));
  }

  /// What we write for the first time, or anew, bears our mark.
  void check_owner() {
    if (!change_.after || change_.action == Action::empty) return;
    if (find_value(meta_of(*change_.after).labels, mark::kOwner) != plan_.owner) {
      fault(fmt::format("\"after\" lacks the label {} of the plan's owner", mark::kOwner));
    }
  }

  /// A plan without a manager is for a directory, where nothing has a uid.
  void check_precondition() {
    if (change_.action == Action::create || plan_.manager.empty()) {
      if (change_.live) fault("there is no live object, so \"live\" is wrong");
    } else if (!change_.live) {
      fault("\"live\" is missing: what the object was when the plan was made");
    } else if (change_.live->uid.empty() || change_.live->resource_version.empty()) {
      fault("\"live\" lacks the uid or the resourceVersion");
    }
  }

  void check_phase() {
    const bool removes = change_.phase == Phase::remove_workloads || change_.phase == Phase::remove_entries;
    const bool workloads = change_.phase == Phase::add_workloads || change_.phase == Phase::remove_workloads;
    if (removes != (change_.action == Action::remove) || workloads != (change_.key.kind == "WorkloadEntry")) {
      fault(fmt::format("its phase cannot be {}", kPhaseNames.at(static_cast<std::size_t>(change_.phase))));
    }
  }

  const Plan& plan_;
  const Change& change_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<Contradiction> contradictions_in(const Plan& plan) {
  std::vector<Contradiction> found;
  if (plan.owner.empty()) found.push_back({Contradiction::kNone, "the plan has no owner"});
  std::set<ObjectKey> keys;
  for (std::size_t i = 0; i < plan.changes.size(); ++i) {
    for (std::string& message : ChangeCheck(plan, plan.changes[i]).run()) found.push_back({i, std::move(message)});
    if (!keys.insert(plan.changes[i].key).second) {
      found.push_back({i, fmt::format("{} is changed twice", plan.changes[i].key.display())});
    }
  }
  return found;
}

}  // namespace r2i::plan
