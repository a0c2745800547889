#include "sources/expectations.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources {

Expectations::Expectations(const Values& values, ServiceSink& next)
    : min_services_(values.count("expect.minServices", 0)),
      min_instances_(values.count("expect.minInstances", 0)),
      wanted_(values.list("expect.services")),
      next_(next) {}

void Expectations::service(Service&& service) {
  ++services_;
  instances_ += service.instances.size();
  if (std::ranges::find(wanted_, service.name) != wanted_.end()) seen_.insert(service.name);
  next_.service(std::move(service));
}

std::vector<std::string> Expectations::unmet() const {
  std::vector<std::string> problems;
  if (services_ < min_services_) {
    problems.push_back(fmt::format("expect.minServices is {}, but there are {}", min_services_, services_));
  }
  if (instances_ < min_instances_) {
    problems.push_back(fmt::format("expect.minInstances is {}, but there are {}", min_instances_, instances_));
  }
  for (const std::string& name : wanted_) {
    if (!seen_.contains(name))
      problems.push_back(fmt::format("expect.services names {}, which is not there", in_quotes(name)));
  }
  return problems;
}

void Expectations::judge(std::vector<SourceState>& states, Diagnostics& diagnostics) const {
  const auto problems = unmet();
  for (SourceState& state : states) {
    for (const std::string& problem : problems) {
      diagnostics.report(
          diagnose(Code::expectation_unmet, fmt::format("source {}", in_quotes(state.source->name)), problem));
    }
    for (ScopeState& scope : state.scopes) {
      if (!problems.empty()) scope.complete = false;
      scope.problems.insert(scope.problems.end(), problems.begin(), problems.end());
    }
  }
}

}  // namespace r2i::sources
