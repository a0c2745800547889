#include "commands/command.hpp"
#include "commands/commands.hpp"

#include <array>

namespace r2i::commands {

namespace {

constexpr auto kFetchSettings =
    std::to_array<std::string_view>({"from", "include", "exclude", "requestTimeout", "parallelism", "allowPartial",
                                     "outputFile", "keepSecrets", "verbose", "quiet", "color"});
constexpr auto kFetchExamples = std::to_array<std::string_view>({
    "registry2istio fetch --from consul=http://127.0.0.1:8500 > snapshot.json",
    "registry2istio fetch --from 'consul?datacenter=all' --output-file snapshot.json",
});

constexpr auto kExportSettings =
    std::to_array<std::string_view>({"from",         "include",   "exclude",    "requestTimeout", "parallelism",
                                     "allowPartial", "namespace", "owner",      "health",         "hostTemplate",
                                     "servicePorts", "protocol",  "exportTo",   "dnsCapture",     "tcpWithoutAddress",
                                     "layout",       "output",    "apiVersion", "verbose",        "quiet",
                                     "color"});
constexpr auto kExportExamples = std::to_array<std::string_view>({
    "registry2istio export --from consul=http://127.0.0.1:8500 -n mesh | kubectl apply --server-side -f -",
    "registry2istio export --from file=snapshot.json --exclude 'test-*' -o name",
    "registry2istio export --from 'consul=https://c1:8501,https://c2:8501?tokenFile=/run/token' --health passing",
});

constexpr auto kVersionSettings = std::to_array<std::string_view>({"output"});
constexpr auto kCompletionExamples = std::to_array<std::string_view>({
    "registry2istio completion bash > /etc/bash_completion.d/registry2istio",
});

constexpr auto kCommands = std::to_array<CommandRow>({
    {"fetch", "Read registries and print a snapshot", Needs::sources, "", "", kFetchSettings,
     "Reads the sources and prints what they know as a snapshot in JSON: input for export, for tests and for bug "
     "reports. It "
     "keeps unhealthy instances, too, and says of each scope whether it was read in full. Values that look like "
     "secrets are "
     "redacted.",
     kFetchExamples, run_fetch},
    {"export", "Turn registries or snapshots into Istio manifests", Needs::sources, "", "", kExportSettings,
     "Reads the sources and prints a ServiceEntry for each service, ready for kubectl apply. The same input gives the "
     "same "
     "bytes. A source that cannot be read in full prints nothing and exits 3; what is left out or altered is counted "
     "on "
     "standard error, and shown with -v.",
     kExportExamples, run_export},
    {"version",
     "Show the version",
     Needs::nothing,
     "",
     "",
     kVersionSettings,
     "Shows the version and what this build can read.",
     {},
     run_version},
    {"completion",
     "Print a completion script for a shell",
     Needs::nothing,
     "SHELL",
     "bash|zsh|fish",
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
