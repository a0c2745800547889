#pragma once

#include "base/diagnostic.hpp"
#include "model/decided.hpp"
#include "model/service.hpp"
#include "transform/choices.hpp"

#include <optional>
#include <string>
#include <vector>

namespace r2i::transform {

/// Row 8, up to the default: the protocol that the instance itself tells for one of its ports, and by what; nothing if
/// it tells none. A name that Istio does not know goes to `unknown`.
std::optional<Decided<std::string>> told_protocol(const Service& service, const Instance& instance, const Port& port,
                                                  std::vector<std::string>& unknown);

/// Whether some of the metadata may tell a protocol.
bool tells_protocol(const Pairs& metadata);

/// The protocol that the settings give to all ports of the service, if they do and it is one.
std::optional<Decided<std::string>> chosen_protocol(const Service& service, const Choices& choices,
                                                    Diagnostics& diagnostics);

/// The protocol for all instances: the one told most often (of equals the first by name), else the default: HTTP, or
/// with DNS capture none, which lets Istio tell HTTP from TCP by itself. Differences are reported.
Decided<std::string> unite_protocols(const Service& service, const std::vector<Decided<std::string>>& told,
                                     const Choices& choices, Diagnostics& diagnostics);

/// Whether a port of this protocol, without an address, is a listener for every destination: TCP and what Istio treats
/// as such. HTTP is told apart by its host header, TLS by its server name.
bool is_catch_all(const std::string& protocol);

}  // namespace r2i::transform
