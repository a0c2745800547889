#include "config/settings.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::config {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

std::vector<std::string_view> every_key() {
  std::vector<std::string_view> keys;
  for (const SettingInfo& info : all_settings()) keys.push_back(info.key);
  return keys;
}

/// With a source, which most settings are not about.
Settings resolved(TypedFlags flags, const Variables& variables = {}) {
  flags.try_emplace("from", std::vector<std::string>{"consul"});
  return resolve(every_key(), flags, Environment(variables));
}

/// The findings, one a line; nothing if there are none.
std::string problems_of(TypedFlags flags, const Variables& variables = {}) {
  try {
    resolved(std::move(flags), variables);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return {};
}

TEST_CASE("settings: without flags and variables, the defaults") {
  const Settings settings = resolved({});
  CHECK(settings.sources.size() == 1);
  CHECK(settings.names.include.empty());
  CHECK(settings.names.exclude.empty());
  CHECK(settings.request_timeout == std::chrono::seconds(30));
  CHECK(settings.parallelism == 16);
  CHECK_FALSE(settings.allow_partial);
  CHECK(settings.output == OutputFormat::yaml);
  CHECK(settings.api_version == "v1");
  CHECK_FALSE(settings.keep_secrets);
  CHECK(settings.output_file.empty());
  CHECK_FALSE(settings.verbose);
  CHECK_FALSE(settings.quiet);
  CHECK(settings.color == When::auto_);
  const ConversionSettings& conversion = settings.conversion;
  CHECK_FALSE(conversion.typed.nspace);
  CHECK(conversion.owner == "default");
  const ConversionPatch& typed = conversion.typed;
  visit_fields(typed, conversion.defaults, [](std::string_view key, const auto& one, const auto& other) {
    CAPTURE(key);
    CHECK_FALSE(one);
    CHECK_FALSE(other);
  });
  CHECK(conversion.rules.empty());
  CHECK(conversion.sources.empty());
}

TEST_CASE("settings: each one reaches its place, by flag and by variable") {
  struct Row {
    std::string_view key;
    std::string value;
    std::function<bool(const Settings&)> holds;
  };
  const std::vector<Row> rows = {
      {"from", "file=a.json", [](const Settings& s) { return s.sources.at(0).kind == "file"; }},
      {"include", "web-*", [](const Settings& s) { return s.names.include == std::vector<std::string>{"web-*"}; }},
      {"exclude", "web-*", [](const Settings& s) { return s.names.exclude == std::vector<std::string>{"web-*"}; }},
      {"requestTimeout", "1m30s", [](const Settings& s) { return s.request_timeout == std::chrono::seconds(90); }},
      {"requestTimeout", "0", [](const Settings& s) { return s.request_timeout == std::chrono::seconds(0); }},
      {"parallelism", "1", [](const Settings& s) { return s.parallelism == 1; }},
      {"parallelism", "128", [](const Settings& s) { return s.parallelism == 128; }},
      {"allowPartial", "true", [](const Settings& s) { return s.allow_partial; }},
      {"namespace", "mesh", [](const Settings& s) { return s.conversion.typed.nspace->value == "mesh"; }},
      {"owner", "Team_A.1", [](const Settings& s) { return s.conversion.owner == "Team_A.1"; }},
      {"health", "warning",
       [](const Settings& s) { return s.conversion.typed.health->value == HealthPolicy::warning; }},
      {"health", "passing",
       [](const Settings& s) { return s.conversion.typed.health->value == HealthPolicy::passing; }},
      {"health", "any", [](const Settings& s) { return s.conversion.typed.health->value == HealthPolicy::any; }},
      {"host", "{service}.x",
       [](const Settings& s) { return s.conversion.typed.host->value.value.text() == "{service}.x"; }},
      {"servicePorts", "80",
       [](const Settings& s) {
         return s.conversion.typed.service_ports->value.numbers == std::vector<std::uint32_t>{80} &&
                !s.conversion.typed.service_ports->value.instance;
       }},
      {"servicePorts", "65535",
       [](const Settings& s) { return s.conversion.typed.service_ports->value.numbers.at(0) == 65535; }},
      {"servicePorts", "instance",
       [](const Settings& s) {
         return s.conversion.typed.service_ports->value.instance &&
                s.conversion.typed.service_ports->value.numbers.empty();
       }},
      {"protocol", "grpc-web",
       [](const Settings& s) { return s.conversion.typed.protocol->value.value == "GRPC-WEB"; }},
      {"exportTo", ".",
       [](const Settings& s) { return s.conversion.typed.export_to->value == std::vector<std::string>{"."}; }},
      {"exportTo", "*",
       [](const Settings& s) { return s.conversion.typed.export_to->value == std::vector<std::string>{"*"}; }},
      {"dnsCapture", "1", [](const Settings& s) { return s.conversion.typed.dns_capture->value; }},
      {"tcpWithoutAddress", "export",
       [](const Settings& s) { return s.conversion.typed.tcp_without_address->value == TcpWithoutAddress::export_; }},
      {"layout", "workload-entries",
       [](const Settings& s) { return s.conversion.typed.layout->value == Layout::workload_entries; }},
      {"kubeconfig", "k", [](const Settings& s) { return s.cluster.kubeconfig == "k"; }},
      {"context", "c", [](const Settings& s) { return s.cluster.context == "c"; }},
      {"cluster", "c", [](const Settings& s) { return s.cluster.cluster == "c"; }},
      {"user", "u", [](const Settings& s) { return s.cluster.user == "u"; }},
      {"server", "https://k", [](const Settings& s) { return s.cluster.server == "https://k"; }},
      {"tokenFile", "t", [](const Settings& s) { return s.cluster.token_file == "t"; }},
      {"as", "u", [](const Settings& s) { return s.cluster.as == "u"; }},
      {"asGroups", "g", [](const Settings& s) { return s.cluster.as_groups == std::vector<std::string>{"g"}; }},
      {"fieldManager", "m", [](const Settings& s) { return s.plan.field_manager == "m"; }},
      {"target", "dir", [](const Settings& s) { return s.target == "dir"; }},
      {"out", "p.json", [](const Settings& s) { return s.plan_out == "p.json"; }},
      {"prune", "true", [](const Settings& s) { return s.plan.prune; }},
      {"pruneAfter", "2h", [](const Settings& s) { return s.plan.prune_after == std::chrono::hours(2); }},
      {"pruneSources", "old/dc1", [](const Settings& s) { return s.plan.prune_sources.contains("old/dc1"); }},
      {"renameSources", "a=b", [](const Settings& s) { return s.plan.rename_sources.at("a") == "b"; }},
      {"allowMove", "true", [](const Settings& s) { return s.plan.allow_move; }},
      {"adopt", "true", [](const Settings& s) { return s.plan.adopt; }},
      {"forceConflicts", "true", [](const Settings& s) { return s.plan.force_conflicts; }},
      {"dryRun", "server", [](const Settings& s) { return s.dry_run == DryRun::server; }},
      {"dryRun", "client", [](const Settings& s) { return s.dry_run == DryRun::client; }},
      {"yes", "true", [](const Settings& s) { return s.yes; }},
      {"maxDelete", "0", [](const Settings& s) { return s.plan.max_delete == 0; }},
      {"maxDeletePercent", "100", [](const Settings& s) { return s.plan.max_delete_percent == 100; }},
      {"maxShrinkPercent", "0", [](const Settings& s) { return s.plan.max_shrink_percent == 0; }},
      {"allowEmpty", "consul/dc1", [](const Settings& s) { return s.plan.allow_empty.contains("consul/dc1"); }},
      {"maxSnapshotAge", "0", [](const Settings& s) { return s.plan.max_snapshot_age.count() == 0; }},
      {"diffOutput", "unified", [](const Settings& s) { return s.diff_output == DiffFormat::unified; }},
      {"diffOutput", "name", [](const Settings& s) { return s.diff_output == DiffFormat::name; }},
      {"showOrigin", "true", [](const Settings& s) { return s.show_origin; }},
      {"configOutput", "json", [](const Settings& s) { return s.config_output == ConfigFormat::json; }},
      {"sourceOutput", "name", [](const Settings& s) { return s.source_output == SourceFormat::name; }},
      {"metricsTextfile", "m.prom", [](const Settings& s) { return s.metrics_textfile == "m.prom"; }},
      {"outputDir", "d", [](const Settings& s) { return s.output_dir == "d"; }},
      {"output", "json", [](const Settings& s) { return s.output == OutputFormat::json; }},
      {"output", "name", [](const Settings& s) { return s.output == OutputFormat::name; }},
      {"apiVersion", "v1beta1", [](const Settings& s) { return s.api_version == "v1beta1"; }},
      {"keepSecrets", "true", [](const Settings& s) { return s.keep_secrets; }},
      {"outputFile", "a.json", [](const Settings& s) { return s.output_file == "a.json"; }},
      {"report", "json=r.json", [](const Settings& s) { return s.reports.size() == 1; }},
      {"strict", "true", [](const Settings& s) { return s.strict; }},
      {"ignore", "R2I2040", [](const Settings& s) { return s.ignore == std::set<int>{2040}; }},
      {"textOutput", "json", [](const Settings& s) { return s.text_output == TextFormat::json; }},
      {"verbose", "true", [](const Settings& s) { return s.verbose; }},
      {"quiet", "true", [](const Settings& s) { return s.quiet; }},
      {"color", "never", [](const Settings& s) { return s.color == When::never; }},
      {"color", "always", [](const Settings& s) { return s.color == When::always; }},
  };
  std::set<std::string_view> seen;
  for (const Row& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.value);
    CHECK(row.holds(resolved({{std::string(row.key), {row.value}}})));
    const Variables variables = {{environment_name(setting_info(row.key)), row.value}};
    if (row.key == "from") {
      CHECK(row.holds(resolve(every_key(), {}, Environment(variables))));
    } else {
      CHECK(row.holds(resolved({}, variables)));
    }
    seen.insert(row.key);
  }
  // These need others beside them: see below.
  std::set<std::string_view> apart = {"plan", "check", "kustomization", "config"};
  for (const SettingInfo& info : all_settings()) {
    if (info.flag.empty()) apart.insert(info.key);
  }
  CHECK(seen.size() + apart.size() == all_settings().size());
}

