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
});

}  // namespace

std::span<const CommandRow> all_checks() {
  return kChecks;
}

}  // namespace r2i::commands
