#pragma once

#include "model_cluster.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "model/selector.hpp"
#include "plan/planner.hpp"

#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace r2i::testing {

inline constexpr const char* kTeam = "team";
inline constexpr const char* kTeamManager = "registry2istio-team";

/// Where a desired object comes from and goes to.
struct Origin {
  std::string source = "consul";
  std::string scope = "dc1";
  std::string nspace = "mesh";
  std::string owner = kTeam;
};

/// A ServiceEntry of the host `NAME.service.consul`, as the conversion of a service writes it.
inline ServiceEntry service_entry(const std::string& name, const std::vector<std::string>& addresses,
                                  const Origin& origin = {}) {
  ServiceEntry entry;
  const std::string host = name + ".service.consul";
  entry.meta = {{{std::string(mark::kScope), origin.scope}},
                {{std::string(mark::kManagedBy), std::string(mark::kManager)},
                 {std::string(mark::kOwner), origin.owner},
                 {std::string(mark::kSource), origin.source}},
                host,
                origin.nspace};
  for (const std::string& address : addresses) entry.endpoints.emplace_back().address = address;
  entry.hosts = {host};
  entry.location = Location::mesh_internal;
  entry.ports = {{"http-80", 80, "HTTP", 0}};
  entry.resolution = Resolution::static_;
  return entry;
}

/// The WorkloadEntry of one endpoint of an entry. Its name depends on the address alone.
inline WorkloadEntry workload_of(const ServiceEntry& entry, const Endpoint& endpoint) {
  WorkloadEntry workload{entry.meta, endpoint};
  workload.meta.labels.emplace_back(mark::kHost, selector_value(entry.hosts.front()));
  workload.meta.name += "-";
  for (const char c : endpoint.address) workload.meta.name += c == '.' ? '-' : c;
  return workload;
}

/// The same service in the layout `workload-entries`: the entry first.
inline std::vector<Manifest> as_workloads(ServiceEntry entry) {
  std::vector<Manifest> objects;
  for (const Endpoint& endpoint : entry.endpoints) objects.emplace_back(workload_of(entry, endpoint));
  entry.endpoints.clear();
  entry.workload_selector.labels = {{std::string(mark::kHost), selector_value(entry.hosts.front())}};
  objects.insert(objects.begin(), std::move(entry));
  return objects;
}

/// N addresses: 10.0.NETWORK.1, 10.0.NETWORK.2, …
inline std::vector<std::string> addresses(std::size_t count, unsigned network = 0) {
  std::vector<std::string> all;
  for (std::size_t i = 1; i <= count; ++i) all.push_back(fmt::format("10.0.{}.{}", network, i));
  return all;
}

inline std::string in_a_line(const Change& change) {
  return fmt::format("{} {}", to_string(change.action), change.key.display());
}

/// What would be written, a line each: "update ServiceEntry mesh/pay.service.consul".
inline std::string changes_of(const plan::Plan& plan) {
  std::vector<std::string> lines;
  for (const Change& change : plan.changes) lines.push_back(in_a_line(change));
  return join(lines, "\n");
}

/// What is held, a line each: "max-delete: delete ServiceEntry mesh/pay.service.consul".
inline std::string held_of(const plan::Plan& plan) {
  std::vector<std::string> lines;
  for (const plan::Held& held : plan.held) {
    lines.push_back(fmt::format("{}: {}", to_string(held.by), in_a_line(held.change)));
  }
  return join(lines, "\n");
}

/// A held change without content if nothing is held.
inline plan::Held first_held(const plan::Plan& plan) {
  return plan.held.empty() ? plan::Held{plan::Held::By::conflict, {}, "nothing is held", ""} : plan.held.front();
}

inline std::string keys_of(const std::vector<ObjectKey>& keys) {
  std::vector<std::string> lines;
  for (const ObjectKey& key : keys) lines.push_back(key.display());
  return join(lines, "\n");
}

/// A cluster, what should be in it, and how it is to be treated: consul/dc1 is read in full, nothing is allowed.
struct Planning {
  ModelCluster cluster;
  plan::Wanted wanted{{}, {}, {}, {{"consul", "dc1"}}};
  plan::Policy policy;

  Planning() {
    policy.owner = kTeam;
    policy.manager = kTeamManager;
    policy.to_be_saved = true;
    policy.now = parse_timestamp("2026-01-02T03:04:05Z").value();
  }

  void want(Manifest object) { wanted.objects.push_back(std::move(object)); }
  void want(const std::vector<Manifest>& objects) {
    for (const Manifest& object : objects) want(object);
  }
  /// The object is there as an earlier run of ours left it.
  void have(const Manifest& object) { cluster.apply(object, policy.manager); }
  void have(const std::vector<Manifest>& objects) {
    for (const Manifest& object : objects) have(object);
  }
  /// It is there, and should be.
  void keep(const Manifest& object) {
    have(object);
    want(object);
  }
  void keep(const std::vector<Manifest>& objects) {
    for (const Manifest& object : objects) keep(object);
  }

  [[nodiscard]] plan::Plan plan() const { return plan_of(cluster.objects()); }
  [[nodiscard]] plan::Plan plan_of(std::vector<LiveObject> live) const {
    plan::Planner planner(wanted, policy);
    for (LiveObject& object : live) planner.object(std::move(object));
    return planner.finish();
  }

  /// Makes the changes of a plan in their order; one that fails stops the later ones of its group. `fails` is asked
  /// before each. What went wrong, a line each.
  std::string write(const plan::Plan& plan, const std::function<bool(const Change&)>& fails = {}) {
    std::vector<std::string> problems;
    std::map<std::string, Phase> failed;
    for (const Change& change : plan.changes) {
      const auto at = failed.find(change.group);
      if (at != failed.end() && at->second < change.phase) continue;
      const bool fail = fails && fails(change);
      const std::string problem = fail ? "it failed" : cluster.write(change, policy.manager);
      if (problem.empty()) continue;
      failed.emplace(change.group, change.phase);
      if (!fail) problems.push_back(fmt::format("{}: {}", in_a_line(change), problem));
    }
    return join(problems, "\n");
  }
  std::string run() { return write(plan()); }
};

}  // namespace r2i::testing
