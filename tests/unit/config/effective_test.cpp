#include "config/settings.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace r2i::config {
namespace {

using testing::TempDir;
using Variables = std::map<std::string, std::string, std::less<>>;

const std::string kHead = "apiVersion: registry2istio.io/v1\nkind: Config\n";

std::vector<std::string_view> keys() {
  std::vector<std::string_view> keys;
  for (const SettingInfo& info : all_settings()) {
    if (info.key != "check" && info.key != "kustomization" && info.key != "plan") keys.push_back(info.key);
  }
  return keys;
}

/// "origin key = value", a line each and without the folder, of what is not a default.
std::string given_in(const std::vector<std::string>& files, TypedFlags flags = {}, const Variables& variables = {}) {
  const TempDir dir;
  for (std::size_t i = 0; i < files.size(); ++i)
    flags["config"].push_back(dir.write(i == 0 ? "mesh.yaml" : "team.yaml", files[i]));
  std::string lines;
  for (const EffectiveSetting& setting : resolve(keys(), flags, Environment(variables)).effective) {
    if (setting.is_default() || setting.path == "config") continue;
    std::string line = setting.origin + " " + setting.path + " = " + value_text(setting) +
                       (setting.overridden_by.empty() ? "" : " < " + setting.overridden_by);
    for (auto at = line.find(dir.path("")); at != std::string::npos; at = line.find(dir.path("")))
      line.erase(at, dir.path("").size());
    lines += line + "\n";
  }
  return lines;
}

std::string lines(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& line : all) text += line + "\n";
  return text;
}

TEST_CASE("effective settings: files, in the order in which one wins over the other") {
  CHECK(given_in({kHead + R"(
include: web*
sources:
- kind: consul
  defaults: {health: any}
defaults:
  namespace: mesh
  host: {fromMetadata: vhost}
rules:
- name: payments
  match: {service: [pay, "bill*"], metadata: {team: shop}, port: 8000-8999}
  set: {protocol: tcp, labels: {tier: gold}}
output:
  owner: team-a
)"}) == lines({
            "mesh.yaml:4:10 include = [web*]",
            "mesh.yaml:9:14 defaults.namespace = mesh",
            "mesh.yaml:10:9 defaults.host = {fromMetadata: vhost}",
            "mesh.yaml:7:22 sources.consul.defaults.health = any",
            "mesh.yaml:13:20 rules.payments.match.service = [pay, bill*]",
            "mesh.yaml:13:53 rules.payments.match.metadata.team = [shop]",
            "mesh.yaml:13:66 rules.payments.match.port = [8000-8999]",
            "mesh.yaml:14:19 rules.payments.set.protocol = tcp",
            "mesh.yaml:14:32 rules.payments.set.labels = {tier: gold}",
            "mesh.yaml:16:10 output.owner = team-a",
        }));
}

TEST_CASE("effective settings: of several files the later one wins, setting by setting") {
  CHECK(
      given_in(
          {kHead + "defaults: {health: any, namespace: a}\nrules: [{name: r, match: {service: a}, set: {weight: 2}}]\n",
           kHead + "defaults: {namespace: b}\nrules: [{name: r, match: {tag: t}, set: {drop: true}}]\n"}) ==
      lines({"team.yaml:3:23 defaults.namespace = b", "mesh.yaml:3:20 defaults.health = any",
             "team.yaml:4:32 rules.r.match.tag = [t]", "team.yaml:4:48 rules.r.set.drop = true",
             "mesh.yaml:4:54 rules.r.set.weight = 2"}));
}

TEST_CASE("effective settings: flags and variables win, and say over what") {
  const std::string file = kHead +
                           "defaults: {health: any}\n"
                           "rules: [{name: r, match: {service: a}, set: {health: any, weight: 2}}]\n"
                           "output: {owner: a, parallelism: 4}\n";
  CHECK(given_in({file}, {{"owner", {"b", "c"}}, {"include", {"x"}}},
                 {{"R2I_HEALTH", "passing"}, {"R2I_PARALLELISM", "8"}, {"R2I_OWNER", "d"}}) ==
        lines({"--include include = [x]", "R2I_HEALTH defaults.health = passing",
               "mesh.yaml:4:36 rules.r.match.service = [a]", "mesh.yaml:4:54 rules.r.set.health = any < R2I_HEALTH",
               "mesh.yaml:4:67 rules.r.set.weight = 2", "--owner output.owner = c",
               "R2I_PARALLELISM output.parallelism = 8"}));
}

TEST_CASE("effective settings: every setting that a file can have is there once, with its default") {
  std::set<std::string> paths;
  for (const EffectiveSetting& setting : resolve(keys(), {}, Environment()).effective) {
    CAPTURE(setting.path);
    CHECK(paths.insert(setting.path).second);
    CHECK(setting.is_default());
    CHECK_FALSE(value_text(setting).empty());
  }
  for (const std::string path : {"include", "defaults.drop", "defaults.localityMap", "output.maxDelete"})
    CHECK(paths.contains(path));
}

TEST_CASE("effective settings: only a command that asks for them gets them, and needs no source") {
  CHECK(resolve({"from"}, {{"from", {"consul"}}}, Environment()).effective.empty());
  CHECK(resolve({"from", "showOrigin"}, {}, Environment()).sources.empty());
  CHECK_THROWS(resolve({"from"}, {}, Environment()));
}

}  // namespace
}  // namespace r2i::config
