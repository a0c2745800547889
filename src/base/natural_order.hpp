#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {

/// Whether kubectl's YAML printer would write key `a` before key `b`: `v2` comes before `v10`. Not transitive where
/// digits meet letters. Characters outside ASCII count as letters.
[[nodiscard]] bool is_naturally_before(std::string_view a, std::string_view b);

/// Sorts by key as kubectl's YAML printer does; by bytes if that order is a circle for these keys.
template <typename T>
void sort_keys(std::vector<std::pair<std::string, T>>& entries);

extern template void sort_keys(std::vector<std::pair<std::string, std::string>>& entries);
extern template void sort_keys(std::vector<std::pair<std::string, std::uint32_t>>& entries);

}  // namespace r2i
