#include "commands/command.hpp"
#include "commands/commands.hpp"

#include <array>

namespace r2i::commands {

namespace {

constexpr auto kClusterSettings =
    std::to_array<std::string_view>({"requestTimeout", "parallelism", "namespace", "kubeconfig", "context", "cluster",
                                     "user", "server", "tokenFile", "as", "asGroups", "verbose", "quiet", "color"});
constexpr auto kConfigSettings = std::to_array<std::string_view>({"config",
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
                                                                  "prune",
                                                                  "pruneAfter",
                                                                  "pruneSources",
                                                                  "renameSources",
                                                                  "allowMove",
                                                                  "adopt",
                                                                  "forceConflicts",
                                                                  "maxDelete",
                                                                  "maxDeletePercent",
                                                                  "maxShrinkPercent",
                                                                  "allowEmpty",
                                                                  "maxSnapshotAge",
                                                                  "outputDir",
                                                                  "kustomization",
                                                                  "showOrigin",
                                                                  "configOutput",
                                                                  "apiVersion",
                                                                  "keepSecrets"});
constexpr auto kConfigExamples = std::to_array<std::string_view>({
    "registry2istio check config -c mesh.yaml",
    "registry2istio check config -c mesh.yaml -c team.yaml --show-origin",
    "registry2istio check config -c mesh.yaml --show-origin | grep -v ^default",
});

constexpr auto kSourceSettings = std::to_array<std::string_view>(
    {"config", "from", "include", "exclude", "requestTimeout", "parallelism", "health", "host", "servicePorts",
     "protocol", "dnsCapture", "tcpWithoutAddress", "layout", "sourceOutput", "verbose", "quiet", "color"});
constexpr auto kSourceExamples = std::to_array<std::string_view>({
    "registry2istio check source --from consul=http://127.0.0.1:8500",
    "registry2istio check source -c mesh.yaml --include 'pay*'",
    "registry2istio check source --from file=snapshot.json -o json | jq '.services[] | select(.exported | not)'",
});

constexpr auto kClusterExamples = std::to_array<std::string_view>({
    "registry2istio check cluster --context prod -n mesh",
});

constexpr auto kManifestsSettings = std::to_array<std::string_view>({"quiet", "color"});
constexpr auto kManifestsExamples = std::to_array<std::string_view>({
    "registry2istio check manifests mesh/ extra.yaml",
    "kustomize build . | registry2istio check manifests -",
});

constexpr auto kChecks = std::to_array<CommandRow>({
    {"check config",
     "Check configuration files, and show where each setting comes from",
     Needs::nothing,
     {},
     kConfigSettings,
     "Reads configuration files, variables and flags as a run does, and tells everything that is wrong with them, or "
     "what there is. With --show-origin it shows every setting in force, and where it comes from. Contacts no registry "
     "and no cluster.",
     kConfigExamples,
     run_check_config},
    {"check source",
     "Show what is discovered, and how it is decided",
     Needs::sources,
     {},
     kSourceSettings,
     "Reads the sources and shows each service with its instances by health, its ports, its protocol with what decided "
     "it, and its host; what is not exported with the reason; and of each scope whether it was read in full.",
     kSourceExamples,
     run_check_source},
    {"check cluster",
     "Check what a user may do in a cluster, and what is there",
     Needs::sources,
     {},
     kClusterSettings,
     "Shows whether the API server can be reached, which versions of Istio's API it serves, what the user may do "
     "there, whose objects are there, and which hosts have several.",
     kClusterExamples,
     run_check_cluster},
    {"check manifests",
     "Check what Istio and the API server would refuse of manifests",
     Needs::sources,
     {.name = "FILE", .is_path = true, .many = true},
     kManifestsSettings,
     "Reads files, directories and, for -, standard input, and holds every ServiceEntry and WorkloadEntry to the rules "
     "of Istio's validation, of its CRDs and of Kubernetes' metadata: offline, whoever wrote it. Shows all that is "
     "wrong with its line and column, and what to do; twins and names that come twice are warnings. Exits 1 if "
     "anything would be refused.",
     kManifestsExamples,
     run_check_manifests},
});

}  // namespace

std::span<const CommandRow> all_checks() {
  return kChecks;
}

}  // namespace r2i::commands
