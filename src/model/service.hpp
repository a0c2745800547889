#pragma once

#include "model/shared.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using SharedPairs = Shared<Pairs>;
using SharedList = Shared<std::vector<std::string>>;

/// The value of the first pair with this key, or nothing (a null view).
std::optional<std::string_view> find_value(const Pairs& pairs, std::string_view key);

/// One configured registry, as a snapshot names it.
struct SourceInfo {
  std::string name;
  std::string kind;     ///< consul, eureka, … or what a snapshot from elsewhere says
  std::string address;  ///< without user info, secrets and query
  std::string merge{};  ///< the name that its objects share with those of other sources; empty: its own (row 20)
};

/// The part of a source that is read whole or not. One object is shared by all services of the scope.
struct Scope {
  std::shared_ptr<const SourceInfo> source;
  std::string name;
  std::string datacenter;  ///< with `partition` and `peer`, where the registry has such a thing
  std::string partition;
  std::string peer;
  bool local = true;  ///< false: a datacenter other than the local one

  /// "consul/dc1": for messages.
  [[nodiscard]] std::string display() const;
};

/// What a scope turned out to be. Not complete: nothing may be concluded from the absence of a service.
struct ScopeState {
  std::shared_ptr<const Scope> scope;
  bool complete = true;
  std::vector<std::string> problems;  ///< why it is not complete, in the user's words
};

enum class Health {
  passing,
  warning,
  critical,
  maintenance,  ///< taken out by an operator: of the node or of the service
  disabled,     ///< registered as out of service
};
std::string_view to_string(Health health);
std::optional<Health> health_from(std::string_view text);

struct Port {
  std::int64_t number = 0;  ///< as the registry said; outside 1..65535 it is reported and left out
  std::string name;         ///< empty: the registry has no names for ports
  std::string protocol;     ///< as the registry said; empty: it did not

  friend bool operator==(const Port&, const Port&) = default;
};
using SharedPorts = Shared<std::vector<Port>>;

struct Instance {
  std::string id;
  std::string node;
  std::string address;       ///< the service's own; may be empty
  std::string node_address;  ///< what stands in for an empty `address`
  SharedPorts ports;
  Health health = Health::passing;
  std::optional<double> weight;
  std::string locality;  ///< region/zone/subzone; empty: the scope's datacenter
  std::string kind;      ///< empty, or what the registry calls a sidecar or a gateway
  SharedList tags;
  Pairs metadata;
};

struct Service {
  std::string name;  ///< the registry's own spelling
  std::shared_ptr<const Scope> scope;
  bool complete = true;  ///< false: its instances could not be read; it is known to exist, no more
  std::string group;
  std::string nspace;  ///< the registry's namespace
  Pairs metadata;
  std::vector<Instance> instances;

  /// `service "pay" of consul/dc1`: for messages.
  [[nodiscard]] std::string display() const;
};

/// Takes services one by one, in any order.
class ServiceSink {
 public:
  ServiceSink() = default;
  ServiceSink(const ServiceSink&) = delete;
  ServiceSink& operator=(const ServiceSink&) = delete;
  virtual ~ServiceSink() = default;

  virtual void service(Service&& service) = 0;
};

}  // namespace r2i
