#include "commands/export_directory.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/planning.hpp"
#include "commands/show_plan.hpp"
#include "plan/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace r2i::commands {

namespace {

using directory::FileStep;
using directory::Outlook;

std::string_view verb_of(FileStep::Kind kind, bool check) {
  switch (kind) {
    case FileStep::Kind::create:
      return check ? "would create" : "created";
    case FileStep::Kind::rewrite:
      return check ? "would change" : "changed";
    case FileStep::Kind::move:
      return check ? "would move" : "moved";
    case FileStep::Kind::remove:
      return check ? "would remove" : "removed";
  }
  return "";
}

/// The changes of the plan, and a rewrite of every other object that is wanted: the plan is about what objects mean,
/// and files of ours are to have the same bytes for the same input.
std::vector<Change> changes_of_files(const Planned& planned) {
  std::set<ObjectKey> settled;
  for (const Change& change : planned.plan.changes) settled.insert(change.key);
  for (const plan::Held& held : planned.plan.held) settled.insert(held.change.key);
  for (const ObjectKey& key : planned.plan.left_alone) settled.insert(key);
  std::vector<Change> changes = planned.plan.changes;
  for (const Manifest& object : planned.objects) {
    Change change;
    change.key = key_of(object);
    if (settled.contains(change.key) || planned.directory->has_right_file(change.key)) continue;
    change.action = Action::update;
    change.after = object;
    changes.push_back(std::move(change));
  }
  return changes;
}

/// Everything that is to be written is known beforehand; what stands in the way is one error before the first write.
void require_way(const Session& session, const Planned& planned, const Outlook& outlook) {
  std::vector<std::string> lines;
  for (const directory::Obstacle& obstacle : outlook.obstacles) {
    lines.push_back(fmt::format("{}: {}", obstacle.problem.place, obstacle.problem.message));
  }
  const std::string foreign =
      session.settings.kustomization ? planned.directory->foreign_kustomization() : std::string();
  if (!foreign.empty())
    lines.push_back(fmt::format("{}: it is not ours; remove it, or leave --kustomization out", foreign));
  if (!lines.empty()) throw Error(ErrorKind::usage, "nothing was written:\n" + join(lines, "\n"));
}

void print_steps(Session& session, const std::vector<FileStep>& steps) {
  const bool check = session.settings.check;
  std::vector<std::string> lines;
  for (const FileStep& step : steps) {
    const std::string from = step.from.empty() ? "" : fmt::format(" (was {})", step.from);
    lines.push_back(fmt::format("{} {}{}\n", verb_of(step.kind, check), step.place, from));
  }
  std::ranges::sort(lines);
  for (const std::string& line : lines) session.out.write(line);
  session.out.flush();
}

void keep_file_facts(Session& session, const std::vector<FileStep>& steps) {
  const bool check = session.settings.check;
  for (const FileStep& step : steps) {
    const std::string outcome(verb_of(step.kind, check));
    if (!check) ++session.facts.objects[outcome];
    session.facts.all_objects.push_back({step.place, outcome, "", check});
  }
}

void tell_steps(Session& session, const std::vector<FileStep>& steps) {
  keep_file_facts(session, steps);
  print_steps(session, steps);
}

/// What was written is told, also if the rest cannot be.
void write_files(Session& session, const Planned& planned, const std::vector<Change>& changes) {
  const Stopwatch watch(session.facts, "write");
  std::vector<FileStep> done;
  try {
    planned.directory->write(*session.context, changes, session.settings.api_version,
                             [&](const FileStep& step) { done.push_back(step); });
    if (session.settings.kustomization) planned.directory->write_kustomization();
  } catch (const Error&) {
    tell_steps(session, done);
    throw;
  }
  tell_steps(session, done);
}

}  // namespace

ExitCode export_to_directory(Session& session) {
  // Git remembers what is removed: it goes at once.
  session.settings.plan.prune = true;
  session.settings.plan.prune_after = std::chrono::milliseconds::zero();
  const config::Settings& settings = session.settings;
  const Planned planned = plan_for_directory(session, settings.output_dir);
  session.report.show_losses();
  if (!planned.gathered.complete() && !settings.allow_partial) {
    session.report.fail(
        "nothing was written, since a source was not read in full; --allow-partial goes on with the rest");
    return ExitCode::source;
  }
  say_plan(session, planned.plan);
  const std::vector<Change> changes = changes_of_files(planned);
  const Outlook outlook = planned.directory->outlook(changes, settings.api_version);
  require_way(session, planned, outlook);
  const bool list_changes = settings.kustomization && planned.directory->kustomization_would_change(outlook.steps);
  const ExitCode code = exit_code_of_plan(session, planned, true);
  if (settings.check) {
    tell_steps(session, outlook.steps);
    return outlook.steps.empty() && !list_changes ? code : worst_of(code, ExitCode::findings);
  }
  write_files(session, planned, outlook.steps.empty() ? std::vector<Change>() : changes);
  return code;
}

}  // namespace r2i::commands
