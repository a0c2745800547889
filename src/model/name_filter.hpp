#pragma once

#include "base/glob.hpp"
#include "model/settings.hpp"

#include <optional>
#include <string_view>

namespace r2i {

/// Row 1: --include and --exclude, applied before a service's instances are asked for, so that an excluded service can
/// neither cost a request nor make a source incomplete.
class NameFilter {
 public:
  explicit NameFilter(const NameRules& rules) : include_(rules.include), exclude_(rules.exclude) {}

  /// Why the service is not wanted, or nothing if it is.
  [[nodiscard]] std::optional<std::string_view> refusal(std::string_view name) const;

 private:
  GlobSet include_;
  GlobSet exclude_;
};

}  // namespace r2i