TEST_CASE("settings: a flag comes before a variable, an empty variable is none") {
  CHECK(resolved({{"owner", {"flag"}}}, {{"R2I_OWNER", "variable"}}).conversion.owner == "flag");
  CHECK(resolved({}, {{"R2I_OWNER", "variable"}}).conversion.owner == "variable");
  CHECK(resolved({}, {{"R2I_OWNER", ""}}).conversion.owner == "default");
  CHECK_FALSE(resolved({{"dnsCapture", {"false"}}}, {{"R2I_DNS_CAPTURE", "true"}}).conversion.typed.dns_capture->value);
  // A flag replaces a list, it does not add to it.
  CHECK(resolved({{"include", {"a"}}}, {{"R2I_INCLUDE", "b\nc"}}).names.include == std::vector<std::string>{"a"});
  // What a flag overrides is not read at all.
  CHECK(problems_of({{"owner", {"flag"}}}, {{"R2I_OWNER", "not legal!"}}).empty());
}

TEST_CASE("settings: of a flag given twice the last counts, unless it is repeatable") {
  CHECK(resolved({{"owner", {"a", "b"}}}).conversion.owner == "b");
  CHECK(resolved({{"include", {"a", "b"}}}).names.include == std::vector<std::string>{"a", "b"});
  CHECK(resolved({{"from", {"file=a", "file=b"}}}).sources.size() == 2);
}

