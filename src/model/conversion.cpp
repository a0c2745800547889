#include "model/conversion.hpp"

#include <set>

namespace r2i {

std::vector<std::string> all_namespaces(const ConversionSettings& settings) {
  if (settings.typed.nspace) return {settings.typed.nspace->value};
  std::set<std::string> names;
  const auto add = [&](const ConversionPatch& patch) {
    if (patch.nspace) names.insert(patch.nspace->value);
  };
  add(settings.defaults);
  for (const auto& [source, patch] : settings.sources) add(patch);
  for (const Rule& rule : settings.rules) add(rule.set);
  return {names.begin(), names.end()};
}

}  // namespace r2i
