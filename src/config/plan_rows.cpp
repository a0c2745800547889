#include "config/resolver.hpp"
#include "model/check.hpp"
#include "model/code_help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::config {

namespace {

constexpr std::uint32_t kMany = 1'000'000;
constexpr std::uint32_t kAll = 100;

void read_renames(Resolver& resolver, Settings& settings) {
  for (const std::string& value : resolver.given().values) {
    const auto equals = value.find('=');
    const std::string old = value.substr(0, equals);
    const std::string now = equals == std::string::npos ? "" : value.substr(equals + 1);
    if (old.empty() || now.empty() || !is_label_value(old) || !is_label_value(now) || old == now) {
      resolver.problem(fmt::format("expected OLD=NEW, two names of sources, got {}", in_quotes(value)));
    } else if (!settings.plan.rename_sources.emplace(old, now).second) {
      resolver.problem(fmt::format("{} is renamed twice", in_quotes(old)));
    }
  }
}

void read_allow_empty(Resolver& resolver, Settings& settings) {
  for (const std::string& value : resolver.given().values) {
    if (value.find('/') == std::string::npos) {
      resolver.problem(fmt::format("expected SOURCE/SCOPE, for instance consul/dc1, got {}", in_quotes(value)));
    }
    settings.plan.allow_empty.insert(value);
  }
}

/// Server-side apply takes up to 128 printable characters.
bool is_field_manager(std::string_view text) {
  constexpr std::size_t kMost = 128;
  return text.size() <= kMost && is_clean_text(text) && text.find_first_of("\n\t") == std::string_view::npos;
}

constexpr auto kPlanRows = std::to_array<Row<Settings>>({
    {"kubeconfig", [](Resolver& r, Settings& s) { r.text(s.cluster.kubeconfig); }},
    {"context", [](Resolver& r, Settings& s) { r.text(s.cluster.context); }},
    {"cluster", [](Resolver& r, Settings& s) { r.text(s.cluster.cluster); }},
    {"user", [](Resolver& r, Settings& s) { r.text(s.cluster.user); }},
    {"server", [](Resolver& r, Settings& s) { r.text(s.cluster.server); }},
    {"tokenFile", [](Resolver& r, Settings& s) { r.text(s.cluster.token_file); }},
    {"as", [](Resolver& r, Settings& s) { r.text(s.cluster.as); }},
    {"asGroups", [](Resolver& r, Settings& s) { s.cluster.as_groups = r.given().values; }},
    {"fieldManager",
     [](Resolver& r, Settings& s) {
       r.name(s.plan.field_manager, is_field_manager, "field manager: at most 128 printable characters");
     }},

    {"target", [](Resolver& r, Settings& s) { r.text(s.target); }},
    {"plan", [](Resolver& r, Settings& s) { r.text(s.plan_file); }},
    {"out", [](Resolver& r, Settings& s) { r.text(s.plan_out); }},
    {"prune", [](Resolver& r, Settings& s) { s.plan.prune = r.truth(); }},
    {"pruneAfter", [](Resolver& r, Settings& s) { r.duration(s.plan.prune_after); }},
    {"pruneSources",
     [](Resolver& r, Settings& s) { s.plan.prune_sources = {r.given().values.begin(), r.given().values.end()}; }},
    {"renameSources", read_renames},
    {"allowMove", [](Resolver& r, Settings& s) { s.plan.allow_move = r.truth(); }},
    {"adopt", [](Resolver& r, Settings& s) { s.plan.adopt = r.truth(); }},
    {"forceConflicts", [](Resolver& r, Settings& s) { s.plan.force_conflicts = r.truth(); }},
    {"dryRun", [](Resolver& r, Settings& s) { r.choose(s.dry_run); }},
    {"yes", [](Resolver& r, Settings& s) { s.yes = r.truth(); }},

    {"maxDelete", [](Resolver& r, Settings& s) { r.number(s.plan.max_delete, 0, kMany); }},
    {"maxDeletePercent", [](Resolver& r, Settings& s) { r.number(s.plan.max_delete_percent, 0, kAll); }},
    {"maxShrinkPercent", [](Resolver& r, Settings& s) { r.number(s.plan.max_shrink_percent, 0, kAll); }},
    {"allowEmpty", read_allow_empty},
    {"maxSnapshotAge", [](Resolver& r, Settings& s) { r.duration(s.plan.max_snapshot_age); }},
});

void read_reports(Resolver& resolver, Settings& settings) {
  for (const std::string& value : resolver.given().values) {
    auto report = parse_report_file(value);
    if (!report) {
      resolver.problem(report.error());
    } else if (std::ranges::find(settings.reports, report->path, &ReportFile::path) != settings.reports.end()) {
      resolver.problem(fmt::format("two reports in one file, {}", in_quotes(report->path)));
    } else {
      settings.reports.push_back(std::move(*report));
    }
  }
}

void read_ignore(Resolver& resolver, Settings& settings) {
  for (const std::string& value : resolver.given().values) {
    const CodeInfo* info = find_code(value);
    if (info == nullptr) {
      resolver.problem(fmt::format("there is no code {}{}; `registry2istio explain` lists all", in_quotes(value),
                                   did_you_mean_code(value)));
    } else if (!is_ignorable(*info)) {
      resolver.problem(fmt::format("{} ({}) cannot be ignored: it guards that nothing is lost or deleted by mistake",
                                   code_name(static_cast<int>(info->code)), info->reason));
    } else {
      settings.ignore.insert(static_cast<int>(info->code));
    }
  }
}

constexpr auto kOutputRows = std::to_array<Row<Settings>>({
    {"diffOutput", [](Resolver& r, Settings& s) { r.choose(s.diff_output); }},
    {"outputDir", [](Resolver& r, Settings& s) { r.text(s.output_dir); }},
    {"check", [](Resolver& r, Settings& s) { s.check = r.truth(); }},
    {"kustomization", [](Resolver& r, Settings& s) { s.kustomization = r.truth(); }},
    {"metricsTextfile", [](Resolver& r, Settings& s) { r.text(s.metrics_textfile); }},
    {"textOutput", [](Resolver& r, Settings& s) { r.choose(s.text_output); }},
    {"report", read_reports},
    {"strict", [](Resolver& r, Settings& s) { s.strict = r.truth(); }},
    {"ignore", read_ignore},
    {"output", [](Resolver& r, Settings& s) { r.choose(s.output); }},
    {"apiVersion",
     [](Resolver& r, Settings& s) {
       if (r.choice()) s.api_version = r.given().last();
     }},
    {"showOrigin", [](Resolver& r, Settings& s) { s.show_origin = r.truth(); }},
    {"configOutput", [](Resolver& r, Settings& s) { r.choose(s.config_output); }},
    {"sourceOutput", [](Resolver& r, Settings& s) { r.choose(s.source_output); }},
    {"keepSecrets", [](Resolver& r, Settings& s) { s.keep_secrets = r.truth(); }},
    {"outputFile", [](Resolver& r, Settings& s) { s.output_file = r.given().last(); }},
    {"verbose", [](Resolver& r, Settings& s) { s.verbose = r.truth(); }},
    {"quiet", [](Resolver& r, Settings& s) { s.quiet = r.truth(); }},
    {"color", [](Resolver& r, Settings& s) { r.choose(s.color); }},
});

}  // namespace

tl::expected<ReportFile, std::string> parse_report_file(std::string_view text) {
  const std::vector<std::string> formats = {"json", "junit", "markdown"};
  const auto equals = text.find('=');
  const std::string format(text.substr(0, equals));
  const auto found = std::ranges::find(formats, format);
  if (found == formats.end())
    return tl::make_unexpected(fmt::format("expected json=FILE, junit=FILE or markdown=FILE, got {}{}", in_quotes(text),
                                           did_you_mean(format, formats)));
  if (equals == std::string_view::npos || equals + 1 == text.size())
    return tl::make_unexpected(fmt::format("{} needs a file: {}=FILE", in_quotes(text), format));
  return ReportFile{static_cast<ReportFormat>(found - formats.begin()), std::string(text.substr(equals + 1))};
}

std::span<const Row<Settings>> plan_rows() {
  return kPlanRows;
}

std::span<const Row<Settings>> output_rows() {
  return kOutputRows;
}

}  // namespace r2i::config
