#include "transform/variables.hpp"

namespace r2i::transform {

std::string_view value_of(TextTemplate::Variable variable, const Service& service) {
  using Variable = TextTemplate::Variable;
  const Scope& scope = *service.scope;
  switch (variable) {
    case Variable::service:
      return service.name;
    case Variable::group:
      return service.group;
    case Variable::nspace:
      return service.nspace;
    case Variable::datacenter:
      return scope.datacenter;
    case Variable::kind:
      return scope.source->kind;
    case Variable::source:
      return scope.source->name;
    case Variable::scope:
      return scope.name;
    case Variable::peer:
      return scope.peer;
  }
  return {};
}

std::string fill(const TextTemplate& pattern, const Service& service) {
  return pattern.fill([&](TextTemplate::Variable variable) { return value_of(variable, service); });
}

TextMap filled_maps(const Chosen<TemplateMap>& maps, const Service& service) {
  TextMap result;
  for (const auto* map : maps) {
    for (const auto& [key, pattern] : map->value) result[key] = fill(pattern, service);
  }
  return result;
}

}  // namespace r2i::transform
