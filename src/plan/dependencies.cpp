#include "plan/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace r2i::plan {

namespace {

/// From which phase on the changes of a group have to wait, and for what.
struct Block {
  Phase from;
  const Held* cause;
};

std::optional<Phase> blocked_by(const Held& held) {
  if (held.change.action == Action::remove) return std::nullopt;
  // A ServiceEntry that is held holds everything of its service.
  if (held.change.key.kind == "ServiceEntry") return Phase::add_workloads;
  // A WorkloadEntry that is not there holds what comes after the workloads, so that no entry selects what is not
  // there. One that somebody has edited is there.
  return held.by == Held::By::conflict ? std::nullopt : std::optional(Phase::write_entries);
}

std::map<std::string, Block> blocks_of(const std::vector<Held>& held) {
  std::map<std::string, Block> blocks;
  for (const Held& one : held) {
    const auto from = blocked_by(one);
    if (!from) continue;
    const Block block{*from, &one};
    const auto [at, is_new] = blocks.emplace(one.change.group, block);
    if (!is_new && block.from < at->second.from) at->second = block;
  }
  return blocks;
}

void drop_disabled(Draft& draft) {
  const auto is_disabled_group = [&](const Change& change) { return draft.disabled_groups.contains(change.group); };
  for (const Change& change : draft.plan.changes) {
    if (is_disabled_group(change)) draft.plan.left_alone.push_back(change.key);
  }
  for (const Held& held : draft.plan.held) {
    if (is_disabled_group(held.change)) draft.plan.left_alone.push_back(held.change.key);
  }
  std::erase_if(draft.plan.changes, is_disabled_group);
  std::erase_if(draft.plan.held, [&](const Held& held) { return is_disabled_group(held.change); });
}

}  // namespace

void settle_dependencies(Draft& draft) {
  drop_disabled(draft);
  std::vector<Held>& held = draft.plan.held;
  std::ranges::sort(held, {}, [](const Held& one) { return one.change.key; });
  const auto blocks = blocks_of(held);
  std::vector<Held> waiting;
  std::erase_if(draft.plan.changes, [&](Change& change) {
    const auto block = blocks.find(change.group);
    if (block == blocks.end() || change.phase < block->second.from) return false;
    const Held& cause = *block->second.cause;
    waiting.push_back(
        {cause.by, std::move(change), fmt::format("it waits for {}", cause.change.key.display()), cause.remedy});
    return true;
  });
  std::ranges::move(waiting, std::back_inserter(held));
}

}  // namespace r2i::plan
