#include "commands/run.hpp"

#include "base/error.hpp"
#include "base/output.hpp"
#include "commands/cli.hpp"
#include "commands/metrics.hpp"
#include "commands/session.hpp"
#include "commands/signals.hpp"
#include "commands/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace r2i::commands {

namespace {

/// What a signal left undone, in the words of the command.
std::string_view after_interrupt(const CommandRow& row) {
  if (row.name == "apply") return "what is listed above was written, nothing else; the next run goes on from there";
  return row.name == "export" || row.name == "diff" ? "nothing was printed" : "nothing was written";
}

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
    terminal.line(fmt::format("interrupted: {}", after_interrupt(*session.invocation.command)));
    return Signals::received() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
  }
}

ExitCode run_command(const Invocation& invocation, const Environment& environment, RunFacts& facts) {
  FdOutput out(STDOUT_FILENO, "standard output");
  const CommandRow& row = *invocation.command;
  config::Settings settings =
      config::resolve({row.settings.begin(), row.settings.end()}, invocation.flags, environment);
  Terminal terminal(environment, settings.color);
  Report report(terminal, settings.verbose, settings.quiet);
  Session session{invocation, environment, std::move(settings), out, report, facts};
  return row.needs == Needs::nothing ? row.run(session) : run_with_sources(session, terminal);
}

/// Where the metrics go, known even if the rest of the settings is wrong; empty: nowhere.
std::string metrics_path(const Invocation& invocation, const Environment& environment) {
  constexpr std::string_view kKey = "metricsTextfile";
  const auto& keys = invocation.command->settings;
  if (std::ranges::find(keys, kKey) == keys.end()) return "";
  const auto typed = invocation.flags.find(kKey);
  if (typed != invocation.flags.end()) return typed->second.back();
  return environment.get(environment_name(setting_info(kKey))).value_or("");
}

/// Runs the command, and writes its metrics whatever it ends with.
ExitCode run_with_metrics(const Invocation& invocation, const Environment& environment, const std::string& path) {
  const auto start = std::chrono::steady_clock::now();
  RunFacts facts;
  const auto write = [&](ExitCode code) {
    write_metrics(path, facts, code, std::chrono::system_clock::now(), std::chrono::steady_clock::now() - start);
  };
  // A run that failed has told why, or is about to: that the metrics could not be written comes on top.
  const auto write_after = [&](ExitCode code) {
    try {
      write(code);
    } catch (const Error& error) {
      std::fprintf(stderr, "error: %s\n", error.what());
    }
  };
  ExitCode code = ExitCode::done;
  try {
    code = run_command(invocation, environment, facts);
  } catch (const Error& error) {
    write_after(exit_code_of(error.kind()));
    throw;
  } catch (const std::exception&) {
    write_after(ExitCode::bug);
    throw;
  }
  if (code != ExitCode::done) {
    write_after(code);
  } else {
    write(code);
  }
  return code;
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments) {
  // libcurl writes to sockets that may be gone; standard output's own broken pipe comes as an Error.
  std::signal(SIGPIPE, SIG_IGN);
  const Parsed parsed = parse_arguments(arguments);
  if (parsed.invocation.command == nullptr) {
    FdOutput out(STDOUT_FILENO, "standard output");
    out.write(parsed.text);
    out.flush();
    return ExitCode::done;
  }
  const Environment environment = Environment::of_process();
  const std::string path = metrics_path(parsed.invocation, environment);
  if (!path.empty()) return run_with_metrics(parsed.invocation, environment, path);
  RunFacts facts;
  return run_command(parsed.invocation, environment, facts);
}

}  // namespace r2i::commands
