#pragma once

#include "model/manifest.hpp"

#include <chrono>
#include <optional>

namespace r2i::plan {

using Time = std::chrono::system_clock::time_point;

/// Since when the service of an emptied ServiceEntry is gone; nothing if the entry has endpoints or no legible mark.
std::optional<Time> gone_since(const Manifest& entry);

/// The entry without endpoints, marked with the time; STATIC, as row 14 of the conversion has it, since with DNS the
/// proxies would look the host itself up.
Manifest emptied(Manifest entry, Time now);

}  // namespace r2i::plan
