#pragma once

#include "base/environment.hpp"
#include "model/effective.hpp"
#include "model/settings.hpp"

#include <vector>

namespace r2i::sources {

/// Every setting of one source in the order of the table, each with its origin: what its address or its configuration
/// says, else the registry's own variable, else the default. Without secrets.
std::vector<EffectiveSetting> own_settings(const SourceSpec& spec, const Environment& environment);

}  // namespace r2i::sources
