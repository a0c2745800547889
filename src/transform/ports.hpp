#pragma once

#include "base/diagnostic.hpp"
#include "model/decided.hpp"
#include "model/manifest.hpp"
#include "model/service.hpp"
#include "transform/candidate.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace r2i::transform {

/// A port of the service and the slot that it leads to on every endpoint.
struct PlannedPort {
  ServicePort port;
  std::size_t slot = 0;
  std::string protocol_origin;
};

/// Rows 6 to 8: the ports of a service, from all registered instances.
///
/// A slot is "the same port" of every instance: those with one name, else with one protocol of the registry's, else by
/// position. Each candidate gets its number for each slot; those that lack one are reported and taken out. Empty, with
/// the reason reported, if nothing can be exported.
std::vector<PlannedPort> plan_ports(const Service& service, std::vector<Candidate>& candidates, const Choices& choices,
                                    Diagnostics& diagnostics);

/// The same before row 8 withholds what would be a catch-all: every port that the service has. The candidates are those
/// that plan_ports() leaves.
std::vector<PlannedPort> find_ports(const Service& service, std::vector<Candidate>& candidates, const Choices& choices,
                                    Diagnostics& diagnostics);

/// Row 8: whether the port would be a catch-all that nobody wants, and is withheld.
bool is_withheld(const PlannedPort& port, const Choices& choices);

/// Whether TCP ports of the service take the traffic to every destination: it has no address of its own, neither by the
/// configuration nor by the proxies' DNS capture.
bool are_catch_alls(const Choices& choices);

/// The endpoint's map of port names to its own numbers; empty where it would change nothing.
PortMap endpoint_ports(const Candidate& candidate, const std::vector<PlannedPort>& ports);

}  // namespace r2i::transform
