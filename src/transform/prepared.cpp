#include "transform/prepared.hpp"

#include "transform/host.hpp"
#include "transform/selection.hpp"

namespace r2i::transform {

std::unique_ptr<Prepared> prepare(Service&& service, RuleBook& rules, Diagnostics& diagnostics) {
  if (!keep_service(service, diagnostics)) return nullptr;
  auto prepared = std::make_unique<Prepared>(std::move(service));
  prepared->choices = rules.choices_for(prepared->service);
  if (is_dropped(prepared->service, prepared->choices, diagnostics)) return nullptr;
  prepared->host = host_of(prepared->service, prepared->choices.service, diagnostics).value_or("");
  if (!prepared->host.empty()) prepared->candidates = registered(prepared->service, prepared->choices, diagnostics);
  return prepared;
}

std::unique_ptr<Prepared> prepare_unread(Service&& service, RuleBook& rules) {
  struct Silent : Diagnostics {
    void report(Diagnostic) override {}
  } silent;
  auto prepared = std::make_unique<Prepared>(std::move(service));
  prepared->choices = rules.choices_for(prepared->service);
  prepared->host = host_of(prepared->service, prepared->choices.service, silent).value_or("");
  return prepared;
}

}  // namespace r2i::transform
