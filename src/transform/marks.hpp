#pragma once

#include "base/diagnostic.hpp"
#include "transform/entry.hpp"

namespace r2i::transform {

/// Row 17 and the marks on every object: whose it is, where it is from, and what the configuration adds.
ObjectMeta meta_of(const Whole& whole, Diagnostics& diagnostics);

}  // namespace r2i::transform
