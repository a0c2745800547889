#include "sources/name_filter.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"

#include <fmt/format.h>

namespace r2i::sources {

bool NameFilter::wants(const std::string& name, const Scope& scope, Diagnostics& diagnostics) const {
  const bool excluded = exclude_.matches(name);
  if (!excluded && (include_.empty() || include_.matches(name))) return true;
  diagnostics.report(diagnose(Code::excluded_by_name, fmt::format("service {} of {}", in_quotes(name), scope.display()),
                              excluded ? "left out: --exclude matches" : "left out: no --include matches"));
  return false;
}

}  // namespace r2i::sources