TEST_CASE("settings: in a variable a list has a value a line") {
  CHECK(resolved({}, {{"R2I_INCLUDE", " a \n\n b\n"}}).names.include == std::vector<std::string>{"a", "b"});
  CHECK(resolved({}, {{"R2I_INCLUDE", "\n \n"}}).names.include.empty());
  CHECK(resolve(every_key(), {}, Environment(Variables{{"R2I_FROM", "file=a\nfile=b"}})).sources.size() == 2);
}

TEST_CASE("settings: what decided is remembered") {
  CHECK(resolved({{"health", {"any"}}}).conversion.typed.health->origin == "--health");
  CHECK(resolved({}, {{"R2I_HEALTH", "any"}}).conversion.typed.health->origin == "R2I_HEALTH");
  CHECK(resolved({{"protocol", {"tcp"}}}).conversion.typed.protocol->origin == "--protocol");
}

TEST_CASE("settings: a variable of a setting that the command does not take is not read") {
  const Settings settings =
      resolve({"output"}, {}, Environment(Variables{{"R2I_OWNER", "not legal!"}, {"R2I_OUTPUT", "json"}}));
  CHECK(settings.output == OutputFormat::json);
  CHECK(settings.conversion.owner == "default");
}

TEST_CASE("settings: exportTo is a set") {
  CHECK(resolved({{"exportTo", {"web", ".", "web", "api"}}}).conversion.typed.export_to->value ==
        std::vector<std::string>{".", "api", "web"});
}

