#pragma once

#include "base/diagnostic.hpp"
#include "base/output.hpp"
#include "commands/run_facts.hpp"
#include "config/settings.hpp"
#include "model/exit_code.hpp"

#include <string>
#include <string_view>

namespace r2i::commands {

/// What a run tells about itself in a report. No clock: the same run gives the same bytes.
struct RunReport {
  std::string_view command;
  ExitCode code;
  RunFacts facts;  ///< sorted
};

RunReport make_report(std::string_view command, ExitCode code, RunFacts facts);

/// Whether the diagnostic has a part in the exit code.
bool decides(const RunFacts& facts, const Diagnostic& diagnostic);
/// The code, the severity and what it says, on one line: `R2I2040 error: service "pg" of consul/dc1: withheld: …`.
std::string line_of(const Diagnostic& diagnostic);
/// How many diagnostics of each code there are.
std::map<int, std::size_t> counts_by_code(const RunFacts& facts);

/// Writes the report by renaming it into its place. Throws Error{output}.
void write_report(const config::ReportFile& file, const RunReport& report);

void write_json(Output& out, const RunReport& report);
void write_junit(Output& out, const RunReport& report);
/// At most a megabyte, as GitHub takes for the summary of a step; cut with a line that says how much is missing.
void write_markdown(Output& out, const RunReport& report);

}  // namespace r2i::commands
