#include "commands/planning.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "model/codes.hpp"
#include "plan/planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace r2i::commands {

namespace {

std::string readable_age(std::chrono::seconds age) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const std::int64_t seconds = age.count();
  if (seconds < 2 * kMinute) return fmt::format("{} seconds old", seconds);
  if (seconds < 2 * kHour) return fmt::format("{} minutes old", seconds / kMinute);
  if (seconds < 2 * kDay) return fmt::format("{} hours old", seconds / kHour);
  return fmt::format("{} days old", seconds / kDay);
}

/// Why nothing may be taken away on the word of a snapshot, or nothing.
std::string too_old(const SourceState& state, const Session& session) {
  const auto limit = session.settings.plan.max_snapshot_age;
  if (limit.count() == 0) return "";
  const auto fetched = parse_timestamp(state.fetched_at);
  if (!fetched) return "of unknown age";
  const auto age = session.context->now() - *fetched;
  return age > limit ? readable_age(std::chrono::duration_cast<std::chrono::seconds>(age)) : "";
}

plan::Wanted wanted_of(Session& session, Desired& desired, const std::string& default_namespace) {
  plan::Wanted wanted;
  for (const SourceState& state : desired.gathered.states) {
    const std::string age = too_old(state, session);
    for (const ScopeState& scope : state.scopes) {
      wanted.scopes.push_back(
          {state.source->name, clean_text(scope.scope->name), scope.complete, age, state.source->merge});
    }
  }
  for (const auto& [scope, service] : desired.withheld_services) {
    const SourceInfo& source = *scope->source;
    wanted.withheld_services.push_back(
        source.merge.empty() ? plan::ServiceName{source.name, clean_text(scope->name), clean_text(service)}
                             : plan::ServiceName{source.merge, std::string(mark::kMergedScope), clean_text(service)});
  }
  std::ranges::sort(wanted.withheld_services);
  wanted.withheld_hosts = std::move(desired.manifests.withheld_hosts);
  wanted.objects = std::move(desired.manifests.objects);
  for (Manifest& object : wanted.objects) {
    std::visit(
        [&](auto& entry) {
          if (entry.meta.nspace.empty()) entry.meta.nspace = default_namespace;
        },
        object);
  }
  return wanted;
}

plan::Policy policy_of(const Session& session, const std::string& manager) {
  const config::Settings& settings = session.settings;
  const PlanSettings& given = settings.plan;
  return {.owner = settings.conversion.owner,
          .manager = manager,
          .adopt = given.adopt,
          .force_conflicts = given.force_conflicts,
          .allow_move = given.allow_move,
          .prune = given.prune,
          .prune_after = std::chrono::duration_cast<std::chrono::seconds>(given.prune_after),
          .now = session.context->now(),
          .rename_source = given.rename_sources,
          .prune_sources = given.prune_sources,
          .max_delete = given.max_delete,
          .max_delete_percent = given.max_delete_percent,
          .max_shrink_percent = given.max_shrink_percent,
          .allow_empty = given.allow_empty,
          .names = settings.names,
          .to_be_saved = !settings.plan_out.empty() || settings.diff_output == config::DiffFormat::json};
}

/// The namespaces of what is desired: what is looked at where the whole cluster may not be.
std::vector<std::string> namespaces_of(const plan::Wanted& wanted, const std::string& default_namespace) {
  std::set<std::string> names;
  for (const Manifest& object : wanted.objects) names.insert(meta_of(object).nspace);
  if (names.empty()) names.insert(default_namespace);
  return {names.begin(), names.end()};
}

void keep_facts(Session& session, const plan::Plan& plan) {
  RunFacts& facts = session.facts;
  facts.objects["unchanged"] = plan.unchanged;
  for (const plan::Held& held : plan.held) {
    ++facts.withheld[std::string(plan::to_string(held.by))];
    facts.all_objects.push_back(
        {held.change.key.display(),
         fmt::format("{} withheld: {}", to_string(held.change.action), plan::to_string(held.by)), held.why, true});
  }
}

