#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace r2i::plan {

/// Which item of one list is which of another. Each list is in its own order, the pairs in that of the second.
template <typename Item>
struct Matching {
  std::vector<std::pair<const Item*, const Item*>> pairs;
  std::vector<const Item*> only_before;
  std::vector<const Item*> only_after;
};

/// Pairs the items that are alone left and have the same key. Of several with one key, the first goes with the first.
template <typename Item, typename Key>
void match_by(Matching<Item>& matching, Key key) {
  using Keyed = std::pair<std::string, const Item*>;
  const auto keyed = [&](const std::vector<const Item*>& items) {
    std::vector<Keyed> sorted;
    sorted.reserve(items.size());
    for (const Item* item : items) sorted.emplace_back(key(*item), item);
    std::ranges::sort(sorted);
    return sorted;
  };
  const std::vector<Keyed> before = keyed(matching.only_before);
  const std::vector<Keyed> after = keyed(matching.only_after);
  matching.only_before.clear();
  matching.only_after.clear();
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && old->first < now->first)) {
      matching.only_before.push_back((old++)->second);
    } else if (old == before.end() || now->first < old->first) {
      matching.only_after.push_back((now++)->second);
    } else {
      matching.pairs.emplace_back((old++)->second, (now++)->second);
    }
  }
  std::ranges::sort(matching.only_before);
  std::ranges::sort(matching.only_after);
}

/// Matches by the first key, and what is left by the second.
template <typename Item, typename FirstKey, typename SecondKey>
Matching<Item> match(const std::vector<Item>& before, const std::vector<Item>& after, FirstKey first,
                     SecondKey second) {
  Matching<Item> matching;
  for (const Item& item : before) matching.only_before.push_back(&item);
  for (const Item& item : after) matching.only_after.push_back(&item);
  match_by(matching, first);
  match_by(matching, second);
  std::ranges::sort(matching.pairs, {}, [](const auto& pair) { return pair.second; });
  return matching;
}

}  // namespace r2i::plan
