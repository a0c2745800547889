#include "plan/draft.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace r2i::plan {

namespace {

/// Endpoints inside of an object; a WorkloadEntry is one.
std::size_t endpoints_of(const std::optional<Manifest>& manifest) {
  return manifest ? endpoints_in(*manifest) : 0;
}

std::size_t endpoints_lost(const Group& group) {
  if (group.stays_as_it_is || group.live_endpoints <= group.desired_endpoints) return 0;
  return group.live_endpoints - group.desired_endpoints;
}

/// The guards of one scope, one after the other: what one of them holds, the next one does not see.
class ScopeGuards {
 public:
  ScopeGuards(Draft& draft, std::string source, std::string scope, const Policy& policy)
      : draft_(draft), source_(std::move(source)), scope_(std::move(scope)), policy_(policy) {}

  void old_snapshot(const std::string& age);
  void empty_scope();
  void shrink();
  void deletions();

 private:
  [[nodiscard]] bool is_ours(const Change& change) const { return change.source == source_ && change.scope == scope_; }
  [[nodiscard]] std::string display() const { return source_ + "/" + scope_; }
  /// Whether the change takes endpoints from a service that has fewer afterwards. A service whose instances all have
  /// new addresses loses none.
  [[nodiscard]] bool shrinks(const Change& change) const;
  [[nodiscard]] bool deletes(const Change& change) const {
    return change.action == Action::remove && change.key.kind == "ServiceEntry" && !draft_.moves.contains(change.key);
  }
  [[nodiscard]] bool takes_away(const Change& change) const {
    return is_ours(change) && (shrinks(change) || deletes(change) || change.action == Action::empty);
  }
  void hold(Held::By by, const std::string& why, const std::string& remedy,
            const std::function<bool(const Change&)>& counted);

  Draft& draft_;
  std::string source_;
  std::string scope_;
  const Policy& policy_;
};

bool ScopeGuards::shrinks(const Change& change) const {
  const auto group = draft_.groups.find(change.group);
  if (group == draft_.groups.end() || endpoints_lost(group->second) == 0) return false;
  // An entry that goes takes its workloads along.
  const bool goes = change.action == Action::empty || change.action == Action::remove;
  return goes || endpoints_of(change.before) > endpoints_of(change.after);
}

void ScopeGuards::hold(Held::By by, const std::string& why, const std::string& remedy,
                       const std::function<bool(const Change&)>& counted) {
  auto& changes = draft_.plan.changes;
  const auto first = std::stable_partition(changes.begin(), changes.end(), std::not_fn(counted));
  for (auto it = first; it != changes.end(); ++it) draft_.plan.held.push_back({by, std::move(*it), why, remedy});
  changes.erase(first, changes.end());
}

void ScopeGuards::old_snapshot(const std::string& age) {
  hold(Held::By::old_snapshot, fmt::format("the snapshot of {} is {}", display(), age), "--max-snapshot-age",
       [&](const Change& change) { return takes_away(change); });
}

void ScopeGuards::empty_scope() {
  const ScopeCounts& counts = draft_.plan.scopes[{source_, scope_}];
  if (counts.desired_entries > 0 || counts.live_entries == 0 || policy_.allow_empty.contains(display())) return;
  hold(Held::By::empty_scope,
       fmt::format("{} has no service at all, where {} {} live", display(), counts.live_entries,
                   counts.live_entries == 1 ? "ServiceEntry is" : "ServiceEntries are"),
       fmt::format("--allow-empty {}", display()), [&](const Change& change) { return takes_away(change); });
}

void ScopeGuards::shrink() {
  constexpr std::size_t kAll = 100;
  const std::size_t live = draft_.plan.scopes[{source_, scope_}].live_endpoints;
  std::set<std::string> groups;
  for (const Change& change : draft_.plan.changes) {
    if (is_ours(change) && shrinks(change)) groups.insert(change.group);
  }
  std::size_t lost = 0;
  for (const std::string& group : groups) lost += endpoints_lost(draft_.groups.at(group));
  if (lost * kAll <= live * policy_.max_shrink_percent) return;
  hold(Held::By::max_shrink,
       fmt::format("{} would lose {} of its {}, more than {} %", display(), lost, counted(live, "endpoint"),
                   policy_.max_shrink_percent),
       fmt::format("--max-shrink-percent {}", (lost * kAll + live - 1) / std::max<std::size_t>(live, 1)),
       [&](const Change& change) { return is_ours(change) && shrinks(change); });
}

void ScopeGuards::deletions() {
  constexpr std::size_t kAll = 100;
  const std::size_t live = draft_.plan.scopes[{source_, scope_}].live_entries;
  const auto count = static_cast<std::size_t>(std::ranges::count_if(
      draft_.plan.changes, [&](const Change& change) { return is_ours(change) && deletes(change); }));
  if (count <= 1) return;
  const bool too_many = count > policy_.max_delete;
  const bool too_large_a_part = count * kAll > live * policy_.max_delete_percent;
  if (!too_many && !too_large_a_part) return;
  std::vector<std::string> remedies;
  if (too_many) remedies.push_back(fmt::format("--max-delete {}", count));
  if (too_large_a_part) {
    remedies.push_back(
        fmt::format("--max-delete-percent {}", (count * kAll + live - 1) / std::max<std::size_t>(live, 1)));
  }
  hold(Held::By::max_delete, fmt::format("{} of the {} ServiceEntries of {} would be deleted", count, live, display()),
       join(remedies, " "), [&](const Change& change) { return is_ours(change) && deletes(change); });
}

}  // namespace

Reading reading_of(const std::string& source, const std::string& scope, const std::vector<ScopeRead>& scopes,
                   const Policy& policy) {
  const auto read =
      std::ranges::find_if(scopes, [&](const ScopeRead& one) { return one.source == source && one.scope == scope; });
  if (read != scopes.end()) return read->complete ? Reading::whole : Reading::partly;
  const bool given_up = policy.prune_sources.contains(source) || policy.prune_sources.contains(source + "/" + scope);
  return given_up ? Reading::given_up : Reading::none;
}

void apply_guards(Draft& draft, const std::vector<ScopeRead>& scopes, const Policy& policy) {
  for (const auto& [name, counts] : std::map(draft.plan.scopes)) {
    const auto& [source, scope] = name;
    ScopeGuards guards(draft, source, scope, policy);
    const auto read =
        std::ranges::find_if(scopes, [&](const ScopeRead& one) { return one.source == source && one.scope == scope; });
    if (read != scopes.end() && !read->too_old.empty()) guards.old_snapshot(read->too_old);
    // Whoever names a source to be pruned has said that all of it may go.
    if (read != scopes.end()) guards.empty_scope();
    guards.shrink();
    guards.deletions();
  }
}

}  // namespace r2i::plan
