#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>

namespace r2i {

/// Sorts what may be in order already, as most of what servers list is, or nearly, as answers that were asked for side
/// by side come in: then only what is out of its place is moved, and what lies between.
template <typename Range, typename Less = std::ranges::less, typename Key = std::identity>
void bring_in_order(Range& range, Less less = {}, Key key = {}) {
  constexpr std::ptrdiff_t kNear = 64;
  const auto is_before = [&](const auto& a, const auto& b) {
    return std::invoke(less, std::invoke(key, a), std::invoke(key, b));
  };
  const auto first = std::ranges::begin(range);
  for (auto at = std::ranges::is_sorted_until(range, less, key); at != std::ranges::end(range); ++at) {
    if (!is_before(*at, *std::prev(at))) continue;
    const auto nearest = at - std::min(at - first, kNear);
    const auto place = std::upper_bound(nearest, at, *at, is_before);
    if (place == nearest && nearest != first) {  // it is further off, and others may be
      std::ranges::sort(range, less, key);
      return;
    }
    std::rotate(place, at, std::next(at));
  }
}

}  // namespace r2i
