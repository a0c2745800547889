#pragma once

#include "planning.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace r2i::testing {

/// Draws with a fixed seed: the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool once_in(std::size_t times) { return below(times) == 0; }

  template <typename T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  template <typename T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::mt19937 random_;
};

/// Registries that change from run to run, and a cluster in which others are at work, too.
class RandomWorld : public Planning {
 public:
  explicit RandomWorld(std::uint32_t seed) : dice(seed) {}

  /// What is desired by the next run, how it was read, and what the run may do.
  void draw_run() {
    policy.now += std::chrono::minutes{dice.below(90)};
    draw_policy();
    draw_scopes();
    const std::string nspace = dice.once_in(6) ? "other" : "mesh";
    const bool workloads = dice.once_in(2);
    wanted.objects.clear();
    wanted.withheld_hosts.clear();
    wanted.withheld_services.clear();
    for (const std::string name : {"a", "b", "c", "d", "e"}) draw_service(name, nspace, workloads);
  }

  /// What others do with the cluster in the meantime.
  void draw_events() {
    for (std::size_t i = dice.below(4); i > 0; --i) draw_event();
  }

  /// No guard holds anything.
  void lift_guards() {
    policy.max_delete = 1000;
    policy.max_delete_percent = 100;
    policy.max_shrink_percent = 100;
    for (plan::ScopeRead& scope : wanted.scopes) scope.too_old.clear();
    for (const plan::ScopeRead& scope : wanted.scopes) policy.allow_empty.insert(scope.source + "/" + scope.scope);
  }

  Dice dice;

 private:
  inline static const std::array<std::pair<std::string, std::string>, 3> kScopes{
      {{"consul", "dc1"}, {"consul", "dc2"}, {"file", "default"}}};

  void draw_policy() {
    const auto now = policy.now;
    policy = Planning().policy;
    policy.now = now;
    policy.adopt = dice.once_in(3);
    policy.force_conflicts = dice.once_in(3);
    policy.allow_move = dice.once_in(3);
    policy.prune = dice.once_in(2);
    policy.prune_after = std::chrono::minutes{dice.one_of({1, 60})};
    if (dice.once_in(6)) policy.rename_source = {{"file", "archive"}};
    if (dice.once_in(6)) policy.prune_sources = {dice.one_of<std::string>({"file", "consul/dc2"})};
    if (dice.once_in(4)) policy.names.exclude = {dice.one_of<std::string>({"a", "[ab]", "c"})};
    if (dice.once_in(3)) policy.max_shrink_percent = 100;
    if (dice.once_in(4)) policy.allow_empty = {"consul/dc1"};
  }

  void draw_scopes() {
    wanted.scopes.clear();
    for (const auto& [source, scope] : kScopes) {
      const bool given_up =
          policy.prune_sources.contains(source) || policy.prune_sources.contains(source + "/" + scope);
      if (given_up || dice.once_in(4)) continue;
      wanted.scopes.push_back({new_name(source), scope, !dice.once_in(4), dice.once_in(8) ? "1 hour old" : ""});
    }
  }

  /// A service has a home, and is registered elsewhere now and then; one in a scope that was not read is not known.
  void draw_service(const std::string& name, const std::string& nspace, bool workloads) {
    const auto& home = kScopes[dice.once_in(5) ? dice.below(kScopes.size()) : (name.front() - 'a') % kScopes.size()];
    const std::string source = new_name(home.first);
    const std::string scope = home.second;
    const bool was_read = std::ranges::any_of(
        wanted.scopes, [&](const plan::ScopeRead& one) { return one.source == source && one.scope == scope; });
    if (!was_read || is_excluded(name) || dice.once_in(4)) return;
    ServiceEntry entry = service_entry(name, {}, {source, scope, nspace});
    for (std::size_t i = 1; i <= 5; ++i) {
      if (dice.once_in(2)) continue;
      Endpoint& endpoint = entry.endpoints.emplace_back();
      endpoint.address = fmt::format("10.0.0.{}", i);
      if (dice.once_in(4)) endpoint.weight = 3;
      if (dice.once_in(5)) endpoint.labels = {{"version", dice.one_of<std::string>({"", "v1"})}};
    }
    if (dice.once_in(6)) entry.ports.push_back({"tcp-81", 81, "TCP", 0});
    if (dice.once_in(6)) entry.resolution = Resolution::dns;
    if (dice.once_in(8)) {
      if (dice.once_in(2)) {
        wanted.withheld_hosts.push_back(entry.hosts.front());
      } else {
        wanted.withheld_services.push_back({source, scope, name});
        std::ranges::sort(wanted.withheld_services);
      }
      return;
    }
    want(workloads ? as_workloads(std::move(entry)) : std::vector<Manifest>{std::move(entry)});
  }

