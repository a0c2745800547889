#pragma once

#include <array>
#include <span>
#include <string_view>

namespace r2i::sources {

struct LayoutRow {
  std::string_view setting;
  std::string_view text;  ///< of a list: separated by commas
};

/// A layout that somebody's library writes, in the words of the settings that describe any other one.
struct LayoutPreset {
  std::string_view name;
  std::string_view usual_root;
  std::span<const LayoutRow> rows;
  bool zero_weight_unset = false;
  bool address_optional = false;
};

std::span<const LayoutPreset> layout_presets();

}  // namespace r2i::sources