/// Of objects that are live already; a new one is held because of its twin, and told among what is held.
void report_twins(Session& session, const plan::Plan& plan) {
  std::set<ObjectKey> held;
  for (const plan::Held& one : plan.held) held.insert(one.change.key);
  for (const plan::Twin& twin : plan.twins) {
    if (held.contains(twin.ours)) continue;
    session.report.report(diagnose(Code::host_of_others, twin.ours.display(),
                                   fmt::format("{}{} has the host, too", twin.theirs.display(),
                                               twin.managers.empty() ? "" : fmt::format(" of {}", twin.managers))));
  }
}

Desired read_sources(Session& session) {
  const Stopwatch watch(session.facts, "read");
  Desired desired = desired_manifests(session);
  session.context->check_interrupt();
  return desired;
}

}  // namespace

std::string field_manager(const config::Settings& settings) {
  const std::string& given = settings.plan.field_manager;
  return given.empty() ? "registry2istio-" + settings.conversion.owner : given;
}

void require_owner(const config::Settings& settings) {
  if (settings.owner_given) return;
  throw Error(
      ErrorKind::usage,
      "no owner: --owner NAME says whose the objects in the cluster are; runs with the same name manage the same "
      "objects, and no others");
}

std::unique_ptr<kube::Cluster> connect(Session& session) {
  const config::Settings& settings = session.settings;
  return std::make_unique<kube::Cluster>(*session.context, settings.cluster, settings.parallelism,
                                         settings.request_timeout);
}

Planned plan_for_cluster(Session& session) {
  require_owner(session.settings);
  Planned planned;
  // A mistake in the kubeconfig should not show after minutes of reading registries.
  planned.cluster = connect(session);
  Desired desired = read_sources(session);
  const std::string default_namespace = planned.cluster->default_namespace();
  plan::Wanted wanted = wanted_of(session, desired, default_namespace);
  planned.gathered = std::move(desired.gathered);
  const auto namespaces = namespaces_of(wanted, default_namespace);
  plan::Planner planner(std::move(wanted), policy_of(session, field_manager(session.settings)));

  const Stopwatch watch(session.facts, "list");
  const auto listed = planned.cluster->list(namespaces, planner);
  session.context->check_interrupt();
  if (!listed) throw Error(ErrorKind::cluster, listed.error());
  planned.api_version = listed->api_version;
  planned.plan = planner.finish();
  planned.plan.namespaces = listed->namespaces;
  keep_facts(session, planned.plan);
  report_twins(session, planned.plan);
  session.report.show();
  say_sources(session, planned.gathered);
  if (!listed->namespaces.empty()) {
    session.report.say(fmt::format("only the namespaces {} could be looked at; objects of ours elsewhere do not show",
                                   join(listed->namespaces, ", ")));
  }
  return planned;
}

Planned plan_for_directory(Session& session, const std::string& path) {
  Planned planned;
  planned.directory = std::make_unique<directory::Directory>(path);
  planned.api_version = session.settings.api_version;
  Desired desired = read_sources(session);
  plan::Wanted wanted = wanted_of(session, desired, "");
  planned.gathered = std::move(desired.gathered);
  planned.objects = wanted.objects;
  plan::Planner planner(std::move(wanted), policy_of(session, ""));

  const Stopwatch watch(session.facts, "list");
  if (writes_files(session.settings)) planned.directory->lock();
  const auto problems = planned.directory->read(*session.context, planned.objects, planned.api_version, planner);
  if (!problems.empty()) {
    std::vector<std::string> lines;
    for (const auto& problem : problems) lines.push_back(fmt::format("{}: {}", problem.place, problem.message));
    throw Error(ErrorKind::usage, join(lines, "\n"));
  }
  planned.plan = planner.finish();
  keep_facts(session, planned.plan);
  report_twins(session, planned.plan);
  session.report.show();
  say_sources(session, planned.gathered);
  return planned;
}

bool writes_files(const config::Settings& settings) {
  return !settings.output_dir.empty() && !settings.check;
}

ExitCode exit_code_of_plan(const Session& session, const Planned& planned, bool applying) {
  ExitCode code = ExitCode::done;
  if (!planned.gathered.complete() && !session.settings.allow_partial) code = worst_of(code, ExitCode::source);
  for (const plan::Held& held : planned.plan.held) {
    const ExitCode refused = applying ? ExitCode::partial : ExitCode::findings;
    code = worst_of(code, held.is_guard() ? ExitCode::withheld : refused);
  }
  return code;
}

}  // namespace r2i::commands
