#include "plan/line_diff.hpp"

#include <dtl/dtl.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace r2i::plan {

namespace {

using Lines = std::vector<std::string_view>;

Lines lines_in(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// A number for each line, the same for the same text, so that lines are compared at once.
std::vector<std::uint32_t> numbered(const Lines& lines, std::size_t first, std::size_t last,
                                    std::unordered_map<std::string_view, std::uint32_t>& numbers) {
  std::vector<std::uint32_t> result;
  result.reserve(last - first);
  for (std::size_t i = first; i < last; ++i) {
    result.push_back(numbers.emplace(lines[i], static_cast<std::uint32_t>(numbers.size())).first->second);
  }
  return result;
}

/// Within a run of changes, the library mixes what goes and what comes; people read one after the other.
void sort_runs(std::vector<DiffLine>& script) {
  const auto is_common = [](const DiffLine& line) { return line.kind == DiffLine::Kind::common; };
  for (auto first = script.begin(); first != script.end();) {
    first = std::find_if_not(first, script.end(), is_common);
    const auto last = std::find_if(first, script.end(), is_common);
    std::stable_sort(first, last, [](const DiffLine& a, const DiffLine& b) { return a.kind < b.kind; });
    first = last;
  }
}

}  // namespace

std::vector<DiffLine> line_diff(std::string_view before, std::string_view after) {
  const Lines old = lines_in(before);
  const Lines now = lines_in(after);
  const auto [old_end, now_end] = std::ranges::mismatch(old, now);
  const auto prefix = static_cast<std::size_t>(old_end - old.begin());
  const std::size_t most = std::min(old.size(), now.size()) - prefix;
  std::size_t suffix = 0;
  while (suffix < most && old[old.size() - 1 - suffix] == now[now.size() - 1 - suffix]) ++suffix;

  std::vector<DiffLine> script;
  script.reserve(std::max(old.size(), now.size()));
  for (std::size_t i = 0; i < prefix; ++i) script.push_back({DiffLine::Kind::common, old[i]});

  std::unordered_map<std::string_view, std::uint32_t> numbers;
  const auto old_numbers = numbered(old, prefix, old.size() - suffix, numbers);
  const auto now_numbers = numbered(now, prefix, now.size() - suffix, numbers);
  dtl::Diff<std::uint32_t> diff(old_numbers, now_numbers);
  diff.compose();
  std::size_t at_old = prefix;
  std::size_t at_now = prefix;
  for (const auto& [number, info] : diff.getSes().getSequence()) {
    if (info.type == dtl::SES_DELETE) {
      script.push_back({DiffLine::Kind::removed, old[at_old++]});
    } else if (info.type == dtl::SES_ADD) {
      script.push_back({DiffLine::Kind::added, now[at_now++]});
    } else {
      script.push_back({DiffLine::Kind::common, old[at_old++]});
      ++at_now;
    }
  }
  for (std::size_t i = old.size() - suffix; i < old.size(); ++i) script.push_back({DiffLine::Kind::common, old[i]});
  sort_runs(script);
  return script;
}

}  // namespace r2i::plan
