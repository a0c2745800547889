#pragma once

#include "model/conversion.hpp"
#include "model/manifest.hpp"

#include <string>
#include <vector>

namespace r2i::transform {

/// Row 15: the objects of one service: the ServiceEntry as it is, or one that selects by a label of ours, followed by a
/// WorkloadEntry for each endpoint. Names as row 17 has them.
/// An alias selects what its main host's workloads are labelled with, and has none of its own.
std::vector<Manifest> lay_out(ServiceEntry&& entry, Layout layout, const std::string& alias_of = {});

}  // namespace r2i::transform