TEST_CASE("settings: what is wrong is said, with what gave it") {
  struct Row {
    std::string_view key;
    std::vector<std::string> values;
    std::string problem;  ///< behind "--flag: "; its beginning
  };
  const std::vector<Row> rows = {
      {"include", {"a", "[x"}, "\"[x\": a '[' is not closed"},
      {"exclude", {"[x"}, "\"[x\": a '[' is not closed"},
      {"requestTimeout", {"30"}, "expected a duration such as \"30s\" or \"1m30s\", got \"30\""},
      {"requestTimeout", {"-1s"}, "expected a duration"},
      {"parallelism", {"0"}, "expected a number from 1 to 128, got \"0\""},
      {"parallelism", {"129"}, "expected a number from 1 to 128, got \"129\""},
      {"parallelism", {"8x"}, "expected a number from 1 to 128, got \"8x\""},
      {"parallelism", {"-1"}, "expected a number from 1 to 128"},
      {"parallelism", {"4294967297"}, "expected a number from 1 to 128"},
      {"parallelism", {""}, "expected a number from 1 to 128, got \"\""},
      {"namespace", {"a.b"}, "\"a.b\" is no namespace"},
      {"namespace", {"Mesh"}, "\"Mesh\" is no namespace"},
      {"namespace", {""}, "\"\" is no namespace"},
      {"namespace", {std::string(64, 'a')}, "\"aaa"},
      {"owner", {"a b"}, "\"a b\" is no label's value in Kubernetes"},
      {"owner", {""}, "\"\" is no label's value in Kubernetes"},
      {"owner", {std::string(64, 'a')}, "\"aaa"},
      {"health", {"pasing"}, "expected one of warning, passing, any, got \"pasing\" (did you mean \"passing\"?)"},
      {"health", {""}, "expected one of warning, passing, any, got \"\""},
      {"host", {"x"}, "\"x\": it lacks {service}"},
      {"servicePorts", {"80", "0"}, "expected a number from 1 to 65535, got \"0\""},
      {"servicePorts", {"65536"}, "expected a number from 1 to 65535, got \"65536\""},
      {"servicePorts", {"http"}, "expected a number from 1 to 65535"},
      {"protocol", {"dubbo"}, "expected one of tcp, http, http2"},
      {"protocol", {"HTTP"}, "expected one of tcp, http, http2"},
      {"exportTo", {"a.b"}, "\"a.b\" is no namespace"},
      {"exportTo", {"*", "a"}, "\"*\" and \"~\" stand alone"},
      {"exportTo", {"~", "."}, "\"*\" and \"~\" stand alone"},
      {"dnsCapture", {"yes"}, "expected true or false, got \"yes\""},
      {"tcpWithoutAddress", {"keep"}, "expected one of withhold, export, got \"keep\""},
      {"layout",
       {"workloadentries"},
       "expected one of inline, workload-entries, got \"workloadentries\" (did you mean"},
      {"output", {"yml"}, "expected one of yaml, json, name, got \"yml\" (did you mean \"yaml\"?)"},
      {"apiVersion", {"v1alpha3"}, "expected one of v1, v1beta1, got \"v1alpha3\""},
      {"maxDelete", {"-1"}, "expected a number from 0 to 1000000, got \"-1\""},
      {"maxDeletePercent", {"101"}, "expected a number from 0 to 100, got \"101\""},
      {"maxShrinkPercent", {"50%"}, "expected a number from 0 to 100, got \"50%\""},
      {"allowEmpty", {"consul"}, "expected SOURCE/SCOPE, for instance consul/dc1, got \"consul\""},
      {"dryRun", {"true"}, "expected one of none, client, server, got \"true\""},
      {"diffOutput", {"yaml"}, "expected one of text, unified, json, markdown, name, got \"yaml\""},
      {"fieldManager", {std::string(129, 'a')}, "\"aaa"},
      {"color", {"on"}, "expected one of auto, always, never, got \"on\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.problem);
    const SettingInfo& info = setting_info(row.key);
    const std::string by_flag = problems_of({{std::string(row.key), row.values}});
    CAPTURE(by_flag);
    CHECK(by_flag.starts_with(std::string(info.flag) + ": " + row.problem));
    CHECK(by_flag.find('\n') == std::string::npos);
    if (row.values == std::vector<std::string>{""}) continue;  // as a variable: unset
    const std::string by_variable = problems_of({}, {{environment_name(info), join(row.values, "\n")}});
    CAPTURE(by_variable);
    CHECK(by_variable.starts_with(environment_name(info) + ": " + row.problem));
  }
}

TEST_CASE("settings: all that is wrong is said at once, a finding a line") {
  const std::string problems =
      problems_of({{"health", {"x"}}, {"owner", {"a b"}}, {"servicePorts", {"0", "x"}}}, {{"R2I_COLOR", "x"}});
  CHECK(split(problems, '\n').size() == 5);
  CHECK(problems.find("--health: ") != std::string::npos);
  CHECK(problems.find("--owner: ") != std::string::npos);
  CHECK(problems.find("R2I_COLOR: ") != std::string::npos);
}

TEST_CASE("settings: a command that reads sources needs one, another does not") {
  try {
    resolve({"from", "output"}, {}, Environment());
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string_view(error.what()).find("--from") != std::string_view::npos);
  }
  CHECK(resolve({"output"}, {}, Environment()).sources.empty());
}