  [[nodiscard]] std::string new_name(const std::string& source) const {
    const auto renamed = policy.rename_source.find(source);
    return renamed == policy.rename_source.end() ? source : renamed->second;
  }

  [[nodiscard]] bool is_excluded(const std::string& name) const {
    return std::ranges::any_of(policy.names.exclude,
                               [&](const std::string& glob) { return glob.find(name) != std::string::npos; });
  }

  ObjectKey some_key() {
    const std::vector<ObjectKey> keys = cluster.keys();
    return keys[dice.below(keys.size())];
  }

  void draw_event() {
    const std::string name = dice.one_of<std::string>({"a", "b", "c", "d", "e"});
    const std::string nspace = dice.one_of<std::string>({"mesh", "mesh", "other"});
    const ServiceEntry foreign =
        service_entry(name, {"10.9.9.9"}, {"x", "y", nspace, dice.one_of<std::string>({"", "two"})});
    switch (dice.below(10)) {
      case 0: {
        ServiceEntry twin = foreign;
        twin.meta.name = "theirs-" + name;
        twin.export_to = {dice.one_of<std::string>({".", "*"})};
        if (!cluster.has(key_of(twin))) cluster.put(twin, "kubectl");
        return;
      }
      case 1:
        if (!cluster.has(key_of(foreign))) cluster.put(foreign, "kubectl-client-side-apply");
        return;
      case 2:
        if (!cluster.has(key_of(foreign))) cluster.apply(foreign, "registry2istio-two");
        return;
      case 3: {
        const WorkloadEntry workload = workload_of(foreign, service_entry("x", {"10.0.0.2"}).endpoints.front());
        if (!cluster.has(key_of(workload))) cluster.put(workload, "kubectl");
        return;
      }
      default:
        if (!cluster.keys().empty()) draw_edit(some_key());
    }
  }

  void draw_edit(const ObjectKey& key) {
    const bool entry = key.kind == "ServiceEntry";
    const std::string manager = dice.one_of<std::string>({"kubectl-edit", "argocd-controller"});
    const std::size_t what = dice.below(8);
    if (what == 0) return cluster.remove(key);
    if (what == 1) return cluster.write_status(key);
    cluster.edit(key, manager, [&](Json& object) {
      Json& meta = object["metadata"];
      Json& spec = object["spec"];
      if (what == 2) meta["labels"]["app"] = manager;
      if (what == 3) meta["annotations"]["registry2istio.io/reconcile"] = "disabled";
      if (what == 4 && meta.contains("labels")) meta["labels"].erase("registry2istio.io/owner");
      if (what == 5 && meta.contains("labels")) meta["labels"]["registry2istio.io/source"] = "elsewhere";
      if (what == 6 && entry) spec["resolution"] = "DNS";
      if (what == 6 && !entry) spec["weight"] = 7;
      if (what == 7 && entry && !spec.contains("workloadSelector")) {
        spec["endpoints"] = {{{"address", manager == "kubectl-edit" ? "10.9.9.8" : "10.0.0.1"}}};
      }
    });
  }
};

}  // namespace r2i::testing
