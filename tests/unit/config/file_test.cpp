#include "base/error.hpp"
#include "config/settings.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::config {
namespace {

using testing::TempDir;
using Variables = std::map<std::string, std::string, std::less<>>;

const std::string kHead = "apiVersion: registry2istio.io/v1\nkind: Config\n";

/// What the commands that convert and write take.
std::vector<std::string_view> keys() {
  return {"config",    "from",   "include",       "exclude",  "parallelism", "namespace",
          "owner",     "health", "host",          "protocol", "exportTo",    "maxDelete",
          "outputDir", "check",  "kustomization", "prune",    "pruneSources"};
}

struct Configured {
  TempDir dir;
  Variables variables;

  Settings resolve(const std::string& text, TypedFlags flags = {}) {
    flags["config"].push_back(dir.write("mesh.yaml", text));
    return config::resolve(keys(), flags, Environment(variables));
  }
  /// The problems, a line each, the folder left out of them.
  std::string problems(const std::string& text, const TypedFlags& flags = {}) {
    try {
      resolve(text, flags);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      std::string told = error.what();
      for (auto at = told.find(dir.path("")); at != std::string::npos; at = told.find(dir.path("")))
        told.erase(at, dir.path("").size());
      return told;
    }
    return "";
  }
};

TEST_CASE("configuration: sources, defaults, rules and output") {
  Configured world;
  world.variables = {{"TOKEN", "s3cret"}, {"HOST", "c1"}};
  const Settings settings = world.resolve(kHead + R"(
sources:
  - name: west
    kind: consul
    addresses: ["https://${HOST}:8501", "https://c2:8501"]
    datacenter: [dc1, dc2]
    token: ${TOKEN}
    caFile: certs/ca.pem
    insecureSkipVerify: false
    expect: {minServices: 3, services: [pay, web]}
    exclude: [test-*]
    defaults: {health: passing}
  - kind: file
    address: snapshots
exclude: old-*
defaults:
  namespace: mesh
  exportTo: [b, a]
rules:
  - name: pay
    match: {service: "pay*", tag: [a, b], metadata: {team: "*"}, port: [80, 8000-8999], network: 10.0.0.0/8}
    set:
      protocol: {fromMetadata: proto}
      host: pay.corp
      labels: {tier: front}
  - name: everything
    set: {drop: true}
output:
  owner: team-a
  maxDelete: 3
  outputDir: out
)");
  REQUIRE(settings.sources.size() == 2);
  const SourceSpec& west = settings.sources[0];
  CHECK(west.name == "west");
  CHECK(west.kind == "consul");
  CHECK(west.addresses == std::vector<std::string>{"https://c1:8501", "https://c2:8501"});
  CHECK(west.lists.at("datacenter") == std::vector<std::string>{"dc1", "dc2"});
  CHECK(west.secrets.at("token").reveal() == "s3cret");
  CHECK(west.values.at("caFile") == world.dir.path("certs/ca.pem"));
  CHECK(west.values.at("insecureSkipVerify") == "false");
  CHECK(west.values.at("expect.minServices") == "3");
  CHECK(west.lists.at("expect.services") == std::vector<std::string>{"pay", "web"});
  CHECK(west.names.exclude == std::vector<std::string>{"test-*", "old-*"});
  CHECK(settings.sources[1].name == "file");
  CHECK(settings.sources[1].addresses == std::vector<std::string>{world.dir.path("snapshots")});
  CHECK(settings.sources[1].names.exclude == std::vector<std::string>{"old-*"});

  const ConversionSettings& conversion = settings.conversion;
  CHECK(conversion.owner == "team-a");
  CHECK(settings.owner_given);
  CHECK(settings.plan.max_delete == 3);
  CHECK(settings.output_dir == world.dir.path("out"));
  CHECK(conversion.defaults.nspace->value == "mesh");
  CHECK(conversion.defaults.nspace->origin == "defaults (" + world.dir.path("mesh.yaml") + ":19)");
  CHECK(conversion.defaults.export_to->value == std::vector<std::string>{"a", "b"});
  CHECK(conversion.sources.at("west").health->value == HealthPolicy::passing);
  REQUIRE(conversion.rules.size() == 2);
  const Rule& pay = conversion.rules[0];
  CHECK(pay.name == "pay");
  CHECK(pay.match.services == std::vector<std::string>{"pay*"});
  CHECK(pay.match.tags == std::vector<std::string>{"a", "b"});
  CHECK(pay.match.metadata.at("team") == std::vector<std::string>{"*"});
  CHECK(pay.match.ports == std::vector<PortRange>{{80, 80}, {8000, 8999}});
  CHECK(pay.match.networks.size() == 1);
  CHECK(pay.set.protocol->value.metadata_key == "proto");
  CHECK(pay.set.host->value.value.text() == "pay.corp");
  CHECK(pay.set.labels->value.at("tier").text() == "front");
  CHECK(pay.set.labels->origin.starts_with("rule \"pay\" ("));
  CHECK(conversion.rules[1].set.drop->value);
}

TEST_CASE("configuration: flags and variables come before it") {
  Configured world;
  const std::string text =
      kHead + "sources: [{kind: consul}]\noutput: {owner: file, maxDelete: 1}\ndefaults: {health: any}\n";
  CHECK(world.resolve(text).conversion.owner == "file");
  CHECK(world.resolve(text, {{"owner", {"flag"}}}).conversion.owner == "flag");
  world.variables = {{"R2I_OWNER", "variable"}, {"R2I_HEALTH", "passing"}};
  const Settings settings = world.resolve(text);
  CHECK(settings.conversion.owner == "variable");
  CHECK(settings.conversion.defaults.health->value == HealthPolicy::any);
  CHECK(settings.conversion.typed.health->value == HealthPolicy::passing);
  CHECK(settings.plan.max_delete == 1);
}

TEST_CASE("configuration: --from takes the place of its sources, whose variables need not be there") {
  Configured world;
  const Settings settings = world.resolve(
      kHead + "sources: [{kind: consul, name: west, address: \"${NOT_SET}\", defaults: {health: any}}]\nexclude: a\n",
      {{"from", {"file=s.json"}}});
  REQUIRE(settings.sources.size() == 1);
  CHECK(settings.sources[0].kind == "file");
  CHECK(settings.sources[0].names.exclude == std::vector<std::string>{"a"});
  CHECK(settings.conversion.sources.at("west").health->value == HealthPolicy::any);
}

TEST_CASE("configuration: several files are merged by the names of sources and rules") {
  Configured world;
  const std::string first = world.dir.write("a.yaml", kHead + R"(
sources:
  - {name: west, kind: consul, address: "http://a:8500", datacenter: dc1}
defaults: {health: any, namespace: one}
rules:
  - {name: first, match: {service: a}, set: {health: passing, protocol: tcp}}
  - {name: second, set: {drop: true}}
)");
  const std::string second = world.dir.write("b.yaml", kHead + R"(
sources:
  - {name: west, address: "http://b:8500"}
  - {name: east, kind: consul}
defaults: {namespace: two}
rules:
  - {name: third, set: {drop: true}}
  - {name: first, set: {protocol: grpc}}
)");
  const Settings settings = config::resolve(keys(), {{"config", {first, second}}}, Environment());
  REQUIRE(settings.sources.size() == 2);
  CHECK(settings.sources[0].addresses == std::vector<std::string>{"http://b:8500"});
  CHECK(settings.sources[0].lists.at("datacenter") == std::vector<std::string>{"dc1"});
  CHECK(settings.sources[1].name == "east");
  CHECK(settings.conversion.defaults.nspace->value == "two");
  CHECK(settings.conversion.defaults.health->value == HealthPolicy::any);
  REQUIRE(settings.conversion.rules.size() == 3);
  CHECK(settings.conversion.rules[0].name == "first");
  CHECK(settings.conversion.rules[0].match.services == std::vector<std::string>{"a"});
  CHECK(settings.conversion.rules[0].set.protocol->value.value == "GRPC");
  CHECK(settings.conversion.rules[0].set.health->value == HealthPolicy::passing);
  CHECK(settings.conversion.rules[2].name == "third");
}

TEST_CASE("configuration: sources of one name and two kinds are a mistake") {
  const TempDir dir;
  const std::string first = dir.write("a.yaml", kHead + "sources: [{name: west, kind: consul}]\n");
  const std::string second = dir.write("b.yaml", kHead + "sources:\n- {name: west, kind: file, address: s.json}\n");
  try {
    config::resolve(keys(), {{"config", {first, second}}}, Environment());
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.what() == second + ":4:3: sources[0]: the source \"west\" is of kind consul in " + first +
                              ":3:11: sources[0]: give this one another name");
  }
}

