#pragma once

#include "model/service.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace r2i::testing {

/// A scope of a registry of this kind; the source is called like its kind.
inline std::shared_ptr<Scope> a_scope(const std::string& kind = "consul", const std::string& datacenter = "dc1") {
  auto scope = std::make_shared<Scope>();
  scope->source = std::make_shared<const SourceInfo>(SourceInfo{kind, kind, ""});
  scope->name = datacenter.empty() ? "default" : datacenter;
  scope->datacenter = datacenter;
  return scope;
}

/// An instance with these ports; more is set by the test.
inline Instance an_instance(std::string address, std::vector<std::int64_t> ports = {8080}) {
  Instance instance;
  instance.address = std::move(address);
  instance.ports.change([&](auto& own) {
    for (const std::int64_t port : ports) own.push_back({port, {}, {}});
  });
  return instance;
}

/// An instance whose ports have names or protocols of the registry's.
inline Instance offering(std::string address, std::vector<Port> ports) {
  Instance instance;
  instance.address = std::move(address);
  instance.ports = std::move(ports);
  return instance;
}

inline Instance in_state(Health health, Instance instance) {
  instance.health = health;
  return instance;
}

inline Instance tagged(std::vector<std::string> tags, Instance instance) {
  instance.tags = std::move(tags);
  return instance;
}

inline Instance with_metadata(Pairs metadata, Instance instance) {
  instance.metadata = std::move(metadata);
  return instance;
}

inline Instance weighing(double weight, Instance instance) {
  instance.weight = weight;
  return instance;
}

inline Service a_service(std::string name, std::vector<Instance> instances,
                         std::shared_ptr<const Scope> scope = a_scope()) {
  Service service;
  service.name = std::move(name);
  service.scope = std::move(scope);
  service.instances = std::move(instances);
  return service;
}

}  // namespace r2i::testing
