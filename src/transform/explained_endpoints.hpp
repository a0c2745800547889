#pragma once

#include "transform/explained.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {

/// An instance that gets traffic, and how its endpoint came about.
struct ExplainedEndpoint {
  std::size_t instance = 0;  ///< its position in Explained::service
  std::string address;
  PortMap ports;  ///< empty: the service's
  Decided<std::string> locality;
  Decided<double> weight;                                            ///< before all weights of a host are made integers
  std::vector<std::pair<std::string, Decided<std::string>>> labels;  ///< sorted by key
};

/// The endpoints of a service, by the functions that convert() itself uses, in the order of the object. Nothing is
/// reported: the conversion has done so.
std::vector<ExplainedEndpoint> explain_endpoints(const Explained& explained);

/// The further hosts of the service, sorted.
std::vector<std::string> explain_aliases(const Explained& explained);

}  // namespace r2i::transform
