#pragma once

#include "model/exit_code.hpp"

#include <string>
#include <vector>

namespace r2i::commands {

/// Parses the arguments (without the program's name), builds what the command needs, and runs it. Throws Error.
ExitCode run(const std::vector<std::string>& arguments);

}  // namespace r2i::commands
