#pragma once

#include "config/draft.hpp"

#include <cstddef>
#include <string>

namespace r2i::config {

/// Reads one configuration file. What is wrong with it goes to `problems`; `file` is its position among the files.
Draft read_config(const std::string& path, std::size_t file, Problems& problems);

}  // namespace r2i::config
