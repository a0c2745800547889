#pragma once

#include "commands/command.hpp"

#include <string>

namespace r2i::commands {

/// What `--help` prints: of the program, and of one command.
std::string main_help();
std::string command_help(const CommandRow& row);

}  // namespace r2i::commands
