#include "config/draft.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::config {

namespace {

template <typename Map>
void merge_map(Map& map, Map&& later) {
  for (auto& [key, value] : later) map.insert_or_assign(key, std::move(value));
}

/// What cannot stand beside the key: one address beside several, a secret beside the file of it.
std::vector<std::string> alternatives(const std::string& key) {
  constexpr std::string_view kFile = "File";
  if (key == "address") return {"addresses"};
  if (key == "addresses") return {"address"};
  if (key.ends_with(kFile)) return {key.substr(0, key.size() - kFile.size())};
  return {key + std::string(kFile)};
}

void merge_item(SourceDraft& source, SourceDraft&& later, Problems& problems) {
  if (!later.kind.empty() && !source.kind.empty() && later.kind != source.kind) {
    return problems.add(later.place, fmt::format("the source {} is of kind {} in {}: give this one another name",
                                                 in_quotes(source.name), source.kind, source.place.text));
  }
  if (!later.kind.empty()) source.kind = std::move(later.kind);
  for (const auto& [key, value] : later.values) {
    for (const std::string& other : alternatives(key)) source.values.erase(other);
  }
  merge_map(source.values, std::move(later.values));
  merge_map(source.defaults, std::move(later.defaults));
}

void merge_item(RuleDraft& rule, RuleDraft&& later, Problems& /*problems*/) {
  if (later.match) {
    rule.match = std::move(later.match);
    rule.said = std::move(later.said);
  }
  merge_map(rule.set, std::move(later.set));
  rule.has_set = rule.has_set || later.has_set;
}

template <typename Item>
void merge_list(std::vector<Item>& list, std::vector<Item>&& later, Problems& problems) {
  for (Item& item : later) {
    const auto same = std::ranges::find(list, item.name, &Item::name);
    if (same == list.end()) {
      list.push_back(std::move(item));
    } else {
      merge_item(*same, std::move(item), problems);
    }
  }
}

}  // namespace

void merge(Draft& draft, Draft&& later, Problems& problems) {
  merge_list(draft.sources, std::move(later.sources), problems);
  if (later.include) draft.include = std::move(later.include);
  if (later.exclude) draft.exclude = std::move(later.exclude);
  merge_map(draft.defaults, std::move(later.defaults));
  merge_list(draft.rules, std::move(later.rules), problems);
  merge_map(draft.output, std::move(later.output));
}

}  // namespace r2i::config
