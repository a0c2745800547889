#pragma once

#include "base/diagnostic.hpp"
#include "base/glob.hpp"
#include "model/service.hpp"
#include "model/settings.hpp"

namespace r2i::sources {

/// Row 1: --include and --exclude, applied before a service's instances are asked for, so that an excluded service can
/// neither cost a request nor make a source incomplete.
class NameFilter {
 public:
  explicit NameFilter(const NameRules& rules) : include_(rules.include), exclude_(rules.exclude) {}

  /// Whether the service is wanted; reports it if not.
  bool wants(const std::string& name, const Scope& scope, Diagnostics& diagnostics) const;

 private:
  GlobSet include_;
  GlobSet exclude_;
};

}  // namespace r2i::sources
