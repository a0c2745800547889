#include "config/draft.hpp"

#include <algorithm>
#include <utility>

namespace r2i::config {

namespace {

template <typename Map>
void merge_map(Map& map, Map&& later) {
  for (auto& [key, value] : later) map.insert_or_assign(key, std::move(value));
}

void merge_item(SourceDraft& source, SourceDraft&& later) {
  if (!later.kind.empty()) source.kind = std::move(later.kind);
  merge_map(source.values, std::move(later.values));
  merge_map(source.defaults, std::move(later.defaults));
}

void merge_item(RuleDraft& rule, RuleDraft&& later) {
  if (later.match) {
    rule.match = std::move(later.match);
    rule.said = std::move(later.said);
  }
  merge_map(rule.set, std::move(later.set));
}

template <typename Item>
void merge_list(std::vector<Item>& list, std::vector<Item>&& later) {
  for (Item& item : later) {
    const auto same = std::ranges::find(list, item.name, &Item::name);
    if (same == list.end()) {
      list.push_back(std::move(item));
    } else {
      merge_item(*same, std::move(item));
    }
  }
}

}  // namespace

void merge(Draft& draft, Draft&& later) {
  merge_list(draft.sources, std::move(later.sources));
  if (later.include) draft.include = std::move(later.include);
  if (later.exclude) draft.exclude = std::move(later.exclude);
  merge_map(draft.defaults, std::move(later.defaults));
  merge_list(draft.rules, std::move(later.rules));
  merge_map(draft.output, std::move(later.output));
}

}  // namespace r2i::config
