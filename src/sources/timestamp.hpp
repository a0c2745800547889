#pragma once

#include <chrono>
#include <string>

namespace r2i::sources {

/// RFC 3339, in UTC, to the second.
std::string timestamp(std::chrono::system_clock::time_point time);

}  // namespace r2i::sources
