#pragma once

#include <algorithm>
#include <functional>

namespace r2i {

/// Sorts what may be in order already, as most of what servers list is: then looking spares the moving of what is
/// large.
template <typename Range, typename Less = std::ranges::less, typename Key = std::identity>
void bring_in_order(Range& range, Less less = {}, Key key = {}) {
  if (!std::ranges::is_sorted(range, less, key)) std::ranges::sort(range, less, key);
}

}  // namespace r2i
