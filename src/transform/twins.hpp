#pragma once

#include "base/diagnostic.hpp"
#include "transform/convert.hpp"

#include <span>
#include <string>

namespace r2i::transform {

/// Row 5 for the services of one host: at most one of them is kept, the others are withheld and reported. The one that
/// keeps the host, if any does; it may be withheld for another reason.
const Converted* settle_twins(std::span<Converted> twins, Diagnostics& diagnostics);

/// `service "pay" of consul/dc1`: for messages.
std::string display(const Converted& converted);

}  // namespace r2i::transform
