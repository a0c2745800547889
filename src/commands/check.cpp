#include "commands/command.hpp"
#include "commands/commands.hpp"

#include <array>

namespace r2i::commands {

namespace {

constexpr auto kClusterSettings =
    std::to_array<std::string_view>({"requestTimeout", "parallelism", "namespace", "kubeconfig", "context", "cluster",
                                     "user", "server", "tokenFile", "as", "asGroups", "verbose", "quiet", "color"});
constexpr auto kClusterExamples = std::to_array<std::string_view>({
    "registry2istio check cluster --context prod -n mesh",
});

constexpr auto kManifestsSettings = std::to_array<std::string_view>({"quiet", "color"});
constexpr auto kManifestsExamples = std::to_array<std::string_view>({
    "registry2istio check manifests mesh/ extra.yaml",
    "kustomize build . | registry2istio check manifests -",
});

constexpr auto kChecks = std::to_array<CommandRow>({
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
