#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {

/// Another program, and how far it is trusted.
struct Command {
  std::string program;  ///< looked up in PATH if it has no '/'
  std::vector<std::string> arguments{};
  /// Set in its environment, which is this process's own otherwise.
  std::vector<std::pair<std::string, std::string>> variables{};
  /// It reads our standard input, from the terminal; otherwise it finds that empty, and runs in a process group of its
  /// own, so that what it started ends with it.
  bool interactive = false;
  /// Takes each line that it writes to its standard error, as it comes and fit to be shown (base/line_splitter.hpp);
  /// nothing: it writes to ours.
  std::function<void(std::string_view)> error_line{};
  std::chrono::milliseconds time_limit{60000};
  std::size_t max_output_bytes = std::size_t{1} << 20U;
};

struct CommandFailure {
  enum class Kind {
    not_found,    ///< there is no such program
    not_started,  ///< it may not be run, its interpreter is missing, or there are no resources for it
    failed,       ///< it ended with another status than 0, or by a signal
    timeout,
    too_large,  ///< more output than Command::max_output_bytes
    interrupted,
  };
  Kind kind;
  std::string message;  ///< "exit status 3"; without the program's name
};

/// Runs a program without a shell and gives what it wrote to its standard output. It inherits no other file and starts
/// with the usual signals. What takes too long, writes too much or is interrupted is ended; what the program leaves
/// running when it ends by itself goes on, and nobody waits for it.
tl::expected<std::string, CommandFailure> run_command(const Command& command, const std::stop_token& stop);

bool stdin_is_terminal();

}  // namespace r2i
