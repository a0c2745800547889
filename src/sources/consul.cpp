#include "sources/consul.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "sources/consul_options.hpp"
#include "sources/consul_scope.hpp"
#include "sources/fail_over.hpp"
#include "sources/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::sources::consul {

namespace {

/// Reads every scope from one agent.
class AgentReader {
 public:
  AgentReader(const Options& options, const Server& agent, SecretFile& token, std::shared_ptr<const SourceInfo> source,
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

 private:
  void read_scope(const std::string& datacenter, bool local) {
    ScopeReader scope(session_, source_, datacenter, local, names_, services_);
    scopes_.push_back(scope.read());
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
};

class ConsulSource : public Registry {
 public:
  ConsulSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : Registry(spec, fetch, environment),
        options_(read_options(this->spec(), fetch, values(), this->environment())),
        token_(values(), "tokenFile", "token") {
    describe(display_of(options_.agents), options_.verify_tls);
  }

 private:
  std::vector<ScopeState> read(Context& context, ServiceSink& services) override {
    std::vector<std::string> own;  // datacenters, by agent
    const auto read_agent = [&](std::size_t number, Context& local, ServiceSink& sink) {
      AgentReader reader(options_, options_.agents[number], token_, source(), names(), local, sink);
      auto scopes = reader.read();
      own.push_back(reader.own_datacenter());
      return scopes;
    };
    return read_first_complete(options_.agents.size(), context, services, read_agent,
                               [&](std::size_t /*number*/, Attempt& attempt) { check_datacenter(own, attempt); });
  }

  /// Agents of one cluster are of one datacenter. Another one would change what is local, and with it every host.
  void check_datacenter(const std::vector<std::string>& own, Attempt& last) const {
    // With both settings the agent's own datacenter decides nothing.
    if (!options_.datacenters.empty() && !options_.local_datacenter.empty()) return;
    std::string expected = options_.local_datacenter;
    for (const std::string& earlier : own) {
      if (expected.empty()) expected = earlier;
    }
    if (own.back().empty() || own.back() == expected) return;
    for (ScopeState& scope : last.scopes) {
      const std::string why = fmt::format("{} is of datacenter {}, not of {}", options_.agents[own.size() - 1].display,
                                          in_quotes(own.back()), in_quotes(expected));
      scope.complete = false;
      scope.problems.push_back(why);
      last.report(diagnose(Code::other_datacenter, scope.scope->display(), why));
    }
    last.services.clear();
  }

  Options options_;
  SecretFile token_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  return std::make_unique<ConsulSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::consul
