#include "sources/file.hpp"

#include "base/files.hpp"
#include "base/text.hpp"
#include "model/codes.hpp"
#include "sources/expectations.hpp"
#include "model/name_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace r2i::sources::file {

namespace {

/// The order in which somebody wrote tags and metadata must not show in a manifest.
void sort_texts(Instance& instance) {
  std::ranges::sort(instance.tags);
  std::ranges::sort(instance.metadata);
}

/// Lets the wanted services pass, and remembers those of them that were not read in full.
class FilteringSink : public ServiceSink {
 public:
  FilteringSink(const NameFilter& names, Diagnostics& diagnostics, ServiceSink& next)
      : names_(names), diagnostics_(diagnostics), next_(next) {}

  void service(Service&& service) override {
    if (const auto refusal = names_.refusal(service.name)) {
      diagnostics_.report(diagnose(Code::excluded_by_name, service.display(), std::string(*refusal)));
      return;
    }
    for (Instance& instance : service.instances) sort_texts(instance);
    if (!service.complete) incomplete_.emplace(service.scope.get(), service.name);
    next_.service(std::move(service));
  }

  /// A scope that says it is complete is not, if a service of it is not.
  void judge(ScopeState& state) const {
    const auto [first, last] = incomplete_.equal_range(state.scope.get());
    if (first == last || !state.complete) return;
    state.complete = false;
    for (auto it = first; it != last; ++it) {
      state.problems.push_back(fmt::format("service {} was not read in full", in_quotes(it->second)));
    }
  }

 private:
  const NameFilter& names_;
  Diagnostics& diagnostics_;
  ServiceSink& next_;
  std::multimap<const Scope*, std::string> incomplete_;
};

class FileSource : public Source {
 public:
  FileSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : spec_(spec),
        environment_(environment),
        values_(spec_, environment_),
        names_(fetch.names),
        path_(spec.addresses.front()) {}

  std::vector<SourceState> fetch(Context& context, ServiceSink& services) override {
    Expectations expectations(values_, services);
    FilteringSink wanted(names_, context.diagnostics, expectations);
    std::vector<SourceState> states;
    for (const std::string& path : paths(context, states)) {
      context.check_interrupt();
      read(path, context, wanted, states);
    }
    expectations.judge(states, context.diagnostics);
    return states;
  }

 private:
  std::vector<std::string> paths(Context& context, std::vector<SourceState>& states) {
    if (path_ == "-" || !is_directory(path_)) return {path_};
    auto found = list_files(path_, ".json");
    if (found && !found->empty()) return std::move(*found);
    fail(path_, found ? "there is no *.json file in the directory" : found.error(), context, states);
    return {};
  }

  void read(const std::string& path, Context& context, FilteringSink& services, std::vector<SourceState>& states) {
    const std::string shown = path == "-" ? "standard input" : path;
    auto text = read_file(path, context.stop);
    context.check_interrupt();
    if (!text) return fail(shown, fmt::format("cannot be read: {}", text.error()), context, states);
    SnapshotContents contents = read_snapshot(*text, services);
    if (contents.repaired) {
      context.diagnostics.report(diagnose(Code::text_repaired, shown, "bytes that are no UTF-8 became U+FFFD"));
    }
    for (const Finding& finding : contents.findings) {
      const auto at = line_column(*text, finding.offset);
      context.diagnostics.report(
          diagnose(Code::snapshot_invalid, fmt::format("{}:{}:{}", shown, at.line, at.column), finding.message));
    }
    if (!contents.findings.empty()) return add_failed(shown, "it is not a valid snapshot", states);
    for (SourceState& state : contents.sources) {
      for (ScopeState& scope : state.scopes) services.judge(scope);
      report_incomplete(state, shown, context);
      states.push_back(std::move(state));
    }
  }

  static void report_incomplete(const SourceState& state, const std::string& shown, Context& context) {
    for (const ScopeState& scope : state.scopes) {
      if (scope.complete) continue;
      const std::string why = scope.problems.empty() ? "the snapshot does not say why" : scope.problems.front();
      const std::string more =
          scope.problems.size() > 1 ? fmt::format(" (and {} more)", scope.problems.size() - 1) : "";
      context.diagnostics.report(
          diagnose(Code::snapshot_incomplete, fmt::format("{} in {}", scope.scope->display(), shown), why + more));
    }
  }

  void fail(const std::string& shown, const std::string& why, Context& context, std::vector<SourceState>& states) {
    context.diagnostics.report(diagnose(Code::source_unreachable, shown, why, "Check the path."));
    add_failed(shown, why, states);
  }

  /// A file that could not be read stands for a scope of which nothing is known.
  void add_failed(const std::string& shown, const std::string& why, std::vector<SourceState>& states) {
    auto source = std::make_shared<const SourceInfo>(SourceInfo{spec_.name, spec_.kind, shown});
    auto scope = std::make_shared<Scope>();
    scope->source = source;
    scope->name = shown;
    states.push_back({source, "", {{scope, false, {why}}}});
  }

  SourceSpec spec_;
  Environment environment_;
  Values values_;
  NameFilter names_;
  std::string path_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  if (spec.addresses.size() != 1) {
    throw Error(ErrorKind::usage, fmt::format("{}: expected file=PATH, file=DIRECTORY or file=-", spec.text));
  }
  return std::make_unique<FileSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::file
