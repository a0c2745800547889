#include "base/text.hpp"
#include "plan/draft.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::plan {

namespace {

/// "kubectl-edit's", or nothing if nobody else has set a field.
std::string whose(const LiveObject& live, const std::string& our_manager) {
  const std::string managers = managers_of(live, our_manager);
  return managers.empty() ? "" : managers + "'s";
}

void adopt(Draft& draft, const LiveObject& live, std::size_t index) {
  const Policy& policy = *draft.policy;
  Change change = change_to_desired(draft, live, index);
  const std::string theirs = whose(live, policy.manager);
  change.note = theirs.empty() ? "adopted" : fmt::format("adopted: was {}", theirs);
  change.force = true;
  add_endpoints(draft.groups[change.group].live, live.manifest);
  write_or_hold(draft, std::move(change), compare(live, (*draft.desired)[index], policy.manager));
}

void refuse(Draft& draft, const LiveObject& live, std::size_t index, Standing standing) {
  Change change = change_to_desired(draft, live, index);
  if (standing == Standing::other_owner) {
    const auto owner = find_value(meta_of(live.manifest).labels, mark::kOwner).value_or("");
    hold(draft, Held::By::other_owner, std::move(change), fmt::format("it belongs to the owner {}", in_quotes(owner)),
         "");
    return;
  }
  const std::string theirs = whose(live, draft.policy->manager);
  hold(draft, Held::By::foreign, std::move(change),
       theirs.empty() ? "it is not ours" : fmt::format("it is not ours, but {}", theirs), "--adopt");
}

}  // namespace

void see_foreign(Draft& draft, const LiveObject& live, Standing standing) {
  const auto index = draft.desired->with_key_of(live.manifest);
  if (!index) {
    const auto* entry = std::get_if<ServiceEntry>(&live.manifest);
    if (entry != nullptr) find_twins(draft, *entry, managers_of(live));
    return;
  }
  draft.seen[*index] = 1;
  if (is_disabled(live.manifest)) {
    draft.plan.left_alone.push_back(key_of(live.manifest));
    draft.disabled_groups.insert(group_of((*draft.desired)[*index]));
  } else if (standing == Standing::foreign && draft.policy->adopt) {
    adopt(draft, live, *index);
  } else {
    refuse(draft, live, *index, standing);
  }
}

}  // namespace r2i::plan
