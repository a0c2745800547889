#include "sources/consul.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "model/codes.hpp"
#include "sources/consul_options.hpp"
#include "sources/consul_scope.hpp"
#include "sources/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace r2i::sources::consul {

namespace {

/// What reading from one agent gave. Kept back while another agent may do better.
struct Attempt : ServiceSink, Diagnostics {
  std::vector<ScopeState> scopes;
  std::vector<Service> services;
  std::vector<Diagnostic> diagnostics;
  std::string own_datacenter;
  bool has_list = false;  ///< of any scope

  void service(Service&& service) override { services.push_back(std::move(service)); }
  void report(Diagnostic diagnostic) override { diagnostics.push_back(std::move(diagnostic)); }

  [[nodiscard]] bool complete() const { return std::ranges::all_of(scopes, &ScopeState::complete); }
  [[nodiscard]] std::size_t services_read() const {
    return static_cast<std::size_t>(std::ranges::count_if(services, &Service::complete));
  }
};

/// Reads every scope from one agent.
class AgentReader {
 public:
  AgentReader(const Options& options, const Agent& agent, Token& token, std::shared_ptr<const SourceInfo> source,
              const NameFilter& names, Context& context, ServiceSink& services)
      : options_(options),
        session_(options, agent, token, context),
        source_(std::move(source)),
        names_(names),
        services_(services) {}

  std::vector<ScopeState> read() {
    if (options_.datacenters.empty()) {
      read_scope("", true);
      return std::move(scopes_);
    }
    const auto datacenters = find_datacenters();
    if (!datacenters) return std::move(scopes_);
    std::string local = options_.local_datacenter;
    if (local.empty()) {
      if (!find_own_datacenter()) return std::move(scopes_);
      local = own_datacenter_;
    }
    for (const std::string& datacenter : *datacenters) read_scope(datacenter, datacenter == local);
    return std::move(scopes_);
  }

  [[nodiscard]] const std::string& own_datacenter() const { return own_datacenter_; }
  [[nodiscard]] bool has_list() const { return has_list_; }

 private:
  void read_scope(const std::string& datacenter, bool local) {
    ScopeReader scope(session_, source_, datacenter, local, names_, services_);
    scopes_.push_back(scope.read());
    has_list_ |= scope.has_list();
    if (datacenter.empty()) own_datacenter_ = scope.datacenter();
  }

  std::optional<std::vector<std::string>> find_datacenters() {
    if (std::ranges::find(options_.datacenters, "all") == options_.datacenters.end()) return options_.datacenters;
    auto answer = session_.get("catalog/datacenters", "");
    auto names = answer ? parse_names(session_.cursor(), answer->body) : tl::make_unexpected(answer.error().why);
    if (!names) {
      fail(names.error());
      return std::nullopt;
    }
    if (names->empty()) {
      fail("the list of datacenters is empty");
      return std::nullopt;
    }
    std::ranges::sort(*names);
    return std::move(*names);
  }

  /// Neither request is certain to be answered: a token may lack agent:read, an emulator may know neither. False, with
  /// the reason reported, if it cannot be found out.
  bool find_own_datacenter() {
    if (auto answer = session_.get("agent/self", "")) {
      own_datacenter_ = parse_own_datacenter(session_.cursor(), answer->body).value_or("");
      if (!own_datacenter_.empty()) return true;
    }
    auto answer = session_.get("health/service/consul", "");
    if (answer) {
      if (auto parsed = parse_instances(session_.cursor(), answer->body)) own_datacenter_ = parsed->datacenter;
      if (!own_datacenter_.empty()) return true;
    }
    fail(fmt::format("the agent's own datacenter cannot be found out: set localDatacenter{}{}", answer ? "" : "; ",
                     answer ? "" : answer.error().why));
    return false;
  }

  /// A failure before it is known which scopes there are.
  void fail(const std::string& why) {
    auto scope = std::make_shared<Scope>();
    scope->source = source_;
    scope->name = "default";
    session_.context().diagnostics.report(diagnose(Code::source_unreachable, scope->display(), why));
    scopes_.push_back({std::move(scope), false, {why}});
  }

