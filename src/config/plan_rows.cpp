#include "config/resolver.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <array>

namespace r2i::config {

namespace {

constexpr std::uint32_t kMany = 1'000'000;
constexpr std::uint32_t kAll = 100;

void read_renames(Resolver& resolver, const Given& given) {
  for (const std::string& value : given.values) {
    const auto equals = value.find('=');
    const std::string old = value.substr(0, equals);
    const std::string now = equals == std::string::npos ? "" : value.substr(equals + 1);
    if (old.empty() || now.empty() || !is_label_value(old) || !is_label_value(now) || old == now) {
      resolver.problem(given, fmt::format("expected OLD=NEW, two names of sources, got {}", in_quotes(value)));
    } else if (!resolver.settings().plan.rename_sources.emplace(old, now).second) {
      resolver.problem(given, fmt::format("{} is renamed twice", in_quotes(old)));
    }
  }
}

void read_allow_empty(Resolver& resolver, const Given& given) {
  for (const std::string& value : given.values) {
    if (value.find('/') == std::string::npos) {
      resolver.problem(given, fmt::format("expected SOURCE/SCOPE, for instance consul/dc1, got {}", in_quotes(value)));
    }
    resolver.settings().plan.allow_empty.insert(value);
  }
}

/// Server-side apply takes up to 128 printable characters.
bool is_field_manager(std::string_view text) {
  constexpr std::size_t kMost = 128;
  return text.size() <= kMost && is_clean_text(text) && text.find_first_of("\n\t") == std::string_view::npos;
}

constexpr auto kPlanRows = std::to_array<Row>({
    {"kubeconfig", [](Resolver& r, const Given& g) { r.text(g, r.settings().cluster.kubeconfig); }},
    {"context", [](Resolver& r, const Given& g) { r.text(g, r.settings().cluster.context); }},
    {"cluster", [](Resolver& r, const Given& g) { r.text(g, r.settings().cluster.cluster); }},
    {"user", [](Resolver& r, const Given& g) { r.text(g, r.settings().cluster.user); }},
    {"server", [](Resolver& r, const Given& g) { r.text(g, r.settings().cluster.server); }},
    {"tokenFile", [](Resolver& r, const Given& g) { r.text(g, r.settings().cluster.token_file); }},
    {"as", [](Resolver& r, const Given& g) { r.text(g, r.settings().cluster.as); }},
    {"asGroups", [](Resolver& r, const Given& g) { r.settings().cluster.as_groups = g.values; }},
    {"fieldManager",
     [](Resolver& r, const Given& g) {
       r.name(g, r.settings().plan.field_manager, is_field_manager, "field manager: at most 128 printable characters");
     }},

    {"target", [](Resolver& r, const Given& g) { r.text(g, r.settings().target); }},
    {"plan", [](Resolver& r, const Given& g) { r.text(g, r.settings().plan_file); }},
    {"out", [](Resolver& r, const Given& g) { r.text(g, r.settings().plan_out); }},
    {"prune", [](Resolver& r, const Given& g) { r.settings().plan.prune = r.truth(g); }},
    {"pruneAfter", [](Resolver& r, const Given& g) { r.duration(g, r.settings().plan.prune_after); }},
    {"pruneSources",
     [](Resolver& r, const Given& g) { r.settings().plan.prune_sources = {g.values.begin(), g.values.end()}; }},
    {"renameSources", read_renames},
    {"allowMove", [](Resolver& r, const Given& g) { r.settings().plan.allow_move = r.truth(g); }},
    {"adopt", [](Resolver& r, const Given& g) { r.settings().plan.adopt = r.truth(g); }},
    {"forceConflicts", [](Resolver& r, const Given& g) { r.settings().plan.force_conflicts = r.truth(g); }},
    {"dryRun", [](Resolver& r, const Given& g) { r.choose(g, r.settings().dry_run); }},
    {"yes", [](Resolver& r, const Given& g) { r.settings().yes = r.truth(g); }},

    {"maxDelete", [](Resolver& r, const Given& g) { r.number(g, r.settings().plan.max_delete, 0, kMany); }},
    {"maxDeletePercent",
     [](Resolver& r, const Given& g) { r.number(g, r.settings().plan.max_delete_percent, 0, kAll); }},
    {"maxShrinkPercent",
     [](Resolver& r, const Given& g) { r.number(g, r.settings().plan.max_shrink_percent, 0, kAll); }},
    {"allowEmpty", read_allow_empty},
    {"maxSnapshotAge", [](Resolver& r, const Given& g) { r.duration(g, r.settings().plan.max_snapshot_age); }},
});

constexpr auto kOutputRows = std::to_array<Row>({
    {"diffOutput", [](Resolver& r, const Given& g) { r.choose(g, r.settings().diff_output); }},
    {"outputDir", [](Resolver& r, const Given& g) { r.text(g, r.settings().output_dir); }},
    {"check", [](Resolver& r, const Given& g) { r.settings().check = r.truth(g); }},
    {"kustomization", [](Resolver& r, const Given& g) { r.settings().kustomization = r.truth(g); }},
    {"metricsTextfile", [](Resolver& r, const Given& g) { r.text(g, r.settings().metrics_textfile); }},
    {"output", [](Resolver& r, const Given& g) { r.choose(g, r.settings().output); }},
    {"apiVersion",
     [](Resolver& r, const Given& g) {
       if (r.choice(g)) r.settings().api_version = g.last();
     }},
    {"keepSecrets", [](Resolver& r, const Given& g) { r.settings().keep_secrets = r.truth(g); }},
    {"outputFile", [](Resolver& r, const Given& g) { r.settings().output_file = g.last(); }},
    {"verbose", [](Resolver& r, const Given& g) { r.settings().verbose = r.truth(g); }},
    {"quiet", [](Resolver& r, const Given& g) { r.settings().quiet = r.truth(g); }},
    {"color", [](Resolver& r, const Given& g) { r.choose(g, r.settings().color); }},
});

}  // namespace

std::span<const Row> plan_rows() {
  return kPlanRows;
}

std::span<const Row> output_rows() {
  return kOutputRows;
}

}  // namespace r2i::config
