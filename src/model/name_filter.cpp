#include "model/name_filter.hpp"

namespace r2i {

std::optional<std::string_view> NameFilter::refusal(std::string_view name) const {
  if (set_exclude_.matches(name)) return "left out: the source's `exclude` matches";
  if (!set_include_.empty() && !set_include_.matches(name)) return "left out: the source's `include` does not match";
  if (exclude_.matches(name)) return "left out: --exclude matches";
  if (!include_.empty() && !include_.matches(name)) return "left out: no --include matches";
  return std::nullopt;
}

}  // namespace r2i
