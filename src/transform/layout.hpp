#pragma once

#include "model/manifest.hpp"
#include "model/settings.hpp"

#include <vector>

namespace r2i::transform {

/// Row 15: the objects of one service: the ServiceEntry as it is, or one that selects by a label of ours, followed by a
/// WorkloadEntry for each endpoint. Names as row 17 has them.
std::vector<Manifest> lay_out(ServiceEntry&& entry, Layout layout);

}  // namespace r2i::transform
