#pragma once

#include "config/given.hpp"
#include "model/settings.hpp"

#include <string_view>
#include <vector>

namespace r2i::config {

/// Reads `KIND[=ADDRESS[,ADDRESS…]][?key=value&…]`. What is wrong is added to `problems`.
SourceSpec parse_source(std::string_view text, Problems& problems);

/// Two sources must not have one name, which tells their objects apart.
void check_names(const std::vector<SourceSpec>& sources, Problems& problems);

}  // namespace r2i::config
