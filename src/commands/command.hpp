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

/// What a command takes besides flags.
struct Operand {
  std::string_view name{};     ///< "SHELL", "FILE"; empty: nothing
  std::string_view choices{};  ///< "bash|zsh|fish"; empty: any text
  bool is_path = false;        ///< a file or a directory, for completion
  bool many = false;           ///< may be given several times
};

struct CommandRow {
  std::string_view name;  ///< as it is typed: "export", "check cluster"
  std::string_view summary;
  Needs needs;
  Operand operand;
  std::span<const std::string_view> settings;  ///< keys of model/settings.hpp, in the order of the help
  std::string_view description;
  std::span<const std::string_view> examples;
  ExitCode (*run)(Session&);
  /// The commands that follow this word, each with settings of its own; null: it is a command itself.
  std::span<const CommandRow> (*parts)() = nullptr;

  /// The last word of the name.
  [[nodiscard]] std::string_view word() const { return name.substr(name.rfind(' ') + 1); }
};

/// What was typed, before it means anything.
struct Invocation {
  const CommandRow* command = nullptr;
  config::TypedFlags flags;
  std::vector<std::string> operands;

  /// The only operand, or empty.
  [[nodiscard]] std::string operand() const { return operands.empty() ? "" : operands.front(); }
};

/// The table of commands.
std::span<const CommandRow> all_commands();
/// What follows `check`.
std::span<const CommandRow> all_checks();

}  // namespace r2i::commands
