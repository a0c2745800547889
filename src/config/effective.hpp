#pragma once

#include "config/draft.hpp"
#include "model/effective.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace r2i::config {

/// What was given for a setting by the flag or the variable that wins over every file; nothing: neither.
using TypedSetting = std::function<std::optional<GivenSetting>(const SettingInfo&)>;

/// Every setting in force but the sources' own, each with its origin, in the order in which one wins over the other:
/// the defaults, those of the sources, the rules; and then `output:`. Without secrets.
std::vector<EffectiveSetting> effective_settings(const Draft& draft, const TypedSetting& typed);

}  // namespace r2i::config
