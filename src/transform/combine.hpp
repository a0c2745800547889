#pragma once

#include "base/diagnostic.hpp"
#include "model/manifest.hpp"
#include "transform/convert.hpp"

#include <string>
#include <vector>

namespace r2i::transform {

struct Manifests {
  std::vector<Manifest> objects;            ///< sorted by namespace, kind, name
  std::vector<std::string> withheld_hosts;  ///< sorted; live objects of these hosts are to stay as they are
};

/// What only all services together decide: rows 5 (one ServiceEntry per host), 15 (layout and limits) and 18
/// (catch-alls), and Istio's own rules as a last check. What is withheld is reported.
Manifests combine(std::vector<Converted> services, Diagnostics& diagnostics);

}  // namespace r2i::transform
