#pragma once

#include "commands/command.hpp"

namespace r2i::commands {

ExitCode run_fetch(Session& session);
ExitCode run_export(Session& session);
ExitCode run_diff(Session& session);
ExitCode run_apply(Session& session);
ExitCode run_check_cluster(Session& session);
ExitCode run_check_config(Session& session);
ExitCode run_check_manifests(Session& session);
ExitCode run_check_source(Session& session);
ExitCode run_why(Session& session);
ExitCode run_explain(Session& session);
ExitCode run_version(Session& session);
ExitCode run_completion(Session& session);

}  // namespace r2i::commands
