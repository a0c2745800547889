#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace r2i {

/// What a run dies of. `main` maps each kind to an exit code (model/exit_code.hpp).
enum class ErrorKind {
  usage,        ///< a flag, a variable or a file of the user's is wrong; nothing was done
  output,       ///< what was produced could not be written
  closed_pipe,  ///< the reader of standard output has gone (`| head`): nobody is left to be told anything
  interrupted,  ///< a signal asked for the end; not a failure of anything
  cluster,      ///< the cluster could not be read or written at all
  bug,          ///< an assumption of this program does not hold
};

/// The one exception type. Faults in the user's data are diagnostics, one of many requests that fails is a value;
/// everything else throws this, gains context on the way up and is caught once, in `main`.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string_view message) : std::runtime_error(std::string(message)), kind_(kind) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

  /// The same error with `context` in front: "context: message".
  [[nodiscard]] Error with_context(std::string_view context) const {
    return {kind_, std::string(context) + ": " + what()};
  }

 private:
  ErrorKind kind_;
};

}  // namespace r2i
