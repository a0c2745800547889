#pragma once

#include "commands/command.hpp"

#include <optional>
#include <string>
#include <vector>

namespace r2i::commands {

/// What the arguments ask for: a command, or a text to print (help, version) and no command.
struct Parsed {
  Invocation invocation;
  std::string text;
};

/// Throws Error{usage}, with a suggestion where a word was probably misspelt.
Parsed parse_arguments(const std::vector<std::string>& arguments);

}  // namespace r2i::commands
