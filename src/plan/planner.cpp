#include "plan/planner.hpp"

#include "model/name_filter.hpp"
#include "plan/draft.hpp"
#include "plan/ownership.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace r2i::plan {

class Planner::Impl {
 public:
  Impl(Wanted wanted, Policy policy)
      : policy_(std::move(policy)),
        desired_(std::move(wanted), policy_),
        names_(policy_.names),
        draft_(desired_, policy_) {}

  void see(LiveObject&& live);
  void restart();
  Plan finish();

 private:
  [[nodiscard]] bool is_left_out(const LiveObject& live) const {
    return std::ranges::any_of(names_of(live.manifest),
                               [&](const std::string& name) { return names_.refusal(name).has_value(); });
  }
  /// What is desired is, whatever service it was made for.
  [[nodiscard]] bool is_in_scope(const LiveObject& live) const {
    return desired_.with_key_of(live.manifest) || !is_left_out(live);
  }

  const Policy policy_;
  const Desired desired_;
  const NameFilter names_;
  Draft draft_;
  OwnerSet set_;
};

void Planner::Impl::see(LiveObject&& live) {
  const Standing standing = standing_of(live, policy_);
  if (standing != Standing::ours) {
    see_foreign(draft_, live, standing);
    return;
  }
  if (policy_.to_be_saved) set_.add(key_of(live.manifest), live);
  // Of a host of merged sources, this run may see only what some of them have.
  if (is_merged(live.manifest) && is_left_out(live)) return see_narrowed(draft_, live);
  if (is_in_scope(live)) see_ours(draft_, std::move(live));
}

void Planner::Impl::restart() {
  draft_ = Draft(desired_, policy_);
  set_ = {};
}

Plan Planner::Impl::finish() {
  settle_leftovers(draft_);
  create_missing(draft_);
  settle_dependencies(draft_);
  apply_guards(draft_);

  Plan& plan = draft_.plan;
  std::ranges::sort(plan.changes, {}, [](const Change& c) { return std::tie(c.phase, c.key); });
  std::ranges::sort(plan.held, {}, [](const Held& h) { return std::tie(h.change.key, h.by, h.change.action); });
  std::ranges::sort(plan.twins, {}, [](const Twin& t) { return std::tie(t.ours, t.theirs); });
  for (auto* keys : {&plan.left_alone, &plan.kept, &plan.prunable}) std::ranges::sort(*keys);
  if (policy_.to_be_saved) plan.fingerprint = set_.fingerprint();
  return std::move(plan);
}

Planner::Planner(Wanted wanted, Policy policy) : impl_(std::make_unique<Impl>(std::move(wanted), std::move(policy))) {}
Planner::~Planner() = default;

void Planner::object(LiveObject&& live) {
  impl_->see(std::move(live));
}

void Planner::restart() {
  impl_->restart();
}

Plan Planner::finish() {
  return impl_->finish();
}

}  // namespace r2i::plan
