#include "commands/pipeline.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "sources/source.hpp"
#include "transform/combine.hpp"
#include "transform/convert.hpp"
#include "transform/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace r2i::commands {

namespace {

class CountingSink : public ServiceSink {
 public:
  CountingSink(Gathered& gathered, RunFacts& facts, ServiceSink& next)
      : gathered_(gathered), facts_(facts), next_(next) {}
  void service(Service&& service) override {
    if (facts_.keeps_record) facts_.all_services.push_back({service.scope->display(), service.name, service.display()});
    ++gathered_.services;
    ++gathered_.by_scope[service.scope.get()];
    gathered_.instances += service.instances.size();
    next_.service(std::move(service));
  }

 private:
  Gathered& gathered_;
  RunFacts& facts_;
  ServiceSink& next_;
};

/// Reports, before the eyes of a witness, if there is one.
class SeenDiagnostics : public Diagnostics {
 public:
  SeenDiagnostics(Diagnostics& next, Witness* witness) : next_(next), witness_(witness) {}
  void report(Diagnostic diagnostic) override {
    if (witness_ != nullptr) witness_->diagnostic(diagnostic);
    next_.report(std::move(diagnostic));
  }

 private:
  Diagnostics& next_;
  Witness* witness_;
};

/// Shows each service to a witness before it goes on.
class SeenServices : public ServiceSink {
 public:
  SeenServices(ServiceSink& next, Witness& witness) : next_(next), witness_(witness) {}
  void service(Service&& service) override {
    witness_.service(service);
    next_.service(std::move(service));
  }

 private:
  ServiceSink& next_;
  Witness& witness_;
};

class ConvertingSink : public ServiceSink {
 public:
  ConvertingSink(transform::RuleBook& rules, Diagnostics& diagnostics)
      : rules_(rules), diagnostics_(diagnostics), merger_(rules, diagnostics) {}
  void service(Service&& service) override {
    // Its host, if it has one, tells the same: this is for the object that it may have had under another one.
    if (!service.complete) withheld_.emplace_back(service.scope, service.name);
    if (!service.scope->source->merge.empty()) return take_part(std::move(service));
    auto converted = service.complete ? transform::convert(std::move(service), rules_, diagnostics_)
                                      : transform::claim_host(std::move(service), rules_);
    if (!converted) return;
    if (converted->host.empty()) {
      withheld_.emplace_back(converted->scope, std::move(converted->service));
    } else {
      all_.push_back(std::move(*converted));
    }
  }
  /// What the services of these sources came to.
  std::vector<transform::Converted> take(const Gathered& gathered) {
    std::erase_if(all_, [&](const transform::Converted& c) { return !gathered.knows(c.scope.get()); });
    std::ranges::move(merger_.finish(unread_merges(gathered.states)), std::back_inserter(all_));
    return std::move(all_);
  }
  auto take_withheld() { return std::move(withheld_); }

 private:
  /// Only together with the services of other sources it is known what it comes to.
  void take_part(Service&& service) {
    const auto name = std::pair(service.scope, service.name);
    if (merger_.take(std::move(service)) == transform::Merger::Taken::without_host) withheld_.push_back(name);
  }

  /// Of each merge that was not read in full, the first scope that was not.
  static std::map<std::string, std::string> unread_merges(const std::vector<SourceState>& states) {
    std::map<std::string, std::string> unread;
    for (const SourceState& state : states) {
      if (state.source->merge.empty()) continue;
      for (const ScopeState& scope : state.scopes) {
        if (scope.complete) continue;
        const auto [first, is_new] = unread.emplace(state.source->merge, scope.scope->display());
        first->second = std::min(first->second, scope.scope->display());
      }
    }
    return unread;
  }

