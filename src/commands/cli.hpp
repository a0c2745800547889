#pragma once

#include "base/error.hpp"
#include "commands/command.hpp"

#include <optional>
#include <string>
#include <vector>

namespace r2i::commands {

/// What the arguments ask for: a command, or a text to print (help, version) and no command.
struct Parsed {
  Invocation invocation;
  std::string text;
  /// What is wrong with the words behind the command, to be thrown; its flags are those that could be told.
  std::optional<Error> mistake;
};

/// Throws Error{usage} where no command can be told; with a suggestion where a word was probably misspelt.
Parsed parse_arguments(const std::vector<std::string>& arguments);

}  // namespace r2i::commands