TEST_CASE("configuration: the variable R2I_CONFIG names files, a line each") {
  Configured world;
  const std::string path = world.dir.write("a.yaml", kHead + "sources: [{kind: consul}]\n");
  CHECK(config::resolve(keys(), {}, Environment(Variables{{"R2I_CONFIG", path + "\n"}})).sources.size() == 1);
}

TEST_CASE("configuration: what is wrong is said with its place, all of it") {
  const std::string source = kHead + "sources: [{kind: file, address: s.json}]\n";  // what follows is line 4
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "mesh.yaml: it is empty: expected a configuration"},
      {"a: [", "mesh.yaml:1:"},
      {kHead + "---\n" + kHead, "mesh.yaml: it has 2 documents; a configuration is one"},
      {"- a\n", "mesh.yaml:1:1: expected an object, got a list"},
      {"kind: Config\n", "mesh.yaml:1:1: the key `apiVersion` is missing: a configuration begins with"},
      {"apiVersion: v1\nkind: Config\n", "mesh.yaml:1:13: apiVersion: expected registry2istio.io/v1, got \"v1\""},
      {source + "default: {}\n", "mesh.yaml:4:1: default: unknown key (did you mean \"defaults\"?)"},
      {source + "defaults: {}\ndefaults: {}\n", "mesh.yaml:5:1: defaults: the key comes twice"},
      {source + "defaults: {healthh: any}\n",
       "mesh.yaml:4:12: defaults.healthh: unknown key (did you mean \"health\"?)"},
      {source + "defaults: {health: al}\n",
       "mesh.yaml:4:20: defaults.health: expected one of warning, passing, any, got \"al\""},
      {source + "defaults: {health: yes}\n",
       "mesh.yaml:4:20: defaults.health: expected a string, got true or false: put it between quotes"},
      {source + "defaults: {health: {fromMetadata: h}}\n",
       "mesh.yaml:4:20: defaults.health: expected a string, got an object"},
      {source + "defaults: {dnsCapture: \"yes\"}\n",
       "mesh.yaml:4:24: defaults.dnsCapture: expected true or false, got a string"},
      {source + "defaults: {host: x.corp}\n",
       "mesh.yaml:4:18: defaults.host: \"x.corp\": it lacks {service}: every service would have"},
      {source + "defaults: {host: \"{servce}.x\"}\n",
       "mesh.yaml:4:18: defaults.host: \"{servce}.x\": unknown variable \"servce\" (did you mean"},
      {source + "defaults: {protocol: {fromMetdata: x}}\n",
       "mesh.yaml:4:23: defaults.protocol.fromMetdata: unknown key (did you mean"},
      {source + "defaults: {weight: -1}\n",
       "mesh.yaml:4:20: defaults.weight: expected a number that is not negative, got \"-1\""},
      {source + "defaults: {weight: heavy}\n", "mesh.yaml:4:20: defaults.weight: expected a number, got a string"},
      {source + "defaults: {weightScale: 0}\n",
       "mesh.yaml:4:25: defaults.weightScale: 0 would leave out every instance"},
      {source + "defaults: {labels: [a]}\n", "mesh.yaml:4:20: defaults.labels: expected an object, got a list"},
      {source + "defaults: {labels: {a: 1}}\n",
       "mesh.yaml:4:24: defaults.labels.a: expected a string, got a number: put it between quotes"},
      {source + "defaults: {labels: {a: \"b c\"}}\n",
       "mesh.yaml:4:20: defaults.labels: a: \"b c\" is no value of a label"},
      {source + "defaults: {labels: {\"a b\": c}}\n",
       "mesh.yaml:4:20: defaults.labels: \"a b\" is no key of a label or an annotation"},
      {source + "defaults: {objectLabels: {registry2istio.io/owner: me}}\n",
       "mesh.yaml:4:26: defaults.objectLabels: registry2istio.io/owner is set by registry2istio itself"},
      {source + "defaults: {objectLabels: {X.io/a: b}}\n",
       "mesh.yaml:4:26: defaults.objectLabels: \"X.io/a\" is no key of a label or an annotation"},
      {source + "defaults: {objectAnnotations: {istio.io/dry-run: \"true\"}}\n",
       "mesh.yaml:4:31: defaults.objectAnnotations: Istio refuses the annotation istio.io/dry-run"},
      {source + "defaults: {sidecarNetworks: [pods]}\n",
       "mesh.yaml:4:29: defaults.sidecarNetworks: \"pods\" is no IP address or network"},
      {source + "defaults: {addresses: 10.0.0.1/8}\n",
       "mesh.yaml:4:23: defaults.addresses: \"10.0.0.1/8\" has bits behind its prefix"},
      {source + "rules: [{set: {drop: true}}]\n", "mesh.yaml:4:9: rules[0]: a rule needs a `name`"},
      {source + "rules: [{name: a, set: {drop: true}}, {name: a, set: {drop: true}}]\n",
       "mesh.yaml:4:39: rules[1]: there is another rule \"a\" in this file"},
      {source + "rules: [{name: a}]\n", "mesh.yaml:4:9: rules[0]: the rule \"a\" sets nothing"},
      {source + "rules: [{name: a, match: {servic: b}, set: {drop: true}}]\n",
       "mesh.yaml:4:27: rules[0].match.servic: unknown key (did you mean \"service\"?)"},
      {source + "rules: [{name: a, match: {service: []}, set: {drop: true}}]\n",
       "mesh.yaml:4:36: rules[0].match.service: an empty list matches nothing"},
      {source + "rules: [{name: a, match: {service: /(/}, set: {drop: true}}]\n",
       "mesh.yaml:4:36: rules[0].match.service: \"/(/\": missing )"},
      {source + "rules: [{name: a, match: {port: 0}, set: {drop: true}}]\n",
       "mesh.yaml:4:33: rules[0].match.port: expected a port from 1 to 65535 or a range"},
      {source + "rules: [{name: a, match: {network: x}, set: {drop: true}}]\n",
       "mesh.yaml:4:36: rules[0].match.network: \"x\" is no IP address"},
      {source + "output: {dryRun: server}\n",
       "mesh.yaml:4:10: output.dryRun: unknown key: only the command line has it, as --dry-run"},
      {source + "namespace: a\n",
       "mesh.yaml:4:1: namespace: unknown key: it belongs under `defaults:`, or under the `set:` of a rule"},
      {source + "owner: a\n", "mesh.yaml:4:1: owner: unknown key: it belongs under `output:`"},
      {source + "defaults:\n  label:\n    a: b\n",
       "mesh.yaml:5:3: defaults.label: unknown key (did you mean \"labels\"?)"},
      {source + "output: {maxDelete: many}\n", "mesh.yaml:4:21: output.maxDelete: expected a number, got a string"},
      {source + "output: {maxDelete: 1.5}\n",
       "mesh.yaml:4:21: output.maxDelete: expected a number from 0 to 1000000, got \"1.5\""},
      {kHead + "sources: [{name: x}]\n",
       "mesh.yaml:3:11: sources[0]: the source \"x\" has no `kind`: one of consul, etcd, eureka, exec, file, nacos"},
      {kHead + "sources: [{address: x}]\n", "mesh.yaml:3:11: sources[0]: a source needs a `kind`"},
      {kHead + "sources: [{kind: consl}]\n",
       "mesh.yaml:3:11: sources[0]: unknown kind of source \"consl\" (did you mean \"consul\"?)"},
      {kHead + "sources: [{kind: consul}, {kind: consul}]\n",
       "mesh.yaml:3:27: sources[1]: there is another source \"consul\" in this file"},
      {kHead + "sources: [{kind: consul, tokn: x}]\n",
       "mesh.yaml:3:26: sources[0].tokn: unknown key (did you mean \"token\"?)"},
      {kHead + "sources: [{kind: consul, timeout: 1s}]\n",
       "mesh.yaml:3:26: sources[0].timeout: unknown key; a source of kind consul has"},
      {kHead + "sources: [{kind: consul, maxStale: 5}]\n", "mesh.yaml:3:36: sources[0].maxStale: expected a duration"},
      {kHead + "sources: [{kind: consul, consistency: stal}]\n",
       "mesh.yaml:3:39: sources[0].consistency: expected one of stale, default, consistent"},
      {kHead + "sources: [{kind: consul, emulator: maybe}]\n",
       "mesh.yaml:3:36: sources[0].emulator: expected true or false"},
      {kHead + "sources: [{kind: consul, expect: {minServices: x}}]\n",
       "mesh.yaml:3:48: sources[0].expect.minServices: expected a whole number that is not negative, got \"x\""},
      {kHead + "sources: [{kind: consul, tokenFile: [a, b]}]\n",
       "mesh.yaml:3:37: sources[0].tokenFile: expected one value, got 2"},
      {kHead + "sources: [{kind: consul, address: a, addresses: b}]\n",
       "mesh.yaml:3:49: sources[0].addresses: give either `address` or `addresses`"},
      {kHead + "sources: [{kind: consul, token: \"${T}\", tokenFile: t}]\n",
       "mesh.yaml:3:33: sources[0].token: give either `token` or `tokenFile`"},
      {kHead + "sources: [{kind: consul, address: \"http://u:p@c\"}]\n",
       "mesh.yaml:3:35: sources[0].address: a password must not stand in the file: write ${NAME}"},
      {kHead + "sources: [{kind: consul, address: \"${NOT_SET}\"}]\n",
       "mesh.yaml:3:35: sources[0].address: the variable \"NOT_SET\" is not set"},
      {kHead + "sources: [{kind: consul, address: \"${X\"}]\n",
       "mesh.yaml:3:35: sources[0].address: a '${' is not closed"},
      {kHead + "sources: [{kind: consul, exclude: \"[\"}]\n",
       "mesh.yaml:3:35: sources[0].exclude: \"[\": a '[' is not closed"},
      {kHead + "include: \"[\"\n" + "sources: [{kind: consul}]\n",
       "mesh.yaml:3:10: include: \"[\": a '[' is not closed"},
      {kHead + "sources: [{kind: consul, name: \"a b\"}]\n",
       "mesh.yaml:3:11: sources[0]: the name \"a b\" cannot be a label's value"},
      {kHead, "no source: say what to read"},
  };
  for (const auto& [text, expected] : rows) {
    Configured world;
    CAPTURE(text);
    const std::string told = world.problems(text);
    CAPTURE(told);
    CHECK(told.starts_with(expected));
  }
  Configured world;
  CHECK(world.problems(source + "defaults: {health: al, layout: no}\nrules: [{name: a, set: {weight: -1}}]\nx: 1\n") ==
        "mesh.yaml:4:20: defaults.health: expected one of warning, passing, any, got \"al\"\n"
        "mesh.yaml:4:32: defaults.layout: expected a string, got true or false: put it between quotes\n"
        "mesh.yaml:5:33: rules[0].set.weight: expected a number that is not negative, got \"-1\"\n"
        "mesh.yaml:6:1: x: unknown key");
}

