#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace r2i {

/// RFC 3339, in UTC, to the second.
std::string timestamp(std::chrono::system_clock::time_point time);

/// Reads RFC 3339 as timestamp() writes it; fractions of a second and another zone than `Z` are understood, too.
/// Nothing if the text is anything else.
std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text);

}  // namespace r2i
