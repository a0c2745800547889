#pragma once

#include "base/error.hpp"

#include <span>
#include <string_view>

namespace r2i {

/// The exit codes. When several apply to a run, worst_of() says which one it ends with.
enum class ExitCode : int {
  done = 0,           ///< done, no differences
  findings = 1,       ///< differences or findings; never a failure of the run itself
  usage = 2,          ///< a flag, a variable or a file of the user's is wrong
  source = 3,         ///< a source failed or is incomplete; what was read in full was done
  cluster = 4,        ///< the cluster failed, nothing is known to be written
  withheld = 5,       ///< a guard withheld something, a declined question, a stale plan
  partial = 6,        ///< something was done, something failed or was refused
  bug = 7,            ///< an assumption of this program does not hold
  interrupted = 130,  ///< SIGINT
  terminated = 143,   ///< SIGTERM
};

struct ExitCodeInfo {
  ExitCode code;
  std::string_view reason;   ///< a few words, for lists
  std::string_view meaning;  ///< what is so, and what was done nevertheless
  std::string_view cause;    ///< what leads to it
  std::string_view remedy;   ///< what to do
  std::string_view example;  ///< what a run says that ends with it
};

/// The table of exit codes, in the order of their numbers.
std::span<const ExitCodeInfo> all_exit_codes();
const ExitCodeInfo& exit_code_info(ExitCode code);

/// The one that decides: the first of 130/143, 7, 2, 5, 6, 4, 3, 1, 0.
ExitCode worst_of(ExitCode a, ExitCode b);

/// What a run that died of an error of this kind exits with. `interrupted` becomes 130; `main` knows the signal.
ExitCode exit_code_of(ErrorKind kind);

}  // namespace r2i
