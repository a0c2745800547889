#pragma once

#include "config/value_reader.hpp"

namespace r2i::config {

/// Reads a rule's `match:`, which the reader stands on. Values that are wrong go to `problems`.
RuleMatch read_match(ValueReader& values, Problems& problems);

}  // namespace r2i::config