  transform::RuleBook& rules_;
  Diagnostics& diagnostics_;
  transform::Merger merger_;
  std::vector<transform::Converted> all_;
  std::vector<std::pair<std::shared_ptr<const Scope>, std::string>> withheld_;
};

void check_scopes(const std::vector<SourceState>& states) {
  std::set<std::string> seen;
  for (const SourceState& state : states) {
    for (const ScopeState& scope : state.scopes) {
      if (seen.insert(scope.scope->display()).second) continue;
      throw Error(ErrorKind::usage,
                  fmt::format("{} is read twice: from two snapshots, or from a snapshot and its registry",
                              scope.scope->display()));
    }
  }
}

/// A source's name must not be that of a merge that it is no part of: their objects could not be told apart. The names
/// in snapshots are known only now.
void check_merges(const std::vector<SourceState>& states) {
  for (const SourceState& one : states) {
    for (const SourceState& other : states) {
      if (one.source->merge.empty() || one.source->merge == other.source->merge) continue;
      if (one.source->merge != other.source->name) continue;
      throw Error(ErrorKind::usage,
                  fmt::format("{} is merged into {}, the name of a source that is not: take another name",
                              one.source->name, in_quotes(one.source->merge)));
    }
  }
}

/// A run that does not see every service says nothing about rules.
void report_unused_rules(const Session& session, const transform::RuleBook& rules, const Gathered& gathered,
                         Diagnostics& diagnostics) {
  const NameRules& names = session.settings.names;
  if (!gathered.complete() || !names.include.empty() || !names.exclude.empty()) return;
  for (const Rule* rule : rules.unused()) {
    diagnostics.report(
        diagnose(Code::rule_unused, rule->place, fmt::format("the rule {} is for no service", in_quotes(rule->name))));
  }
}

void keep_facts(RunFacts& facts, const SourceState& state, const Gathered& gathered) {
  for (const ScopeState& scope : state.scopes) {
    const auto services = gathered.by_scope.find(scope.scope.get());
    facts.scopes.push_back({state.source->name, scope.scope->name, scope.complete,
                            services == gathered.by_scope.end() ? 0 : services->second, scope.problems});
  }
  facts.services = gathered.services;
  facts.instances = gathered.instances;
}

}  // namespace

bool Gathered::complete() const {
  return std::ranges::all_of(states, &SourceState::complete);
}

bool Gathered::knows(const Scope* scope) const {
  return std::ranges::any_of(states, [&](const SourceState& state) {
    return std::ranges::any_of(state.scopes, [&](const ScopeState& s) { return s.scope.get() == scope; });
  });
}

Gathered gather(Session& session, ServiceSink& services) {
  const config::Settings& settings = session.settings;
  const sources::FetchOptions options{settings.names, settings.request_timeout, settings.parallelism};
  // All are made before one is read: a mistake in the last one should not show after minutes.
  std::vector<std::unique_ptr<sources::Source>> all;
  for (const SourceSpec& spec : settings.sources)
    all.push_back(sources::make_source(spec, options, session.environment));

  Gathered gathered;
  CountingSink counting(gathered, session.facts, services);
  for (const auto& source : all) {
    for (SourceState& state : source->fetch(*session.context, counting)) {
      keep_facts(session.facts, state, gathered);
      gathered.states.push_back(std::move(state));
    }
    session.context->check_interrupt();
  }
  check_scopes(gathered.states);
  check_merges(gathered.states);
  return gathered;
}

Desired desired_manifests(Session& session, Witness* witness) {
  transform::RuleBook rules(session.settings.conversion);
  SeenDiagnostics diagnostics(session.context->diagnostics, witness);
  ConvertingSink converting(rules, diagnostics);
  Desired desired;
  if (witness != nullptr) {
    SeenServices seen(converting, *witness);
    desired.gathered = gather(session, seen);
  } else {
    desired.gathered = gather(session, converting);
  }
  desired.withheld_services = converting.take_withheld();
  desired.manifests = transform::combine(converting.take(desired.gathered), diagnostics);
  report_unused_rules(session, rules, desired.gathered, diagnostics);
  return desired;
}

void say_sources(Session& session, const Gathered& gathered) {
  for (const SourceState& state : gathered.states) {
    std::vector<std::string> scopes;
    for (const ScopeState& scope : state.scopes) {
      scopes.push_back(scope.scope->name + (scope.complete ? "" : " (incomplete)"));
    }
    const std::string address = state.source->address.empty() ? "" : fmt::format(" at {}", state.source->address);
    session.report.say(fmt::format("read {}{}: {}", state.source->name, address, join(scopes, ", ")));
  }
  session.report.say(
      fmt::format("{}, {}", counted(gathered.services, "service"), counted(gathered.instances, "instance")));
}

}  // namespace r2i::commands
