#pragma once

#include "config/given.hpp"
#include "model/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::config {

/// Reads `KIND[=ADDRESS[,ADDRESS…]][?key=value&…]`. What is wrong is added to `problems`.
SourceSpec parse_source(std::string_view text, Problems& problems);

/// What is wrong with the name of a merge (row 20), or nothing.
std::optional<std::string> check_merge(const std::string& name);

/// Two sources must not have one name, which tells their objects apart, nor a merge that of a source outside of it.
void check_names(const std::vector<SourceSpec>& sources, Problems& problems);

}  // namespace r2i::config
