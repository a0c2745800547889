#include "base/text.hpp"
#include "config/keys.hpp"
#include "config/settings.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::config {
namespace {

using testing::TempDir;
using Variables = std::map<std::string, std::string, std::less<>>;

const std::string kHead = "apiVersion: registry2istio.io/v1\nkind: Config\nsources: [{kind: file, address: s.json}]\n";

/// A setting of `output:` with a value by each way. A path in a file starts at the file's folder, so it is absolute
/// here.
struct Row {
  std::string_view key;
  std::string fallback;
  std::vector<std::string> values;  ///< of an earlier file, a later file, a variable, a flag
  std::string (*show)(const Settings&);
};

std::string yes_or_no(bool value) {
  return value ? "true" : "false";
}

template <typename Texts>
std::string all(const Texts& texts) {
  return join({texts.begin(), texts.end()}, ",");
}

template <typename Duration>
std::string seconds(Duration duration) {
  return fmt::format("{}s", std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

const std::vector<Row>& rows() {
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  const std::vector<std::string> numbers = {"11", "12", "13", "14"};
  const std::vector<std::string> durations = {"11s", "12s", "13s", "14s"};
  const std::vector<std::string> paths = {"/a", "/b", "/c", "/d"};
  const std::vector<std::string> scopes = {"a/x", "b/x", "c/x", "d/x"};
  const std::vector<std::string> truths = {"true", "false", "true", "false"};
  static const std::vector<Row> kRows = {
      {"owner", "default", names, [](const Settings& s) { return s.conversion.owner; }},
      {"requestTimeout", "30s", durations, [](const Settings& s) { return seconds(s.request_timeout); }},
      {"parallelism", "16", numbers, [](const Settings& s) { return std::to_string(s.parallelism); }},
      {"allowPartial", "false", truths, [](const Settings& s) { return yes_or_no(s.allow_partial); }},
      {"kubeconfig", "", paths, [](const Settings& s) { return s.cluster.kubeconfig; }},
      {"context", "", names, [](const Settings& s) { return s.cluster.context; }},
      {"cluster", "", names, [](const Settings& s) { return s.cluster.cluster; }},
      {"user", "", names, [](const Settings& s) { return s.cluster.user; }},
      {"server", "", names, [](const Settings& s) { return s.cluster.server; }},
      {"tokenFile", "", paths, [](const Settings& s) { return s.cluster.token_file; }},
      {"as", "", names, [](const Settings& s) { return s.cluster.as; }},
      {"asGroups", "", names, [](const Settings& s) { return all(s.cluster.as_groups); }},
      {"fieldManager", "", names, [](const Settings& s) { return s.plan.field_manager; }},
      {"target", "cluster", paths, [](const Settings& s) { return s.target; }},
      {"prune", "false", truths, [](const Settings& s) { return yes_or_no(s.plan.prune); }},
      {"pruneAfter", "3600s", durations, [](const Settings& s) { return seconds(s.plan.prune_after); }},
      {"pruneSources", "", names, [](const Settings& s) { return all(s.plan.prune_sources); }},
      {"renameSources",
       "",
       {"a=x", "b=x", "c=x", "d=x"},
       [](const Settings& s) {
         return s.plan.rename_sources.empty() ? "" : s.plan.rename_sources.begin()->first + "=x";
       }},
      {"allowMove", "false", truths, [](const Settings& s) { return yes_or_no(s.plan.allow_move); }},
      {"adopt", "false", truths, [](const Settings& s) { return yes_or_no(s.plan.adopt); }},
      {"forceConflicts", "false", truths, [](const Settings& s) { return yes_or_no(s.plan.force_conflicts); }},
      {"maxDelete", "10", numbers, [](const Settings& s) { return std::to_string(s.plan.max_delete); }},
      {"maxDeletePercent", "30", numbers, [](const Settings& s) { return std::to_string(s.plan.max_delete_percent); }},
      {"maxShrinkPercent", "50", numbers, [](const Settings& s) { return std::to_string(s.plan.max_shrink_percent); }},
      {"allowEmpty", "", scopes, [](const Settings& s) { return all(s.plan.allow_empty); }},
      {"maxSnapshotAge", "600s", durations, [](const Settings& s) { return seconds(s.plan.max_snapshot_age); }},
      {"outputDir", "", paths, [](const Settings& s) { return s.output_dir; }},
      {"kustomization", "false", truths, [](const Settings& s) { return yes_or_no(s.kustomization); }},
      {"apiVersion", "v1", {"v1beta1", "v1", "v1beta1", "v1"}, [](const Settings& s) { return s.api_version; }},
      {"keepSecrets", "false", truths, [](const Settings& s) { return yes_or_no(s.keep_secrets); }},
      {"strict", "false", truths, [](const Settings& s) { return yes_or_no(s.strict); }},
      {"ignore",
       "",
       {"R2I2001", "R2I2002", "R2I2003", "R2I2004"},
       [](const Settings& s) { return s.ignore.empty() ? "" : fmt::format("R2I{}", *s.ignore.begin()); }},
  };
  return kRows;
}

/// As YAML has it: numbers and switches are plain, a list of one may be its item.
std::string file_with(const Row& row, const std::string& value) {
  // --kustomization is about a directory.
  const std::string_view more = row.key == "kustomization" ? ", outputDir: /o" : "";
  return fmt::format("{}output: {{{}: {}{}}}\n", kHead, row.key, value, more);
}

TEST_CASE("precedence: a flag, a variable, a later file, an earlier file, the default: each setting of output") {
  for (const Row& row : rows()) {
    CAPTURE(row.key);
    TempDir dir;
    const std::string plain = dir.write("plain.yaml", kHead);
    const std::string earlier = dir.write("earlier.yaml", file_with(row, row.values[0]));
    const std::string later = dir.write("later.yaml", file_with(row, row.values[1]));
    const Variables variable = {{environment_name(setting_info(row.key)), row.values[2]}};
    const std::vector<std::string> flag = {row.values[3]};
    std::vector<std::string_view> keys(output_keys().begin(), output_keys().end());
    keys.insert(keys.end(), {"config", "from"});
    const auto shown = [&](const std::vector<std::string>& files, const Variables& variables, TypedFlags flags) {
      flags["config"] = files;
      return row.show(resolve(keys, flags, Environment(variables)));
    };
    CHECK(shown({plain}, {}, {}) == row.fallback);
    CHECK(shown({earlier}, {}, {}) == row.values[0]);
    CHECK(shown({earlier, plain}, {}, {}) == row.values[0]);
    CHECK(shown({earlier, later}, {}, {}) == row.values[1]);
    CHECK(shown({later, earlier}, {}, {}) == row.values[0]);
    CHECK(shown({earlier, later}, variable, {}) == row.values[2]);
    CHECK(shown({earlier, later}, variable, {{std::string(row.key), flag}}) == row.values[3]);
    CHECK(shown({earlier}, {}, {{std::string(row.key), flag}}) == row.values[3]);
  }
}

TEST_CASE("precedence: no setting of output is left out above") {
  std::set<std::string_view> tried;
  for (const Row& row : rows()) tried.insert(row.key);
  CHECK(tried == std::set<std::string_view>(output_keys().begin(), output_keys().end()));
}

/// Where each setting that a patch has came from.
std::map<std::string, std::string> origins(ConversionPatch& patch) {
  std::map<std::string, std::string> found;
  visit_fields(patch, patch, [&](std::string_view key, auto& slot, auto& /*same*/) {
    if (slot) found.emplace(key, slot->origin);
  });
  return found;
}

TEST_CASE("precedence: a setting of the conversion is kept for each of its places, and knows it") {
  // By key: a value that a file has, and the same as a flag has it, or nothing where there is no flag.
  const std::map<std::string_view, std::pair<std::string, std::string>> values = {
      {"namespace", {"mesh", "mesh"}},
      {"health", {"any", "any"}},
      {"host", {"\"{service}.x\"", "{service}.x"}},
      {"servicePorts", {"[80]", "80"}},
      {"protocol", {"http", "http"}},
      {"exportTo", {"[.]", "."}},
      {"dnsCapture", {"true", "true"}},
      {"tcpWithoutAddress", {"export", "export"}},
      {"layout", {"inline", "inline"}},
      {"drop", {"false", ""}},
      {"aliases", {"[\"{service}.y\"]", ""}},
      {"addresses", {"[240.240.0.1]", ""}},
      {"resolution", {"dns", ""}},
      {"location", {"external", ""}},
      {"subjectAltNames", {"[a]", ""}},
      {"objectLabels", {"{a: b}", ""}},
      {"objectAnnotations", {"{a: b}", ""}},
      {"labels", {"{a: b}", ""}},
      {"labelKeys", {"[a]", ""}},
      {"renameLabels", {"{a: b}", ""}},
      {"weight", {"1", ""}},
      {"weightScale", {"2", ""}},
      {"locality", {"a/b", ""}},
      {"localityMap", {"{a: b}", ""}},
      {"tlsMode", {"istio", ""}},
      {"sidecarNetworks", {"[10.0.0.0/8]", ""}},
      {"serviceAccount", {"a", ""}},
      {"network", {"net-1", ""}},
  };
  for (const std::string_view key : conversion_keys()) {
    CAPTURE(key);
    REQUIRE(values.contains(key));
    const auto& [in_file, typed] = values.at(key);
    TempDir dir;
    const std::string set = fmt::format("{{{}: {}}}", key, in_file);
    const std::string first = dir.write(
        "first.yaml", fmt::format("{}  - {{kind: file, name: s, address: t, defaults: {}}}\ndefaults: {}\nrules: "
                                  "[{{name: r, set: {}}}]\n",
                                  "apiVersion: registry2istio.io/v1\nkind: Config\nsources:\n", set, set, set));
    const std::string second = dir.write(
        "second.yaml", fmt::format("{}defaults: {}\n", "apiVersion: registry2istio.io/v1\nkind: Config\n\n\n", set));
    const SettingInfo& info = setting_info(key);
    REQUIRE(info.flag.empty() == typed.empty());
    Variables variables;
    TypedFlags flags = {{"config", {first, second}}};
    std::vector<std::string_view> keys = {"config", "from", key};
    if (!typed.empty()) variables[environment_name(info)] = typed;
    Settings settings = resolve(keys, flags, Environment(variables));
    const auto only = [&](std::string origin) {
      return std::map<std::string, std::string>{{std::string(key), origin}};
    };
    CHECK(origins(settings.conversion.defaults) == only("defaults (" + second + ":5)"));
    CHECK(origins(settings.conversion.sources.at("s")) == only("source \"s\" (" + first + ":4)"));
    CHECK(origins(settings.conversion.rules.at(0).set) == only("rule \"r\" (" + first + ":6)"));
    if (typed.empty()) {
      CHECK(origins(settings.conversion.typed).empty());
      continue;
    }
    CHECK(origins(settings.conversion.typed) == only(environment_name(info)));
    flags[std::string(key)] = {typed};
    settings = resolve(keys, flags, Environment(variables));
    CHECK(origins(settings.conversion.typed) == only(std::string(info.flag)));
  }
}

TEST_CASE("precedence: of several files the later one has its word on each value of a source") {
  const std::string head = "apiVersion: registry2istio.io/v1\nkind: Config\n";
  const auto merged = [&](const std::string& first, const std::string& second) {
    TempDir dir;
    const std::vector<std::string> files = {
        dir.write("a.yaml", head + "sources: [{name: w, kind: consul" + first + "}]\n"),
        dir.write("b.yaml", head + "sources: [{name: w" + second + "}]\n")};
    const Environment environment(Variables{{"T", "secret"}});
    return resolve({"config", "from"}, {{"config", files}}, environment).sources.at(0);
  };
  for (const SourceSettingInfo& info : all_source_settings()) {
    const std::string key(info.key);
    if (!applies_to(info, "consul") || key == "name" || key.starts_with("expect.") || info.type == "secret") continue;
    CAPTURE(key);
    const bool is_choice = info.type.find('|') != std::string_view::npos;
    const auto value = [&](std::string_view usual, std::string_view boolean, std::string_view choice) {
      return std::string(info.type == "boolean" ? boolean : is_choice ? choice : usual);
    };
    const bool is_path = key.ends_with("File") || key.ends_with("Dir");
    const std::string one = value(info.type == "duration" ? "1s" : is_path ? "/1" : "1", "true", "default");
    const std::string two = value(info.type == "duration" ? "2s" : is_path ? "/2" : "2", "false", "consistent");
    const auto given = [&](const SourceSpec& spec) -> std::string {
      if (key == "merge") return spec.merge;
      if (key == "include") return all(spec.names.include);
      if (key == "exclude") return all(spec.names.exclude);
      return info.type == "list" ? all(spec.lists.at(key)) : spec.values.at(key);
    };
    CHECK(given(merged(fmt::format(", {}: {}", key, one), "")) == one);
    CHECK(given(merged("", fmt::format(", {}: {}", key, two))) == two);
    CHECK(given(merged(fmt::format(", {}: {}", key, one), fmt::format(", {}: {}", key, two))) == two);
  }
  // What excludes each other in one file takes the other's place from a later one.
  CHECK(all(merged(", address: a", ", addresses: [b, c]").addresses) == "b,c");
  CHECK(all(merged(", addresses: [b, c]", ", address: a").addresses) == "a");
  const SourceSpec with_file = merged(", token: \"${T}\"", ", tokenFile: /t");
  CHECK(with_file.values.at("tokenFile") == "/t");
  CHECK(with_file.secrets.empty());
  const SourceSpec with_token = merged(", tokenFile: /t", ", token: \"${T}\"");
  CHECK(with_token.secrets.at("token").reveal() == "secret");
  CHECK_FALSE(with_token.values.contains("tokenFile"));
}

}  // namespace
}  // namespace r2i::config
