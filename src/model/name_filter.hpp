#pragma once

#include "base/pattern_set.hpp"
#include "model/settings.hpp"

#include <optional>
#include <string_view>

namespace r2i {

/// Row 1: include and exclude and --exclude, applied before a service's instances are asked for, so that an excluded
/// service can neither cost a request nor make a source incomplete.
class NameFilter {
 public:
  explicit NameFilter(const NameRules& rules) : include_(rules.include), exclude_(rules.exclude) {}
  /// `set`: which services of a source there are at all, by the source's own settings.
  NameFilter(const NameRules& set, const NameRules& rules)
      : set_include_(set.include), set_exclude_(set.exclude), include_(rules.include), exclude_(rules.exclude) {}

  /// Why the service is not wanted, or nothing if it is.
  [[nodiscard]] std::optional<std::string_view> refusal(std::string_view name) const;

 private:
  PatternSet set_include_{{}};
  PatternSet set_exclude_{{}};
  PatternSet include_;
  PatternSet exclude_;
};

}  // namespace r2i
