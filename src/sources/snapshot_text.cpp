#include "sources/snapshot_text.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::sources {

namespace {

/// The order in which somebody wrote tags and metadata must not show in a manifest.
void sort_texts(Instance& instance) {
  if (!std::ranges::is_sorted(instance.tags)) instance.tags.change(std::ranges::sort);
  std::ranges::sort(instance.metadata);
}

}  // namespace

void SnapshotSink::service(Service&& service) {
  if (const auto refusal = names_.refusal(service.name)) {
    diagnostics_.report(diagnose(Code::excluded_by_name, service.display(), std::string(*refusal)));
    return;
  }
  for (Instance& instance : service.instances) sort_texts(instance);
  if (!service.complete) incomplete_.emplace(service.scope.get(), service.name);
  next_.service(std::move(service));
}

void SnapshotSink::judge(ScopeState& state) const {
  const auto [first, last] = incomplete_.equal_range(state.scope.get());
  if (first == last || !state.complete) return;
  state.complete = false;
  for (auto it = first; it != last; ++it) {
    state.problems.push_back(fmt::format("service {} was not read in full", in_quotes(it->second)));
  }
}

void SnapshotTexts::read(std::string whole, const std::string& shown) {
  LargeText text(std::move(whole));
  SnapshotContents contents = read_snapshot(text, services_);
  if (contents.repaired) {
    context_.diagnostics.report(diagnose(Code::text_repaired, shown, "bytes that are no UTF-8 became U+FFFD"));
  }
  for (const Finding& finding : contents.findings) {
    const auto at = text.place(finding.offset);
    context_.diagnostics.report(
        diagnose(Code::snapshot_invalid, fmt::format("{}:{}:{}", shown, at.line, at.column), finding.message));
  }
  if (!contents.findings.empty()) return add_failed(shown, "it is not a valid snapshot");
  for (SourceState& state : contents.sources) {
    for (ScopeState& scope : state.scopes) services_.judge(scope);
    report_incomplete(state, shown);
    states_.push_back(std::move(state));
  }
}

void SnapshotTexts::fail(const std::string& shown, const std::string& why, const std::string& hint) {
  context_.diagnostics.report(diagnose(Code::source_unreachable, shown, why, hint));
  add_failed(shown, why);
}

void SnapshotTexts::report_incomplete(const SourceState& state, const std::string& shown) {
  for (const ScopeState& scope : state.scopes) {
    if (scope.complete) continue;
    const std::string why = scope.problems.empty() ? "the snapshot does not say why" : scope.problems.front();
    const std::string more = scope.problems.size() > 1 ? fmt::format(" (and {} more)", scope.problems.size() - 1) : "";
    context_.diagnostics.report(
        diagnose(Code::snapshot_incomplete, fmt::format("{} in {}", scope.scope->display(), shown), why + more));
  }
}

/// A text that could not be read stands for a scope of which nothing is known.
void SnapshotTexts::add_failed(const std::string& shown, const std::string& why) {
  auto source = std::make_shared<const SourceInfo>(SourceInfo{spec_.name, spec_.kind, shown});
  auto scope = std::make_shared<Scope>();
  scope->source = source;
  scope->name = shown;
  states_.push_back({source, "", {{scope, false, {why}}}});
}

}  // namespace r2i::sources
