#include "sources/registry.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "model/codes.hpp"
#include "sources/expectations.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources {

Registry::Registry(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
    : spec_(spec), environment_(environment), values_(spec_, environment_), names_(spec.names, fetch.names) {
  describe("", true);
}

void Registry::describe(std::string address, bool verifies_tls) {
  source_ = std::make_shared<const SourceInfo>(SourceInfo{spec_.name, spec_.kind, std::move(address)});
  verifies_tls_ = verifies_tls;
}

std::vector<SourceState> Registry::fetch(Context& context, ServiceSink& services) {
  if (!verifies_tls_) {
    context.diagnostics.report(diagnose(Code::source_insecure, fmt::format("source {}", in_quotes(source_->name)),
                                        "the certificate of the registry is not verified"));
  }
  Expectations expectations(values_, services);
  std::vector<SourceState> states(1);
  states[0].source = source_;
  states[0].fetched_at = timestamp(context.now());
  states[0].scopes = read(context, expectations);
  expectations.judge(states, context.diagnostics);
  return states;
}

ScopeState Registry::failed_scope(Context& context, std::string name, const std::string& why, Code code) const {
  auto scope = std::make_shared<Scope>();
  scope->source = source_;
  scope->name = std::move(name);
  context.diagnostics.report(diagnose(code, scope->display(), why));
  return {std::move(scope), false, {why}};
}

}  // namespace r2i::sources
