#include "config/keys.hpp"

#include "model/conversion.hpp"

#include <array>
#include <vector>

namespace r2i::config {

namespace {

// What a run is asked to do this once (--check, --dry-run, --plan, --output, -v) is not for a file.
constexpr auto kOutputKeys = std::to_array<std::string_view>({
    "owner",
    "requestTimeout",
    "parallelism",
    "allowPartial",
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
    "apiVersion",
    "keepSecrets",
    "strict",
    "ignore",
});

std::vector<std::string_view> all_conversion_keys() {
  std::vector<std::string_view> keys;
  ConversionPatch patch;
  visit_fields(patch, patch, [&](std::string_view key, auto& /*slot*/, auto& /*same*/) { keys.push_back(key); });
  return keys;
}

}  // namespace

std::span<const std::string_view> conversion_keys() {
  static const std::vector<std::string_view> kKeys = all_conversion_keys();
  return kKeys;
}

std::span<const std::string_view> output_keys() {
  return kOutputKeys;
}

}  // namespace r2i::config
