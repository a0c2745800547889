#pragma once

#include "config/value_reader.hpp"

namespace r2i::config {

/// Reads a rule's `match:`, which the reader stands on. Values that are wrong go to `problems`, what was read goes to
/// `said`.
RuleMatch read_match(ValueReader& values, std::vector<SaidMatch>& said, Problems& problems);

}  // namespace r2i::config
