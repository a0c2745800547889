#pragma once

#include "plan/plan.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace r2i::testing {

inline Endpoint an_endpoint(std::string address, std::string locality = {}, std::uint32_t weight = 0) {
  Endpoint endpoint;
  endpoint.address = std::move(address);
  endpoint.locality = std::move(locality);
  endpoint.weight = weight;
  return endpoint;
}

/// Of the namespace `mesh`, with our marks and one port, 8080.
inline ServiceEntry an_entry(const std::string& name, std::vector<Endpoint> endpoints) {
  ServiceEntry entry;
  entry.meta = {{}, {{std::string(mark::kOwner), "default"}}, name, "mesh"};
  entry.endpoints = std::move(endpoints);
  entry.hosts = {name};
  entry.location = Location::mesh_internal;
  entry.ports = {{"http-8080", 8080, "HTTP", 0}};
  entry.resolution = Resolution::static_;
  return entry;
}

inline WorkloadEntry a_workload(const std::string& name, Endpoint spec) {
  return {{{}, {{std::string(mark::kOwner), "default"}}, name, "mesh"}, std::move(spec)};
}

inline Change a_change(Action action, const Manifest& manifest) {
  Change change;
  change.key = key_of(manifest);
  change.action = action;
  change.source = "consul";
  change.scope = "dc1";
  change.service = change.key.name.substr(0, change.key.name.find('.'));
  change.group = change.key.nspace + "/" + change.key.name;
  const bool workload = change.key.kind == "WorkloadEntry";
  if (action == Action::remove) {
    change.phase = workload ? Phase::remove_workloads : Phase::remove_entries;
  } else {
    change.phase = workload ? Phase::add_workloads : Phase::write_entries;
  }
  if (action != Action::create) change.live = Precondition{"uid-" + change.key.name, "1234", 2, {}, {}};
  return change;
}

inline Change creation(const Manifest& after) {
  Change change = a_change(Action::create, after);
  change.after = after;
  return change;
}

inline Change update(const Manifest& before, const Manifest& after, Action action = Action::update) {
  Change change = a_change(action, after);
  change.before = before;
  change.after = after;
  return change;
}

inline Change deletion(const Manifest& before) {
  Change change = a_change(Action::remove, before);
  change.before = before;
  return change;
}

/// For a cluster, of the owner `default`.
inline plan::Plan a_plan(std::vector<Change> changes) {
  plan::Plan plan;
  plan.owner = "default";
  plan.manager = "registry2istio-default";
  plan.changes = std::move(changes);
  plan.fingerprint = "0123456789abcdef";
  return plan;
}

}  // namespace r2i::testing
