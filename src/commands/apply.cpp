#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/planning.hpp"
#include "commands/saved_plan.hpp"
#include "commands/show_plan.hpp"
#include "commands/terminal.hpp"
#include "commands/write_changes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::commands {

namespace {

/// Deletions for good are asked about on a terminal; in a script --yes has to be there from the start.
void require_yes(const Session& session) {
  const config::Settings& settings = session.settings;
  if (!settings.plan.prune || settings.yes || settings.dry_run != config::DryRun::none || can_ask()) return;
  throw Error(ErrorKind::usage, "--prune deletes, and there is no terminal to ask on: add --yes");
}

bool is_confirmed(Session& session, const plan::Plan& plan) {
  const std::size_t deletions = plan.count(Action::remove);
  if (deletions == 0 || !session.settings.plan.prune || session.settings.yes || !can_ask()) return true;
  const bool yes = ask(fmt::format("Delete {}?", counted(deletions, "object")), session.context->stop);
  session.context->check_interrupt();
  return yes;
}

void print_dry_run(Session& session, const plan::Plan& plan) {
  for (const Change& change : plan.changes) session.out.write(result_line(change, false, " (dry run)") + "\n");
  session.out.flush();
}

void say_written(Session& session, const Written& written, bool dry_run) {
  session.report.show();  // warnings of the API server
  for (const std::string& problem : written.problems) session.report.fail(problem);
  std::vector<std::string> parts = {fmt::format("{} {}", written.done, dry_run ? "would be written" : "written")};
  if (written.refused > 0) parts.push_back(fmt::format("{} refused", written.refused));
  if (written.failed > 0) parts.push_back(fmt::format("{} failed", written.failed));
  session.report.say(join(parts, ", "));
}

ExitCode carry_out(Session& session, kube::Cluster& cluster, const plan::Plan& plan) {
  if (session.settings.dry_run == config::DryRun::client) {
    print_dry_run(session, plan);
    return ExitCode::done;
  }
  if (plan.changes.empty()) return ExitCode::done;
  const bool dry_run = session.settings.dry_run == config::DryRun::server;
  if (!dry_run && !is_confirmed(session, plan)) {
    session.report.fail("declined: nothing was written");
    return ExitCode::withheld;
  }
  require_namespaces(session, cluster, plan);
  const Written written = write_changes(session, cluster, plan, {.dry_run = dry_run});
  say_written(session, written, dry_run);
  if (written.output_error) throw Error(*written.output_error);
  return written.exit_code();
}

void say_stale(Session& session, const std::vector<std::string>& changed) {
  constexpr std::size_t kMostShown = 10;
  const std::size_t shown = session.settings.verbose ? changed.size() : std::min(changed.size(), kMostShown);
  for (std::size_t i = 0; i < shown; ++i) session.report.fail(changed[i]);
  if (shown < changed.size()) session.report.fail(fmt::format("… and {} more (-v shows each)", changed.size() - shown));
  session.report.fail("nothing was written: the plan does not fit any more; make a new one with diff --out");
}

ExitCode apply_saved(Session& session) {
  const auto cluster = connect(session);
  const plan::Plan plan = read_saved_plan(session, cluster->server());
  if (const auto changed = recheck(session, *cluster, plan); !changed.empty()) {
    say_stale(session, changed);
    return ExitCode::withheld;
  }
  say_plan(session, plan);
  return carry_out(session, *cluster, plan);
}

}  // namespace

ExitCode run_apply(Session& session) {
  if (!session.settings.plan_file.empty()) return apply_saved(session);
  require_owner(session.settings);
  require_yes(session);
  const Planned planned = plan_for_cluster(session);
  session.report.show_losses();
  say_plan(session, planned.plan);
  const ExitCode code = carry_out(session, *planned.cluster, planned.plan);
  return worst_of(code, exit_code_of_plan(session, planned, true));
}

}  // namespace r2i::commands
