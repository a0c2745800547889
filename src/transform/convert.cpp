#include "transform/convert.hpp"

#include "transform/entry.hpp"
#include "transform/prepared.hpp"

#include <array>
#include <utility>

namespace r2i::transform {

std::optional<Converted> claim_host(Service&& service, RuleBook& rules) {
  const auto prepared = prepare_unread(std::move(service), rules);
  if (prepared->host.empty()) return std::nullopt;
  const std::array<const Prepared*, 1> parts = {prepared.get()};
  return claim(prepared->service, parts);
}

std::optional<Converted> convert(Service&& service, RuleBook& rules, Diagnostics& diagnostics) {
  const auto prepared = prepare(std::move(service), rules, diagnostics);
  if (!prepared) return std::nullopt;
  const std::array<const Prepared*, 1> parts = {prepared.get()};
  if (prepared->host.empty()) return claim(prepared->service, parts);
  return make_entry(
      {prepared->service, prepared->choices.service, parts, std::move(prepared->candidates), rules.owner()},
      diagnostics);
}

}  // namespace r2i::transform
