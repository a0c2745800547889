#pragma once

#include "base/diagnostic.hpp"
#include "model/decided.hpp"
#include "model/service.hpp"
#include "transform/candidate.hpp"

#include <vector>

namespace r2i::transform {

/// Whether rules drop the service as a whole, being for it or for each of its instances; reported.
bool is_dropped(const Service& service, const ServiceChoices& choices, Diagnostics& diagnostics);

/// Row 1: takes the instances away that are no application of their own (sidecars, gateways, copies from Kubernetes).
/// False, with the reason reported, if the service as a whole is to be left out. Excluding by name is the sources'
/// part.
bool keep_service(Service& service, Diagnostics& diagnostics);

/// Rows 2 and 3, first half: the instances that are registered with a usable address and port, healthy or not. They
/// decide the ports and the resolution, so that neither changes with the health of an instance.
/// Instances that a rule drops are as if they were not registered.
std::vector<Candidate> registered(const Service& service, const ServiceChoices& choices, Diagnostics& diagnostics);

/// Rows 2 and 3, second half: of those, the ones that get traffic: healthy enough, not stopped, weight above 0, and
/// each address and port once, whichever of merged registries has it. Sorted by address and port.
std::vector<Candidate> usable(std::vector<Candidate> candidates, Diagnostics& diagnostics);

}  // namespace r2i::transform
