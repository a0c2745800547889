#include "commands/discovery.hpp"

#include "model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace r2i::commands {

namespace {

struct Silent : Diagnostics {
  void report(Diagnostic) override {}
};

/// Notes what is found, and why something of it is not exported.
class Observer : public Witness {
 public:
  explicit Observer(const ConversionSettings& settings) : rules_(settings) {}

  void service(const Service& service) override {
    DiscoveredService found{
        service.scope, service.name, service.group, service.nspace, service.complete, {}, {}, {}, 0};
    for (const Instance& instance : service.instances) ++found.instances.at(static_cast<std::size_t>(instance.health));
    transform::Explained explained = transform::explain(service, rules_, silent_);
    found.host = std::move(explained.host);
    found.ports = std::move(explained.ports);
    services_.push_back(std::move(found));
  }

  void diagnostic(const Diagnostic& diagnostic) override {
    if (diagnostic.code == static_cast<int>(Code::rule_unused))
      unused_rules_.push_back(fmt::format("{}: {}", diagnostic.subject, diagnostic.message));
    const bool takes_all =
        code_info(diagnostic.code).loss == Loss::service || diagnostic.code == static_cast<int>(Code::case_variants);
    if (!takes_all) return;
    int& code = reasons_[diagnostic.subject];
    code = code == 0 ? diagnostic.code : std::min(code, diagnostic.code);
  }

  std::vector<std::string> take_unused_rules() { return std::move(unused_rules_); }
  std::vector<DiscoveredService> take() {
    for (DiscoveredService& found : services_) {
      const auto reason = reasons_.find(display_of(found));
      if (reason != reasons_.end()) found.code = reason->second;
      if (!found.complete) found.code = static_cast<int>(Code::service_unread);
    }
    return std::move(services_);
  }

 private:
  static std::string display_of(const DiscoveredService& found) {
    Service service;
    service.name = found.name;
    service.scope = found.scope;
    return service.display();
  }

  transform::RuleBook rules_;
  Silent silent_;
  std::vector<DiscoveredService> services_;
  std::vector<std::string> unused_rules_;
  std::map<std::string, int> reasons_;  ///< by what diagnostics call the service
};

bool before(const DiscoveredService& a, const DiscoveredService& b) {
  return std::tuple(a.scope->display(), std::tie(a.name, a.nspace, a.group)) <
         std::tuple(b.scope->display(), std::tie(b.name, b.nspace, b.group));
}

}  // namespace

Discovery discover(Session& session) {
  Observer observer(session.settings.conversion);
  Discovery discovery;
  discovery.gathered = desired_manifests(session, &observer).gathered;
  discovery.services = observer.take();
  discovery.unused_rules = observer.take_unused_rules();
  std::erase_if(discovery.services,
                [&](const DiscoveredService& found) { return !discovery.gathered.knows(found.scope.get()); });
  std::ranges::stable_sort(discovery.services, before);
  for (SourceState& state : discovery.gathered.states)
    std::ranges::sort(state.scopes, {}, [](const ScopeState& scope) { return scope.scope->name; });
  std::ranges::stable_sort(discovery.gathered.states, {}, [](const SourceState& state) { return state.source->name; });
  return discovery;
}

}  // namespace r2i::commands
