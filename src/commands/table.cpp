#include "commands/command.hpp"
#include "commands/commands.hpp"

#include <array>

namespace r2i::commands {

namespace {

constexpr auto kFetchSettings = std::to_array<std::string_view>(
    {"config", "from", "include", "exclude", "requestTimeout", "parallelism", "allowPartial", "outputFile",
     "keepSecrets", "report", "strict", "ignore", "verbose", "quiet", "color"});
constexpr auto kFetchExamples = std::to_array<std::string_view>({
    "registry2istio fetch --from consul=http://127.0.0.1:8500 > snapshot.json",
    "registry2istio fetch --from 'consul?datacenter=all' --output-file snapshot.json",
});

constexpr auto kExportSettings = std::to_array<std::string_view>({"config",
                                                                  "from",
                                                                  "include",
                                                                  "exclude",
                                                                  "requestTimeout",
                                                                  "parallelism",
                                                                  "allowPartial",
                                                                  "namespace",
                                                                  "owner",
                                                                  "health",
                                                                  "host",
                                                                  "servicePorts",
                                                                  "protocol",
                                                                  "exportTo",
                                                                  "dnsCapture",
                                                                  "tcpWithoutAddress",
                                                                  "layout",
                                                                  "pruneSources",
                                                                  "renameSources",
                                                                  "allowMove",
                                                                  "adopt",
                                                                  "maxDelete",
                                                                  "maxDeletePercent",
                                                                  "maxShrinkPercent",
                                                                  "allowEmpty",
                                                                  "maxSnapshotAge",
                                                                  "outputDir",
                                                                  "check",
                                                                  "kustomization",
                                                                  "output",
                                                                  "apiVersion",
                                                                  "metricsTextfile",
                                                                  "report",
                                                                  "strict",
                                                                  "ignore",
                                                                  "verbose",
                                                                  "quiet",
                                                                  "color"});
constexpr auto kExportExamples = std::to_array<std::string_view>({
    "registry2istio export --from consul=http://127.0.0.1:8500 -n mesh | kubectl apply --server-side -f -",
    "registry2istio export --from file=snapshot.json --exclude 'test-*' -o name",
    "registry2istio export --from 'consul=https://c1:8501,https://c2:8501?tokenFile=/run/token' --health passing",
});

constexpr auto kDiffSettings = std::to_array<std::string_view>({"config",
                                                                "from",
                                                                "include",
                                                                "exclude",
                                                                "requestTimeout",
                                                                "parallelism",
                                                                "allowPartial",
                                                                "namespace",
                                                                "owner",
                                                                "health",
                                                                "host",
                                                                "servicePorts",
                                                                "protocol",
                                                                "exportTo",
                                                                "dnsCapture",
                                                                "tcpWithoutAddress",
                                                                "layout",
                                                                "kubeconfig",
                                                                "context",
                                                                "cluster",
                                                                "user",
                                                                "server",
                                                                "tokenFile",
                                                                "as",
                                                                "asGroups",
                                                                "fieldManager",
                                                                "target",
                                                                "out",
                                                                "prune",
                                                                "pruneAfter",
                                                                "pruneSources",
                                                                "renameSources",
                                                                "allowMove",
                                                                "adopt",
                                                                "forceConflicts",
                                                                "dryRun",
                                                                "maxDelete",
                                                                "maxDeletePercent",
                                                                "maxShrinkPercent",
                                                                "allowEmpty",
                                                                "maxSnapshotAge",
                                                                "diffOutput",
                                                                "apiVersion",
                                                                "metricsTextfile",
                                                                "report",
                                                                "strict",
                                                                "ignore",
                                                                "verbose",
                                                                "quiet",
                                                                "color"});
constexpr auto kDiffExamples = std::to_array<std::string_view>({
    "registry2istio diff --from consul=http://127.0.0.1:8500 -n mesh --owner team-a",
    "registry2istio diff --from file=snapshot.json --target manifests/ -o unified",
    "registry2istio diff --from consul=http://127.0.0.1:8500 -n mesh --owner team-a --prune --out plan.json",
});

constexpr auto kApplySettings = std::to_array<std::string_view>({"config",
                                                                 "from",
                                                                 "include",
                                                                 "exclude",
                                                                 "requestTimeout",
                                                                 "parallelism",
                                                                 "allowPartial",
                                                                 "namespace",
                                                                 "owner",
                                                                 "health",
                                                                 "host",
                                                                 "servicePorts",
                                                                 "protocol",
                                                                 "exportTo",
                                                                 "dnsCapture",
                                                                 "tcpWithoutAddress",
                                                                 "layout",
                                                                 "kubeconfig",
                                                                 "context",
                                                                 "cluster",
                                                                 "user",
                                                                 "server",
                                                                 "tokenFile",
                                                                 "as",
                                                                 "asGroups",
                                                                 "fieldManager",
                                                                 "plan",
                                                                 "prune",
                                                                 "pruneAfter",
                                                                 "pruneSources",
                                                                 "renameSources",
                                                                 "allowMove",
                                                                 "adopt",
                                                                 "forceConflicts",
                                                                 "dryRun",
                                                                 "yes",
                                                                 "maxDelete",
                                                                 "maxDeletePercent",
                                                                 "maxShrinkPercent",
                                                                 "allowEmpty",
                                                                 "maxSnapshotAge",
                                                                 "metricsTextfile",
                                                                 "report",
                                                                 "strict",
                                                                 "ignore",
                                                                 "verbose",
                                                                 "quiet",
                                                                 "color"});
constexpr auto kApplyExamples = std::to_array<std::string_view>({
    "registry2istio apply --from consul=http://127.0.0.1:8500 -n mesh --owner team-a",
    "registry2istio apply --from consul=http://127.0.0.1:8500 -n mesh --owner team-a --prune --yes",
    "registry2istio apply --plan plan.json",
});

constexpr auto kWhySettings =
    std::to_array<std::string_view>({"config",         "from",        "include",      "exclude",
                                     "requestTimeout", "parallelism", "allowPartial", "namespace",
                                     "owner",          "health",      "host",         "servicePorts",
                                     "protocol",       "exportTo",    "dnsCapture",   "tcpWithoutAddress",
                                     "layout",         "textOutput",  "apiVersion",   "verbose",
                                     "quiet",          "color"});
constexpr auto kWhyExamples = std::to_array<std::string_view>({
    "registry2istio why pay --from consul=http://127.0.0.1:8500",
    "registry2istio why consul/dc1/pay -c mesh.yaml -o json",
    "registry2istio why pay.service.consul --from file=snapshot.json",
});

constexpr auto kExplainSettings = std::to_array<std::string_view>({"textOutput"});
constexpr auto kExplainExamples = std::to_array<std::string_view>({
    "registry2istio explain R2I2040",
    "registry2istio explain exit 3",
    "registry2istio explain",
});

constexpr auto kVersionSettings = std::to_array<std::string_view>({"output"});
constexpr auto kCompletionExamples = std::to_array<std::string_view>({
    "registry2istio completion bash > /etc/bash_completion.d/registry2istio",
});

constexpr auto kCommands = std::to_array<CommandRow>({
    {"fetch",
     "Read registries and print a snapshot",
     Needs::sources,
     {},
     kFetchSettings,
     "Reads the sources and prints what they know as a snapshot in JSON: input for export, for tests and for bug "
     "reports. It "
     "keeps unhealthy instances, too, and says of each scope whether it was read in full. Values that look like "
     "secrets are "
     "redacted.",
     kFetchExamples,
     run_fetch},
    {"export",
     "Turn registries or snapshots into Istio manifests",
     Needs::sources,
     {},
     kExportSettings,
     "Reads the sources and prints a ServiceEntry for each service, ready for kubectl apply. The same input gives the "
     "same "
     "bytes. A source that cannot be read in full prints nothing and exits 3; what is left out or altered is counted "
     "on "
     "standard error, and shown with -v.",
     kExportExamples,
     run_export},
    {"diff",
     "Show what would change in a cluster or a directory",
     Needs::sources,
     {},
     kDiffSettings,
     "Reads the sources and the target, and shows what apply (or export --output-dir) would change, with the same "
     "flags. "
     "Never writes to the target. Exits 1 if there are differences.",
     kDiffExamples,
     run_diff},
    {"apply",
     "Make a cluster what the registries say",
     Needs::sources,
     {},
     kApplySettings,
     "Reads the sources and the cluster, and writes the difference by server-side apply. Touches only objects of its "
     "owner. A service that is gone is emptied first; --prune deletes it later. Guards withhold what looks like a "
     "registry's mistake, and exit 5.",
     kApplyExamples,
     run_apply},
    {"check",
     "Check whether a run would succeed",
     Needs::nothing,
     {},
     {},
     "Checks one thing that a run depends on, and changes nothing.",
     {},
     nullptr,
     all_checks},
    {"why",
     "Tell everything that was decided about one service",
     Needs::sources,
     {.name = "SERVICE"},
     kWhySettings,
     "Reads the sources as export does, and tells of one service, by its name, by SOURCE/SCOPE/NAME or by a host, what "
     "became of it: its instances, which of them are left out and why, its host, ports, protocols, labels, weights and "
     "localities and what decided each, every setting with the rule or default that it is from, and the objects that "
     "come out.",
     kWhyExamples,
     run_why},
    {"explain",
     "Tell what a diagnostic or an exit code means",
     Needs::nothing,
     {.name = "CODE", .many = true},
     kExplainSettings,
     "Tells what a code of a diagnostic (R2I2040, r2i2040 or 2040) or an exit code (3 or exit 3) means: its cause, "
     "what "
     "follows, what to do, and an example. Without a code it lists all.",
     kExplainExamples,
     run_explain},
    {"version",
     "Show the version",
     Needs::nothing,
     {},
     kVersionSettings,
     "Shows the version and what this build can read.",
     {},
     run_version},
    {"completion",
     "Print a completion script for a shell",
     Needs::nothing,
     {"SHELL", "bash|zsh|fish"},
     {},
     "Prints a script that completes commands, flags and their values.",
     kCompletionExamples,
     run_completion},
});

}  // namespace

std::span<const CommandRow> all_commands() {
  return kCommands;
}

}  // namespace r2i::commands
