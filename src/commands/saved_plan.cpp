#include "commands/saved_plan.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "plan/plan_file.hpp"
#include "plan/recheck.hpp"

#include <fmt/format.h>

#include <set>

namespace r2i::commands {

void save_plan(Session& session, const Planned& planned) {
  NewFile file(session.settings.plan_out);
  plan::write_plan(file.output(), planned.plan, {planned.cluster->server(), planned.api_version});
  file.commit();
  session.report.say(
      fmt::format("saved: `registry2istio apply --plan {}` applies exactly this", session.settings.plan_out));
}

plan::Plan read_saved_plan(Session& session, const std::string& server) {
  const std::string& path = session.settings.plan_file;
  auto text = read_file(path, session.context->stop);
  session.context->check_interrupt();
  if (!text) throw Error(ErrorKind::usage, fmt::format("--plan {}: {}", path, text.error()));
  const std::string original = *text;
  plan::PlanFile file = plan::read_plan(*text);
  if (!file.findings.empty()) {
    std::vector<std::string> lines;
    for (const Finding& finding : file.findings) {
      const LineColumn at = line_column(original, finding.offset);
      lines.push_back(fmt::format("{}:{}:{}: {}", path, at.line, at.column, finding.message));
    }
    throw Error(ErrorKind::usage, join(lines, "\n"));
  }
  if (file.target.place != server) {
    throw Error(ErrorKind::usage,
                fmt::format("{} was made for {}, and this is {}", path, in_quotes(file.target.place), server));
  }
  return std::move(file.plan);
}

std::vector<std::string> recheck(Session& session, kube::Cluster& cluster, const plan::Plan& plan) {
  std::set<std::string> namespaces(plan.namespaces.begin(), plan.namespaces.end());
  for (const Change& change : plan.changes) namespaces.insert(change.key.nspace);
  plan::Recheck check(plan);
  const Stopwatch watch(session.facts, "list");
  const auto listed = cluster.list(std::vector<std::string>(namespaces.begin(), namespaces.end()), check);
  session.context->check_interrupt();
  if (!listed) throw Error(ErrorKind::cluster, listed.error());
  return check.finish();
}

}  // namespace r2i::commands
