#include "plan/plan.hpp"

#include <algorithm>

namespace r2i::plan {

std::string_view to_string(Held::By by) {
  switch (by) {
    case Held::By::conflict:
      return "conflict";
    case Held::By::foreign:
      return "foreign";
    case Held::By::other_owner:
      return "other-owner";
    case Held::By::other_source:
      return "other-source";
    case Held::By::twin:
      return "twin";
    case Held::By::move:
      return "move";
    case Held::By::max_delete:
      return "max-delete";
    case Held::By::max_shrink:
      return "max-shrink";
    case Held::By::empty_scope:
      return "empty-scope";
    case Held::By::old_snapshot:
      return "old-snapshot";
  }
  return "";
}

std::size_t Plan::count(Action action) const {
  return static_cast<std::size_t>(std::ranges::count(changes, action, &Change::action));
}

}  // namespace r2i::plan
