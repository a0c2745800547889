#pragma once

#include "base/output.hpp"
#include "commands/discovery.hpp"
#include "config/settings.hpp"

namespace r2i::commands {

/// Prints what was found: a table with the scopes and the counts below it, the same as JSON, or a name a line.
void show_discovery(Output& out, const Discovery& discovery, config::SourceFormat format, bool color);

}  // namespace r2i::commands
