#include "config/keys.hpp"

#include "model/conversion.hpp"
#include "model/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace r2i::config {

namespace {

constexpr auto kRootKeys = std::to_array<std::string_view>(
    {"apiVersion", "kind", "sources", "include", "exclude", "defaults", "rules", "output"});
constexpr auto kRuleKeys = std::to_array<std::string_view>({"name", "match", "set"});
constexpr auto kMatchKeys = std::to_array<std::string_view>(
    {"source", "kind", "service", "datacenter", "group", "namespace", "tag", "metadata", "port", "network"});
constexpr auto kExpectKeys = std::to_array<std::string_view>({"minServices", "minInstances", "services"});

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

std::span<const std::string_view> root_keys() {
  return kRootKeys;
}

std::span<const std::string_view> rule_keys() {
  return kRuleKeys;
}

std::span<const std::string_view> match_keys() {
  return kMatchKeys;
}

std::span<const std::string_view> expect_keys() {
  return kExpectKeys;
}

std::span<const std::string_view> conversion_keys() {
  static const std::vector<std::string_view> kKeys = all_conversion_keys();
  return kKeys;
}

std::vector<std::string> kinds_of_sources() {
  std::vector<std::string> kinds = kinds_with_settings();
  kinds.emplace_back("file");
  std::ranges::sort(kinds);
  return kinds;
}

std::span<const std::string_view> output_keys() {
  return kOutputKeys;
}

std::string where_it_belongs(std::string_view key) {
  const auto has = [key](std::span<const std::string_view> keys) { return std::ranges::find(keys, key) != keys.end(); };
  if (has(conversion_keys())) return ": it belongs under `defaults:`, or under the `set:` of a rule";
  if (has(output_keys())) return ": it belongs under `output:`";
  const auto info = std::ranges::find(all_settings(), key, &SettingInfo::key);
  const bool flag_only = info != all_settings().end() && !info->flag.empty() && !has(root_keys());
  return flag_only ? fmt::format(": only the command line has it, as {}", info->flag) : "";
}

}  // namespace r2i::config
