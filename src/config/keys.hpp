#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::config {

// The keys of a configuration file, as its reader and its schema know them.

/// Of the file itself.
std::span<const std::string_view> root_keys();
/// Of a rule, and of what it asks.
std::span<const std::string_view> rule_keys();
std::span<const std::string_view> match_keys();
/// Of a source's `expect`.
std::span<const std::string_view> expect_keys();
/// The settings that `defaults:`, a source's `defaults:` and a rule's `set:` take.
std::span<const std::string_view> conversion_keys();
/// Every kind of source, sorted.
std::vector<std::string> kinds_of_sources();
/// The settings that `output:` takes.
std::span<const std::string_view> output_keys();
/// Of a key that is not known where it stands, but elsewhere: `: it belongs under `output:``. Else nothing.
std::string where_it_belongs(std::string_view key);

}  // namespace r2i::config
