#include "base/error.hpp"
#include "commands/run.hpp"
#include "model/exit_code.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

int fail(const char* what, r2i::ExitCode code) {
  std::fprintf(stderr, "error: %s\n", what);
  return static_cast<int>(code);
}

int fail(const r2i::Error& error) {
  if (error.kind() == r2i::ErrorKind::closed_pipe) {
    // As every program in a pipe whose reader has gone.
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  return fail(error.what(), r2i::exit_code_of(error.kind()));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return static_cast<int>(r2i::commands::run({argv + 1, argv + argc}));
  } catch (const r2i::Error& error) {
    return fail(error);
  } catch (const std::exception& error) {
    return fail((std::string("this is a bug in registry2istio: ") + error.what()).c_str(), r2i::ExitCode::bug);
  }
}
