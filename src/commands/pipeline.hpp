#pragma once

#include "commands/session.hpp"
#include "model/service.hpp"
#include "model/snapshot.hpp"
#include "transform/combine.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace r2i::commands {

/// What reading all sources gave, besides the services themselves.
struct Gathered {
  std::vector<SourceState> states;
  std::size_t services = 0;
  std::size_t instances = 0;
  std::map<const Scope*, std::size_t> by_scope;  ///< services

  [[nodiscard]] bool complete() const;
  /// Whether the service belongs to a scope of these sources: one of a file that turned out invalid does not.
  [[nodiscard]] bool knows(const Scope* scope) const;
};

/// Sources → services: reads every source of the settings, one after the other. Throws Error{interrupted} after a
/// signal, and Error{usage} if two of them are the same source and scope.
Gathered gather(Session& session, ServiceSink& services);

/// Services → manifests.
struct Desired {
  Gathered gathered;
  transform::Manifests manifests;
  /// Listed, but neither written nor known by a host: half read, or the template gives no host.
  std::vector<std::pair<std::shared_ptr<const Scope>, std::string>> withheld_services;
};

/// Sees what goes the way of the data, for whoever asks why.
class Witness {
 public:
  Witness() = default;
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  virtual ~Witness() = default;

  /// A service as it was read.
  virtual void service(const Service& service) = 0;
  /// What its conversion, or that of all of them together, has to say; and of rules that are for none.
  virtual void diagnostic(const Diagnostic& diagnostic) = 0;
};

/// The way of the data: sources → convert, service by service → combine. Nothing is converted of a service that was not
/// read in full.
Desired desired_manifests(Session& session, Witness* witness = nullptr);

/// Says what was read, a line for each source.
void say_sources(Session& session, const Gathered& gathered);

}  // namespace r2i::commands
