#include "base/text.hpp"
#include "plan/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace r2i::plan {

namespace {

constexpr std::size_t kAll = 100;  // per cent

std::size_t inside(const std::optional<Manifest>& manifest) {
  return manifest ? endpoints_in(*manifest) : 0;
}

bool selects(const std::optional<Manifest>& manifest) {
  const auto* entry = manifest ? std::get_if<ServiceEntry>(&*manifest) : nullptr;
  return entry != nullptr && !entry->workload_selector.labels.empty();
}

/// How many per cent `part` is of `whole`, rounded up.
std::size_t percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? kAll : (part * kAll + whole - 1) / whole;
}

/// The guards of one scope, one after the other: what one of them holds, the next one does not see.
class ScopeGuards {
 public:
  ScopeGuards(Draft& draft, ScopeName scope)
      : draft_(draft), scope_(std::move(scope)), counts_(draft.plan.scopes[{scope_.source, scope_.scope}]) {}

  void old_snapshot();
  void empty_scope();
  void shrink();
  void deletions();

 private:
  [[nodiscard]] bool is_ours(const Change& change) const { return draft_.groups[change.group].scope == scope_; }
  [[nodiscard]] bool is_empty() const { return counts_.desired_entries == 0; }
  /// Whoever names a source to be pruned, or a scope that may be empty, has said that all of it may go.
  [[nodiscard]] bool may_be_empty() const {
    return draft_.desired->reading_of(scope_) == Reading::given_up ||
           draft_.policy->allow_empty.contains(scope_.display());
  }
  /// Whether the change takes endpoints from a service that has fewer afterwards. A service whose instances all have
  /// new addresses loses none.
  [[nodiscard]] bool shrinks(const Change& change) const;
  [[nodiscard]] bool deletes(const Change& change) const {
    return change.action == Action::remove && change.key.kind == "ServiceEntry" && !draft_.moves.contains(change.key);
  }
  [[nodiscard]] bool takes_away(const Change& change) const {
    return shrinks(change) || deletes(change) || change.action == Action::empty;
  }
  /// Holds those changes of the scope that are counted.
  void hold(Held::By by, const std::string& why, const std::string& remedy,
            bool (ScopeGuards::*counted)(const Change&) const);

  Draft& draft_;
  ScopeName scope_;
  const ScopeCounts& counts_;
};

bool ScopeGuards::shrinks(const Change& change) const {
  if (draft_.groups[change.group].lost() == 0) return false;
  // An entry that goes, or selects none any more, takes its workloads along.
  const bool goes = change.action == Action::empty || change.action == Action::remove;
  return goes || inside(change.before) > inside(change.after) || (selects(change.before) && !selects(change.after));
}

void ScopeGuards::hold(Held::By by, const std::string& why, const std::string& remedy,
                       bool (ScopeGuards::*counted)(const Change&) const) {
  auto& changes = draft_.plan.changes;
  const auto is_let_pass = [&](const Change& change) { return !is_ours(change) || !(this->*counted)(change); };
  const auto first = std::stable_partition(changes.begin(), changes.end(), is_let_pass);
  for (auto it = first; it != changes.end(); ++it) draft_.plan.held.push_back({by, std::move(*it), why, remedy});
  changes.erase(first, changes.end());
}

void ScopeGuards::old_snapshot() {
  const ScopeRead* read = draft_.desired->scope(scope_);
  if (read == nullptr || read->too_old.empty()) return;
  hold(Held::By::old_snapshot, fmt::format("the snapshot of {} is {}", scope_.display(), read->too_old),
       "--max-snapshot-age 0", &ScopeGuards::takes_away);
}

void ScopeGuards::empty_scope() {
  if (!is_empty() || may_be_empty() || counts_.live_entries + counts_.live_endpoints == 0) return;
  const std::string live = counts_.live_entries == 0   ? counted(counts_.live_endpoints, "endpoint")
                           : counts_.live_entries == 1 ? "1 ServiceEntry"
                                                       : fmt::format("{} ServiceEntries", counts_.live_entries);
  hold(Held::By::empty_scope,
       fmt::format("{} has no service at all, where {} {} live", scope_.display(), live,
                   live.starts_with("1 ") ? "is" : "are"),
       "--allow-empty " + scope_.display(), &ScopeGuards::takes_away);
}

void ScopeGuards::shrink() {
  if (is_empty() && may_be_empty()) return;
  std::set<std::string> groups;
  for (const Change& change : draft_.plan.changes) {
    if (is_ours(change) && shrinks(change)) groups.insert(change.group);
  }
  std::size_t lost = 0;
  for (const std::string& group : groups) lost += draft_.groups[group].lost();
  if (lost * kAll <= counts_.live_endpoints * draft_.policy->max_shrink_percent) return;
  hold(Held::By::max_shrink,
       fmt::format("{} would lose {} of its {}, more than {} %", scope_.display(), lost,
                   counted(counts_.live_endpoints, "endpoint"), draft_.policy->max_shrink_percent),
       fmt::format("--max-shrink-percent {}", percent(lost, counts_.live_endpoints)), &ScopeGuards::shrinks);
}

void ScopeGuards::deletions() {
  const auto count = static_cast<std::size_t>(std::ranges::count_if(
      draft_.plan.changes, [&](const Change& change) { return is_ours(change) && deletes(change); }));
  if (count <= 1) return;
  const std::size_t live = counts_.live_entries;
  std::vector<std::string> remedies;
  if (count > draft_.policy->max_delete) remedies.push_back(fmt::format("--max-delete {}", count));
  const bool all_may_go = is_empty() && may_be_empty();
  if (!all_may_go && count * kAll > live * draft_.policy->max_delete_percent) {
    remedies.push_back(fmt::format("--max-delete-percent {}", percent(count, live)));
  }
  if (remedies.empty()) return;
  hold(Held::By::max_delete,
       fmt::format("{} of the {} ServiceEntries of {} would be deleted", count, live, scope_.display()),
       join(remedies, " "), &ScopeGuards::deletes);
}

}  // namespace

void apply_guards(Draft& draft) {
  auto& scopes = draft.plan.scopes;
  for (const auto& [name, group] : draft.groups) {
    scopes[{group.scope.source, group.scope.scope}].live_endpoints += group.live.serving();
  }
  for (const auto& [name, counts] : scopes) {
    ScopeGuards guards(draft, {name.first, name.second});
    guards.old_snapshot();
    guards.empty_scope();
    guards.shrink();
    guards.deletions();
  }
}

}  // namespace r2i::plan
