#include "base/error.hpp"
#include "commands/commands.hpp"
#include "commands/planning.hpp"
#include "commands/saved_plan.hpp"
#include "commands/terminal.hpp"
#include "commands/write_changes.hpp"
#include "plan/plan_file.hpp"
#include "plan/render.hpp"

#include <fmt/format.h>

namespace r2i::commands {

namespace {

constexpr std::string_view kCluster = "cluster";

std::string target_of(const Session& session, const Planned& planned) {
  return planned.cluster ? planned.cluster->server() : session.settings.target;
}

void print_plan(Session& session, const Planned& planned) {
  const config::Settings& settings = session.settings;
  const plan::RenderOptions options{.color = wants_color_on_output(session.environment, settings.color),
                                    .full = settings.verbose,
                                    .api_version = planned.api_version};
  switch (settings.diff_output) {
    case config::DiffFormat::text:
      plan::render_text(session.out, planned.plan, options);
      break;
    case config::DiffFormat::unified:
      plan::render_unified(session.out, planned.plan, options);
      break;
    case config::DiffFormat::json:
      plan::write_plan(session.out, planned.plan, {target_of(session, planned), planned.api_version});
      break;
    case config::DiffFormat::markdown:
      plan::render_markdown(session.out, planned.plan, options);
      break;
    case config::DiffFormat::name:
      plan::render_names(session.out, planned.plan);
      break;
  }
  session.out.flush();
}

/// Asks the API server about every change, and shows what it would refuse.
ExitCode ask_server(Session& session, const Planned& planned) {
  require_namespaces(session, *planned.cluster, planned.plan);
  const Written written = write_changes(session, *planned.cluster, planned.plan, {.dry_run = true, .print = false});
  session.report.show();
  for (const std::string& problem : written.problems) session.report.fail(problem);
  if (written.exit_code() == ExitCode::cluster) return ExitCode::cluster;
  return written.problems.empty() ? ExitCode::done : ExitCode::findings;
}

void check_settings(const config::Settings& settings) {
  if (settings.target == kCluster) return;
  if (!settings.plan_out.empty()) {
    throw Error(ErrorKind::usage, "--out saves a plan for a cluster; a directory is written by export --output-dir");
  }
  if (settings.dry_run == config::DryRun::server) {
    throw Error(ErrorKind::usage, "--dry-run=server asks the API server, and the target is a directory");
  }
}

}  // namespace

ExitCode run_diff(Session& session) {
  check_settings(session.settings);
  const bool cluster = session.settings.target == kCluster;
  const Planned planned = cluster ? plan_for_cluster(session) : plan_for_directory(session, session.settings.target);
  session.report.show_losses();
  print_plan(session, planned);
  ExitCode code = exit_code_of_plan(session, planned, false);
  if (!planned.plan.changes.empty()) code = worst_of(code, ExitCode::findings);
  for (const Change& change : planned.plan.changes) {
    session.facts.all_objects.push_back(
        {change.key.display(), fmt::format("would {}", to_string(change.action)), change.note, true});
  }
  if (session.settings.dry_run == config::DryRun::server) code = worst_of(code, ask_server(session, planned));
  if (!session.settings.plan_out.empty()) save_plan(session, planned);
  return code;
}

}  // namespace r2i::commands
