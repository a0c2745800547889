#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <string_view>

namespace r2i {

/// Reads a duration as Go and kubectl write it: "500ms", "30s", "1m30s", "1h", or "0". The error says what was
/// expected.
tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text);

}  // namespace r2i
