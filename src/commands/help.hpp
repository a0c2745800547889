#pragma once

#include "commands/command.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace r2i::commands {

/// `text` broken at blanks into lines of at most 100 columns, each after the first behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent);

/// What `--help` prints: of the program, and of one command.
std::string main_help();
std::string command_help(const CommandRow& row);

}  // namespace r2i::commands
