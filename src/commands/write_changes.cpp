#include "commands/write_changes.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace r2i::commands {

namespace {

std::string_view past_tense(Action action) {
  switch (action) {
    case Action::create:
      return "created";
    case Action::update:
      return "configured";
    case Action::empty:
      return "emptied";
    case Action::remove:
      return "deleted";
  }
  return "";
}

/// Collects the results of one phase, and remembers of which groups something failed.
class PhaseSink : public kube::WriteSink {
 public:
  PhaseSink(Session& session, std::string_view what, std::size_t total, std::size_t before)
      : session_(session), what_(what), total_(total), done_(before) {}

  void written(std::size_t index, kube::WriteResult result) override {
    results_.emplace_back(index, std::move(result));
    session_.context->progress.update(what_, ++done_, total_);
  }
  /// In the order of the changes.
  std::vector<std::pair<std::size_t, kube::WriteResult>> take() {
    std::ranges::sort(results_, {}, &std::pair<std::size_t, kube::WriteResult>::first);
    return std::move(results_);
  }

 private:
  Session& session_;
  std::string_view what_;
  std::size_t total_;
  std::size_t done_;
  std::vector<std::pair<std::size_t, kube::WriteResult>> results_;
};

class PlanWriter {
 public:
  PlanWriter(Session& session, kube::Cluster& cluster, const plan::Plan& plan, const WriteMode& mode)
      : session_(session), cluster_(cluster), plan_(plan), mode_(mode) {}

  Written write() {
    for (const Phase phase :
         {Phase::add_workloads, Phase::write_entries, Phase::remove_workloads, Phase::remove_entries}) {
      write_phase(phase);
    }
    return std::move(written_);
  }

 private:
  void write_phase(Phase phase);
  std::vector<const Change*> ready_changes(Phase phase);
  void show_lines();
  void settle(const Change& change, const kube::WriteResult& result);
  void problem(const Change& change, std::string_view what, const std::string& why);

  Session& session_;
  kube::Cluster& cluster_;
  const plan::Plan& plan_;
  WriteMode mode_;
  Written written_;
  std::set<std::string> failed_groups_;
  std::size_t done_ = 0;
};

std::vector<const Change*> PlanWriter::ready_changes(Phase phase) {
  std::vector<const Change*> ready;
  for (const Change& change : plan_.changes) {
    if (change.phase != phase) continue;
    if (!failed_groups_.contains(change.group)) {
      ready.push_back(&change);
      continue;
    }
    ++written_.failed;
    problem(change, "not tried", "another object of its service could not be written");
  }
  return ready;
}

void PlanWriter::write_phase(Phase phase) {
  const std::vector<const Change*> ready = ready_changes(phase);
  if (ready.empty()) return;
  PhaseSink sink(session_, mode_.dry_run ? "asked about" : "written", plan_.changes.size(), done_);
  const auto settle_all = [&] {
    for (const auto& [index, result] : sink.take()) settle(*ready[index], result);
    show_lines();
  };
  try {
    cluster_.write(ready, {.manager = plan_.manager, .dry_run = mode_.dry_run}, sink);
  } catch (const Error&) {
    // What was written before the interruption is to be told.
    settle_all();
    throw;
  }
  done_ += ready.size();
  settle_all();
}

/// A reader of standard output that has gone, or a disk that is full, must not leave the cluster half written.
void PlanWriter::show_lines() {
  try {
    session_.out.flush();
  } catch (const Error& error) {
    session_.out.buffer().clear();
    mode_.print = false;
    written_.output_error = error;
  }
}

void PlanWriter::settle(const Change& change, const kube::WriteResult& result) {
  using Kind = kube::WriteResult::Kind;
  switch (result.kind) {
    case Kind::done:
    case Kind::unchanged:
    case Kind::gone: {
      ++written_.done;
      const bool unchanged = result.kind == Kind::unchanged;
      if (!mode_.dry_run) {
        const std::string outcome(unchanged ? "unchanged" : past_tense(change.action));
        ++session_.facts.objects[outcome];
        session_.facts.all_objects.push_back({change.key.display(), outcome, "", false});
      }
      const std::string_view suffix = mode_.dry_run ? " (server dry run)" : "";
      if (mode_.print) session_.out.write(result_line(change, unchanged, suffix) + "\n");
      return;
    }
    case Kind::conflict:
    case Kind::moved_on:
      ++written_.refused;
      problem(change, "refused", result.message);
      break;
    case Kind::failed:
      ++written_.failed;
      problem(change, "failed", result.message);
      break;
  }
  failed_groups_.insert(change.group);
}

void PlanWriter::problem(const Change& change, std::string_view what, const std::string& why) {
  ++session_.facts.objects[what == "refused" ? "refused" : "failed"];
  session_.facts.all_objects.push_back(
      {change.key.display(), fmt::format("{} {}", to_string(change.action), what), why, true});
  written_.problems.push_back(fmt::format("{}: {} {}: {}", change.key.display(), to_string(change.action), what, why));
}

}  // namespace

ExitCode Written::exit_code() const {
  if (refused == 0 && failed == 0) return ExitCode::done;
  return done == 0 && refused == 0 ? ExitCode::cluster : ExitCode::partial;
}

void require_namespaces(Session& session, kube::Cluster& cluster, const plan::Plan& plan) {
  std::vector<const Change*> creations;
  for (const Change& change : plan.changes) {
    if (change.action == Action::create) creations.push_back(&change);
  }
  if (creations.empty()) return;
  const auto missing = cluster.missing_namespaces(creations, {.manager = plan.manager, .dry_run = true});
  session.context->check_interrupt();
  if (!missing) throw Error(ErrorKind::cluster, fmt::format("nothing was written: {}", missing.error()));
  if (missing->empty()) return;
  throw Error(ErrorKind::cluster,
              fmt::format("nothing was written: the {} {} not there: create {}, or choose another one with -n",
                          missing->size() == 1 ? "namespace" : "namespaces",
                          join(*missing, ", ") + (missing->size() == 1 ? " is" : " are"),
                          missing->size() == 1 ? "it" : "them"));
}

std::string result_line(const Change& change, bool unchanged, std::string_view suffix) {
  return fmt::format("{}.networking.istio.io/{} {}{}", to_lower(change.key.kind), change.key.name,
                     unchanged ? "unchanged" : past_tense(change.action), suffix);
}

Written write_changes(Session& session, kube::Cluster& cluster, const plan::Plan& plan, const WriteMode& mode) {
  const Stopwatch watch(session.facts, "write");
  return PlanWriter(session, cluster, plan, mode).write();
}

}  // namespace r2i::commands
