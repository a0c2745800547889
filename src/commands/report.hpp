#pragma once

#include "base/diagnostic.hpp"
#include "commands/run_facts.hpp"
#include "commands/terminal.hpp"
#include "config/settings.hpp"
#include "model/exit_code.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace r2i::commands {

/// Collects diagnostics: those that --ignore names are only counted apart. Keeps errors (with `verbose` everything),
/// counts the rest by code, and shows them sorted, on standard error, so that the order in which answers came in does
/// not show.
class Report : public Diagnostics {
 public:
  Report(Terminal& terminal, const config::Settings& settings, RunFacts& facts)
      : terminal_(terminal),
        facts_(facts),
        ignore_(settings.ignore),
        strict_(settings.strict),
        verbose_(settings.verbose),
        quiet_(settings.quiet) {}

  void report(Diagnostic diagnostic) override;

  /// Shows what was kept: `R2I2040 error: service "pg" of consul/dc1: withheld: …`, and what to do once for each code.
  void show();
  /// As show(), without what the conversion found: it is of no interest where nothing is exported.
  void show_sources();
  /// Shows one line of the summary, unless quiet.
  void say(const std::string& line);
  /// Shows one line, quiet or not.
  void tell(const std::string& line) { terminal_.line(line); }
  /// Shows why the run did not do what it was asked for, quiet or not.
  void fail(const std::string& line) {
    facts_.failures.push_back(line);
    terminal_.line("error: " + line);
  }
  /// Shows what was left out and altered, by reason, unless quiet.
  void show_losses();

  /// What the diagnostics alone make of the exit code: `findings` for an error of the conversion or the cluster; with
  /// --strict, for a warning what an error of its kind would. Errors of sources come by what is complete.
  [[nodiscard]] ExitCode verdict() const;

 private:
  void say_ignored();
  void show_code(std::vector<Diagnostic>::const_iterator first, std::vector<Diagnostic>::const_iterator last);

  Terminal& terminal_;
  RunFacts& facts_;
  std::set<int> ignore_;
  bool strict_;
  bool verbose_;
  bool quiet_;
  std::vector<Diagnostic> kept_;
  std::map<int, std::size_t> counts_;
  /// One that is left out for two reasons is one.
  std::set<std::string> services_left_out_;
};

}  // namespace r2i::commands
