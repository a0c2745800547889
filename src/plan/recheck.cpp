#include "plan/recheck.hpp"

#include "plan/ownership.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::plan {

namespace {

std::string difference(const Change& change, const LiveObject& live, const std::string& manager) {
  if (!change.live) return "has come into being";
  const Precondition& was = *change.live;
  if (live.uid != was.uid) return "has been deleted and created again";
  if (live.generation != was.generation) return "has another spec";
  if (meta_of(live.manifest).labels != was.labels) return "has other labels";
  const FieldSet* owned = live.applied_by(manager);
  if ((owned != nullptr ? *owned : FieldSet()) != was.owned) return "has other fields of ours";
  return "";
}

}  // namespace

Recheck::Recheck(const Plan& plan) : plan_(plan) {
  for (const Change& change : plan.changes) changes_.emplace(change.key, &change);
}

void Recheck::object(LiveObject&& live) {
  ObjectKey key = key_of(live.manifest);
  // Whoever applies the plan may see more than whoever made it.
  if (!plan_.namespaces.empty() && !std::ranges::binary_search(plan_.namespaces, key.nspace)) return;
  if (is_ours(live, plan_.owner, plan_.manager)) set_.add(key, live);
  const auto change = changes_.find(key);
  if (change != changes_.end())
    found_.insert_or_assign(std::move(key), difference(*change->second, live, plan_.manager));
}

void Recheck::restart() {
  found_.clear();
  set_ = {};
}

std::vector<std::string> Recheck::finish() {
  std::vector<std::string> problems;
  for (const auto& [key, change] : changes_) {
    const auto found = found_.find(key);
    if (found == found_.end() && change->live) problems.push_back(fmt::format("{} is gone", key.display()));
    if (found != found_.end() && !found->second.empty()) {
      problems.push_back(fmt::format("{} {}", key.display(), found->second));
    }
  }
  if (problems.empty() && set_.fingerprint() != plan_.fingerprint) {
    problems.push_back(
        fmt::format("objects of the owner {} that the plan does not change have changed, come or gone", plan_.owner));
  }
  return problems;
}

}  // namespace r2i::plan
