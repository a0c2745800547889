#pragma once

#include <span>
#include <string_view>

namespace r2i::config {

/// The settings that `defaults:`, a source's `defaults:` and a rule's `set:` take.
std::span<const std::string_view> conversion_keys();
/// The settings that `output:` takes.
std::span<const std::string_view> output_keys();

}  // namespace r2i::config
