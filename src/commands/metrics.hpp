#pragma once

#include "commands/run_facts.hpp"
#include "model/exit_code.hpp"

#include <chrono>
#include <string>

namespace r2i::commands {

/// Writes a run's metrics in Prometheus's text format, by renaming into place, for node_exporter's textfile collector:
/// no timestamps on samples, one HELP each. The time of the last success is kept from the old file where this run is
/// none. Throws Error{output}.
void write_metrics(const std::string& path, const RunFacts& facts, ExitCode code,
                   std::chrono::system_clock::time_point now, std::chrono::duration<double> duration);

}  // namespace r2i::commands
