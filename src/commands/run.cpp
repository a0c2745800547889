#include "commands/run.hpp"

#include "base/error.hpp"
#include "base/output.hpp"
#include "commands/cli.hpp"
#include "commands/session.hpp"
#include "commands/signals.hpp"
#include "commands/terminal.hpp"

#include <csignal>
#include <unistd.h>

namespace r2i::commands {

namespace {

ExitCode run_with_sources(Session& session, Terminal& terminal) {
  const Signals signals;
  TerminalProgress progress(terminal, !session.settings.quiet);
  Context context{session.report, progress, signals.token(), session.environment};
  session.context = &context;
  try {
    return session.invocation.command->run(session);
  } catch (const Error& error) {
    terminal.clear();
    if (error.kind() != ErrorKind::interrupted) throw;
    terminal.line(session.invocation.command->name == "fetch" ? "interrupted: nothing was written"
                                                              : "interrupted: nothing was printed");
    return Signals::received() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
  }
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments) {
  // libcurl writes to sockets that may be gone; standard output's own broken pipe comes as an Error.
  std::signal(SIGPIPE, SIG_IGN);
  const Parsed parsed = parse_arguments(arguments);
  FdOutput out(STDOUT_FILENO, "standard output");
  if (parsed.invocation.command == nullptr) {
    out.write(parsed.text);
    out.flush();
    return ExitCode::done;
  }
  const CommandRow& row = *parsed.invocation.command;
  const Environment environment = Environment::of_process();
  config::Settings settings =
      config::resolve({row.settings.begin(), row.settings.end()}, parsed.invocation.flags, environment);
  Terminal terminal(environment, settings.color);
  Report report(terminal, settings.verbose, settings.quiet);
  Session session{parsed.invocation, environment, std::move(settings), out, report};
  return row.needs == Needs::nothing ? row.run(session) : run_with_sources(session, terminal);
}

}  // namespace r2i::commands
