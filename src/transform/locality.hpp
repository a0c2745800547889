#pragma once

#include "model/service.hpp"

#include <string>

namespace r2i::transform {

/// Row 13: `region/zone/subzone`, the registry's own or the datacenter: at most three parts, none of them empty.
std::string locality_of(const Scope& scope, const Instance& instance);

}  // namespace r2i::transform
