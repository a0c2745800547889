#include "transform/convert.hpp"

#include "transform/entry.hpp"
#include "transform/prepared.hpp"

#include <array>
#include <utility>

namespace r2i::transform {

namespace {

/// Its claim on its host, if it has one.
Converted withheld(const Prepared& prepared) {
  Converted converted;
  converted.service = prepared.service.name;
  converted.scope = prepared.service.scope;
  converted.host = prepared.host;
  converted.withheld = true;
  return converted;
}

}  // namespace

std::optional<Converted> claim_host(Service&& service, RuleBook& rules) {
  const auto prepared = prepare_unread(std::move(service), rules);
  if (prepared->host.empty()) return std::nullopt;
  return withheld(*prepared);
}

std::optional<Converted> convert(Service&& service, RuleBook& rules, Diagnostics& diagnostics) {
  const auto prepared = prepare(std::move(service), rules, diagnostics);
  if (!prepared) return std::nullopt;
  if (prepared->host.empty()) return withheld(*prepared);
  const std::array<const Prepared*, 1> parts = {prepared.get()};
  return make_entry(
      {prepared->service, prepared->choices.service, parts, std::move(prepared->candidates), rules.owner()},
      diagnostics);
}

}  // namespace r2i::transform
