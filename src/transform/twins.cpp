#include "transform/twins.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/host.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::transform {

namespace {

/// Consul answers names that differ only in case with the same instances: such twins are one service.
bool is_one_service(const Converted& a, const Converted& b) {
  // It folds the case of more letters than ours does: the same instances tell it, too.
  const bool same_names = equals_ignoring_case(a.service, b.service) || !a.entry.endpoints.empty();
  return a.scope == b.scope && a.scope->source->kind == "consul" && same_names && a.withheld == b.withheld &&
         a.entry.endpoints == b.entry.endpoints && a.entry.ports == b.entry.ports;
}

}  // namespace

std::string display(const Converted& converted) {
  return fmt::format("service {} of {}", in_quotes(converted.service), converted.scope->display());
}

const Converted* settle_twins(std::span<Converted> twins, Diagnostics& diagnostics) {
  const auto own = [](const Converted& c) { return is_own_name(c.service, c.host); };
  const bool one = std::ranges::all_of(twins, [&](const Converted& c) { return is_one_service(c, twins.front()); });
  const auto owners = std::ranges::count_if(twins, own);
  const Converted* keeper = nullptr;
  if (owners == 1) {
    keeper = &*std::ranges::find_if(twins, own);
  } else if (one) {
    keeper = &twins.front();
  }
  for (Converted& twin : twins) {
    if (&twin == keeper) continue;
    const Converted& other = keeper != nullptr ? *keeper : &twin == &twins.front() ? twins.back() : twins.front();
    if (one) {
      diagnostics.report(
          diagnose(Code::case_variants, display(twin), fmt::format("it is one with {}", in_quotes(other.service))));
    } else {
      diagnostics.report(diagnose(Code::host_twins, display(twin),
                                  fmt::format("withheld: {} comes to the host {}, too{}", display(other), twin.host,
                                              keeper != nullptr ? ", and it is its own name" : "")));
    }
    twin.withheld = true;
  }
  return keeper;
}

}  // namespace r2i::transform