TEST_CASE("settings: two sources of one name must be told apart") {
  CHECK(problems_of({{"from", {"consul", "consul=http://c:8500"}}}).find("?name=") != std::string::npos);
  CHECK(problems_of({{"from", {"consul", "consul=http://c:8500?name=west"}}}).empty());
  CHECK(problems_of({{"from", {"file=a.json", "file=b.json"}}}).empty());
}

TEST_CASE("settings: a saved plan takes the place of sources") {
  const Variables source = {{"R2I_FROM", "consul"}};
  CHECK(resolve(every_key(), {{"plan", {"p.json"}}}, Environment()).plan_file == "p.json");
  CHECK(resolve(every_key(), {{"plan", {"p.json"}}}, Environment(source)).plan_file == "p.json");
  CHECK(problems_of({{"plan", {"p.json"}}}).starts_with("--plan and --from exclude each other"));
}

TEST_CASE("settings: --check and --kustomization are about a directory") {
  for (const std::string key : {"check", "kustomization"}) {
    CAPTURE(key);
    CHECK(problems_of({{key, {"true"}}}).find("--output-dir") != std::string::npos);
    const Settings settings = resolved({{key, {"true"}}, {"outputDir", {"d"}}});
    CHECK((key == "check" ? settings.check : settings.kustomization));
  }
}

TEST_CASE("settings: a source that is read cannot be pruned as one that is not") {
  CHECK(problems_of({{"pruneSources", {"consul"}}}).find("is read in this run") != std::string::npos);
  CHECK(problems_of({{"pruneSources", {"old"}}}).empty());
}

TEST_CASE("settings: renamed sources are two names each") {
  for (const std::string value : {"a", "a=", "=b", "a=a", "a b=c"}) {
    CAPTURE(value);
    CHECK(problems_of({{"renameSources", {value}}}).find("expected OLD=NEW") != std::string::npos);
  }
  CHECK(problems_of({{"renameSources", {"a=b", "a=c"}}}).find("renamed twice") != std::string::npos);
}

TEST_CASE("settings: verbose and quiet exclude each other") {
  CHECK(problems_of({{"verbose", {"true"}}, {"quiet", {"true"}}}) == "--verbose and --quiet exclude each other");
  CHECK(problems_of({{"verbose", {"true"}}, {"quiet", {"false"}}}).empty());
}

}  // namespace
}  // namespace r2i::config
