#include "commands/run.hpp"

#include "base/error.hpp"
#include "base/output.hpp"
#include "base/text.hpp"
#include "commands/cli.hpp"
#include "commands/metrics.hpp"
#include "commands/planning.hpp"
#include "commands/run_report.hpp"
#include "commands/session.hpp"
#include "commands/signals.hpp"
#include "commands/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <unistd.h>
#include <utility>

namespace r2i::commands {

namespace {

/// What a signal left undone, in the words of the command.
std::string_view after_interrupt(const Session& session) {
  const CommandRow& row = *session.invocation.command;
  if (row.name == "apply" || writes_files(session.settings))
    return "what is listed above was written, nothing else; the next run goes on from there";
  return row.name == "export" || row.name == "diff" || row.name == "why" ? "nothing was printed"
                                                                         : "nothing was written";
}

/// Both it and the line of progress, which goes before something is written, may be on one terminal.
class StandardOutput : public FdOutput {
 public:
  explicit StandardOutput(Terminal& terminal) : FdOutput(STDOUT_FILENO, "standard output"), terminal_(terminal) {}
  void flush() override {
    terminal_.clear();
    FdOutput::flush();
  }

 private:
  Terminal& terminal_;
};

ExitCode run_with_sources(Session& session, Terminal& terminal) {
  const Signals signals;
  TerminalProgress progress(terminal, !session.settings.quiet);
  Context context{session.report, progress, signals.token(), session.environment};
  session.context = &context;
  try {
    const ExitCode code = session.invocation.command->run(session);
    terminal.clear();
    return worst_of(code, session.report.verdict());
  } catch (const Error& error) {
    terminal.clear();
    if (error.kind() != ErrorKind::interrupted) throw;
    terminal.line(fmt::format("interrupted: {}", after_interrupt(session)));
    return Signals::received() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
  }
}

ExitCode run_command(const Parsed& parsed, const Environment& environment, RunFacts& facts) {
  if (parsed.mistake) throw Error(*parsed.mistake);
  const Invocation& invocation = parsed.invocation;
  const CommandRow& row = *invocation.command;
  config::Settings settings =
      config::resolve({row.settings.begin(), row.settings.end()}, invocation.flags, environment);
  Terminal terminal(environment, settings.color);
  StandardOutput out(terminal);
  facts.strict = settings.strict;
  facts.allow_partial = settings.allow_partial;
  Report report(terminal, settings, facts);
  Session session{invocation, environment, std::move(settings), out, report, facts};
  return row.needs == Needs::nothing ? row.run(session) : run_with_sources(session, terminal);
}

/// Files about the run itself, written whatever it ends with.
struct RunFiles {
  std::string metrics;  ///< empty: none
  std::vector<config::ReportFile> reports;

  [[nodiscard]] bool empty() const { return metrics.empty() && reports.empty(); }
};

/// What was given for a setting on the command line or in the environment, known even if another setting is wrong.
std::vector<std::string> given_values(const Invocation& invocation, const Environment& environment,
                                      std::string_view key) {
  const auto& keys = invocation.command->settings;
  if (std::ranges::find(keys, key) == keys.end()) return {};
  const auto typed = invocation.flags.find(key);
  if (typed != invocation.flags.end()) return typed->second;
  const std::string text = environment.get(environment_name(setting_info(key))).value_or("");
  return text.empty() ? std::vector<std::string>{} : split(text, '\n');
}

RunFiles files_of(const Invocation& invocation, const Environment& environment) {
  RunFiles files;
  const auto metrics = given_values(invocation, environment, "metricsTextfile");
  if (!metrics.empty()) files.metrics = metrics.back();
  for (const std::string& value : given_values(invocation, environment, "report")) {
    if (auto report = config::parse_report_file(trim(value))) files.reports.push_back(std::move(*report));
  }
  return files;
}

/// Runs the command, and writes its metrics and reports whatever it ends with.
class RecordedRun {
 public:
  RecordedRun(const Parsed& parsed, RunFiles files) : parsed_(parsed), files_(std::move(files)) {
    facts_.keeps_record = !files_.reports.empty();
  }

  ExitCode run(const Environment& environment) {
    ExitCode code = ExitCode::done;
    try {
      code = run_command(parsed_, environment, facts_);
    } catch (const Error& error) {
      fail(exit_code_of(error.kind()), error.what());
      throw;
    } catch (const std::exception& error) {
      fail(ExitCode::bug, error.what());
      throw;
    }
    if (const auto problem = write_all(code)) {
      if (code == ExitCode::done) throw Error(*problem);
      std::fprintf(stderr, "error: %s\n", problem->what());
    }
    return code;
  }

 private:
  /// A run that failed is about to tell why: that a file could not be written comes on top.
  void fail(ExitCode code, const char* what) {
    facts_.failures = split(what, '\n');
    if (const auto problem = write_all(code)) std::fprintf(stderr, "error: %s\n", problem->what());
  }

  /// Each is tried; what went wrong first.
  std::optional<Error> write_all(ExitCode code) {
    std::optional<Error> problem;
    const auto attempt = [&](const auto& write) {
      try {
        write();
      } catch (const Error& error) {
        if (!problem) problem = error;
      }
    };
    if (!files_.metrics.empty()) {
      attempt([&] {
        write_metrics(files_.metrics, facts_, code, std::chrono::system_clock::now(),
                      std::chrono::steady_clock::now() - start_);
      });
    }
    if (files_.reports.empty()) return problem;
    const RunReport report = make_report(parsed_.invocation.command->name, code, std::move(facts_));
    for (const config::ReportFile& file : files_.reports) {
      attempt([&] { write_report(file, report); });
    }
    return problem;
  }

  const Parsed& parsed_;
  RunFiles files_;
  RunFacts facts_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

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
  RunFiles files = files_of(parsed.invocation, environment);
  if (!files.empty()) return RecordedRun(parsed, std::move(files)).run(environment);
  RunFacts facts;
  return run_command(parsed, environment, facts);
}

}  // namespace r2i::commands
