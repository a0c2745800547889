#include "model/exit_code.hpp"

#include <algorithm>
#include <array>

namespace r2i {

ExitCode worst_of(ExitCode a, ExitCode b) {
  constexpr std::array kOrder = {ExitCode::interrupted, ExitCode::terminated, ExitCode::bug,
                                 ExitCode::usage,       ExitCode::withheld,   ExitCode::partial,
                                 ExitCode::cluster,     ExitCode::source,     ExitCode::findings};
  for (const ExitCode code : kOrder) {
    if (a == code || b == code) return code;
  }
  return ExitCode::done;
}

ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::output:
    case ErrorKind::closed_pipe:
      return ExitCode::partial;
    case ErrorKind::interrupted:
      return ExitCode::interrupted;
    case ErrorKind::cluster:
      return ExitCode::cluster;
    case ErrorKind::bug:
      return ExitCode::bug;
  }
  return ExitCode::bug;
}

}  // namespace r2i
