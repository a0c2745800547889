#pragma once

#include "model/service.hpp"
#include "transform/choices.hpp"

#include <string>

namespace r2i::transform {

/// Row 13: `region/zone/subzone`: what was chosen, else the registry's own, else the datacenter, through the map of
/// localities; at most three parts, none of them empty.
/// With `origin`, also what decided it: "the datacenter", `--flag`.
std::string locality_of(const Service& service, const Instance& instance, const Choices& choices,
                        std::string* origin = nullptr);

}  // namespace r2i::transform