  const Options& options_;
  Session session_;
  std::shared_ptr<const SourceInfo> source_;
  const NameFilter& names_;
  ServiceSink& services_;
  std::vector<ScopeState> scopes_;
  std::string own_datacenter_;
  bool has_list_ = false;
};

class ConsulSource : public Source {
 public:
  ConsulSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : spec_(spec),
        environment_(environment),
        values_(spec_, environment_),
        options_(read_options(spec_, fetch, values_, environment_)),
        token_(values_),
        names_(spec.names, fetch.names),
        source_(std::make_shared<const SourceInfo>(SourceInfo{spec.name, spec.kind, display_of(options_)})) {}

  std::vector<SourceState> fetch(Context& context, ServiceSink& services) override {
    if (!options_.verify_tls) {
      context.diagnostics.report(diagnose(Code::source_insecure, fmt::format("source {}", in_quotes(source_->name)),
                                          "the certificate of the registry is not verified"));
    }
    Expectations expectations(values_, services);
    std::vector<SourceState> states(1);
    states[0].source = source_;
    states[0].fetched_at = timestamp(context.now());
    states[0].scopes =
        options_.agents.size() == 1 ? read_directly(context, expectations) : read_any(context, expectations);
    expectations.judge(states, context.diagnostics);
    return states;
  }

 private:
  static std::string display_of(const Options& options) {
    std::vector<std::string> addresses;
    for (const Agent& agent : options.agents) addresses.push_back(agent.display);
    return join(addresses, ",");
  }

  std::vector<ScopeState> read_directly(Context& context, ServiceSink& services) {
    return AgentReader(options_, options_.agents.front(), token_, source_, names_, context, services).read();
  }

  /// Of several agents, the first whose reading is complete; else the one that read most. Each starts the snapshot
  /// anew.
  std::vector<ScopeState> read_any(Context& context, ServiceSink& services) {
    std::vector<std::unique_ptr<Attempt>> attempts;
    for (const Agent& agent : options_.agents) {
      attempts.push_back(attempt(agent, context));
      check_datacenter(attempts);
      if (attempts.back()->complete()) break;
    }
    const bool complete = attempts.back()->complete();
    auto& best = complete ? attempts.back()
                          : *std::ranges::max_element(attempts, {}, [](const auto& a) { return a->services_read(); });
    for (const auto& tried : attempts) {
      // Where none did, what kept each of them from it is of interest.
      if (tried != best && complete) continue;
      for (Diagnostic& diagnostic : tried->diagnostics) context.diagnostics.report(std::move(diagnostic));
    }
    for (Service& service : best->services) services.service(std::move(service));
    return std::move(best->scopes);
  }

  std::unique_ptr<Attempt> attempt(const Agent& agent, Context& context) {
    auto result = std::make_unique<Attempt>();
    Context local{*result, context.progress, context.stop, context.environment, context.now};
    AgentReader reader(options_, agent, token_, source_, names_, local, *result);
    result->scopes = reader.read();
    result->own_datacenter = reader.own_datacenter();
    result->has_list = reader.has_list();
    return result;
  }

  /// Agents of one cluster are of one datacenter. Another one would change what is local, and with it every host.
  void check_datacenter(std::vector<std::unique_ptr<Attempt>>& attempts) const {
    // With both settings the agent's own datacenter decides nothing.
    if (!options_.datacenters.empty() && !options_.local_datacenter.empty()) return;
    Attempt& last = *attempts.back();
    std::string expected = options_.local_datacenter;
    for (const auto& earlier : attempts) {
      if (expected.empty()) expected = earlier->own_datacenter;
    }
    if (last.own_datacenter.empty() || last.own_datacenter == expected) return;
    for (ScopeState& scope : last.scopes) {
      const std::string why =
          fmt::format("{} is of datacenter {}, not of {}", options_.agents[attempts.size() - 1].display,
                      in_quotes(last.own_datacenter), in_quotes(expected));
      scope.complete = false;
      scope.problems.push_back(why);
      last.report(diagnose(Code::other_datacenter, scope.scope->display(), why));
    }
    last.services.clear();
  }

  SourceSpec spec_;
  Environment environment_;
  Values values_;
  Options options_;
  Token token_;
  NameFilter names_;
  std::shared_ptr<const SourceInfo> source_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  return std::make_unique<ConsulSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::consul
