#pragma once

#include "base/environment.hpp"
#include "config/settings.hpp"
#include "model/exit_code.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::commands {

/// What a command needs of the world; run() builds no more than that before it calls it.
enum class Needs {
  nothing,  ///< prints what the program itself knows
  sources,  ///< reads registries: settings, signals, progress, diagnostics
};

struct Session;

struct CommandRow {
  std::string_view name;
  std::string_view summary;
  Needs needs;
  std::string_view operand;                    ///< "SHELL", or empty
  std::string_view operand_choices;            ///< "bash|zsh|fish", or empty
  std::span<const std::string_view> settings;  ///< keys of model/settings.hpp, in the order of the help
  std::string_view description;
  std::span<const std::string_view> examples;
  ExitCode (*run)(Session&);
};

/// What was typed, before it means anything.
struct Invocation {
  const CommandRow* command = nullptr;
  config::TypedFlags flags;
  std::string operand;
};

/// The table of commands.
std::span<const CommandRow> all_commands();

}  // namespace r2i::commands
