#include "plan/render.hpp"

#include "base/text.hpp"
#include "plan/render_words.hpp"

#include <fmt/format.h>

#include <map>
#include <vector>

namespace r2i::plan {

namespace {

std::string held_counts(const Plan& plan) {
  std::map<Held::By, std::size_t> withheld;
  std::size_t refused = 0;
  for (const Held& held : plan.held) {
    if (held.is_guard()) {
      ++withheld[held.by];
    } else {
      ++refused;
    }
  }
  std::vector<std::string> parts;
  for (const auto& [by, count] : withheld) parts.push_back(fmt::format("{} withheld by {}", count, to_string(by)));
  if (refused > 0) parts.push_back(fmt::format("{} refused", refused));
  return join(parts, ", ");
}

}  // namespace

std::string counts_line(const Plan& plan) {
  std::vector<std::string> counts;
  for (const Action action : {Action::create, Action::update, Action::empty, Action::remove}) {
    if (const std::size_t count = plan.count(action); count > 0) {
      counts.push_back(fmt::format("{} to {}", count, to_string(action)));
    }
  }
  if (counts.empty()) counts.emplace_back(plan.held.empty() ? "no changes" : "nothing to do");
  if (plan.unchanged > 0) counts.push_back(fmt::format("{} unchanged", plan.unchanged));

  std::vector<std::string> parts{join(counts, ", ")};
  if (!plan.held.empty()) parts.push_back(held_counts(plan));
  if (!plan.prunable.empty()) {
    const bool more = plan.count(Action::remove) > 0;
    parts.push_back(fmt::format("{}{} would be deleted with --prune", plan.prunable.size(), more ? " more" : ""));
  }
  if (!plan.kept.empty()) parts.push_back(fmt::format("{} kept (not read in full)", plan.kept.size()));
  if (!plan.left_alone.empty()) parts.push_back(fmt::format("{} left alone", plan.left_alone.size()));
  return join(parts, "; ");
}

void render_names(Output& out, const Plan& plan) {
  for (const Change* change : sorted_by_key(plan.changes)) {
    out.write(fmt::format("{}.networking.istio.io/{}\n", to_lower(change->key.kind), on_one_line(change->key.name)));
    out.spill();
  }
  out.flush();
}

}  // namespace r2i::plan