TEST_CASE("configuration: a secret stands in no file and in no message") {
  for (const std::string value : {"hunter2", "x${TOKEN}", "[hunter2, hunter2]"}) {
    Configured world;
    world.variables = {{"TOKEN", "hunter2"}};
    const std::string told = world.problems(kHead + fmt::format("sources: [{{kind: consul, token: \"{}\"}}]\n", value));
    CHECK(told.starts_with("mesh.yaml:3:33: sources[0].token: a secret must not stand in the file: write ${NAME}"));
    CHECK(told.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("configuration: what a variable holds is in no message, whatever it was used for") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"maxStale: \"${TOKEN}\"",
       "mesh.yaml:3:36: sources[0].maxStale: expected a duration such as \"30s\" or \"1m30s\", got \"${TOKEN}\", and "
       "what "
       "the variable holds is none"},
      {"emulator: \"${TOKEN}\"", "mesh.yaml:3:36: sources[0].emulator: expected true or false, got \"${TOKEN}\""},
      {"consistency: \"x${TOKEN}\"", "mesh.yaml:3:39: sources[0].consistency: expected one of stale"},
      {"maxAnswerBytes: \"${TOKEN}\"", "mesh.yaml:3:42: sources[0].maxAnswerBytes: expected a whole number"},
      {"exclude: [\"[${TOKEN}\"]", "mesh.yaml:3:35: sources[0].exclude: what a variable holds makes no pattern"},
      {"expect: {minServices: \"${TOKEN}\"}", "mesh.yaml:3:48: sources[0].expect.minServices: expected a whole number"},
  };
  for (const auto& [setting, expected] : rows) {
    Configured world;
    world.variables = {{"TOKEN", "hunter2"}};
    const std::string told = world.problems(kHead + fmt::format("sources: [{{kind: consul, {}}}]\n", setting));
    CAPTURE(told);
    CHECK(told.starts_with(expected));
    CHECK(told.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("configuration: a dollar that begins no variable") {
  Configured world;
  world.variables = {{"A", "x"}};
  const auto address = [&](const std::string& text) {
    return world.resolve(kHead + "sources: [{kind: exec, address: '" + text + "'}]\n").sources[0].addresses.at(0);
  };
  CHECK(address("$${A}") == "${A}");
  CHECK(address("$A") == "$A");
  CHECK(address("${A}${A}-$${A}") == "xx-${A}");
}

}  // namespace
}  // namespace r2i::config
