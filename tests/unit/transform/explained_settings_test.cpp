#include "transform/explained_settings.hpp"

#include "support/choices.hpp"
#include "support/services.hpp"
#include "transform/rule_book.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_service;
using testing::an_instance;
using testing::given;
using testing::tagged;

ExplainedSetting setting(const std::vector<ExplainedSetting>& all, std::string_view key) {
  const auto found = std::ranges::find(all, key, &ExplainedSetting::key);
  REQUIRE(found != all.end());
  return *found;
}

TemplateMap labels(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  TemplateMap map;
  for (const auto& [key, text] : pairs) map.emplace(key, TextTemplate::parse(text).value());
  return map;
}

TEST_CASE("explained settings: each setting once, defaults in the words of the help") {
  const auto all = explain_settings(ServiceChoices{});
  std::set<std::string_view> keys;
  for (const ExplainedSetting& one : all) {
    CHECK(keys.insert(one.key).second);
    CHECK(one.origin == "default");
    CHECK_FALSE(one.value.empty());
  }
  CHECK(all.size() == 28);
  CHECK(setting(all, "drop").value == "false");
  CHECK(setting(all, "health").value == "warning for consul, else passing");
  CHECK(setting(all, "layout").value == "inline");
}

TEST_CASE("explained settings: the value that won, with its origin; of maps all that contribute") {
  ConversionSettings settings;
  settings.defaults.health = given(HealthPolicy::any, "defaults (mesh.yaml:3)");
  settings.defaults.object_labels = given(labels({{"team", "a"}, {"rev", "1"}}), "defaults (mesh.yaml:4)");
  Rule rule{"pay", "mesh.yaml:9", {}, {}};
  rule.set.health = given(HealthPolicy::passing, "rule \"pay\" (mesh.yaml:12)");
  rule.set.object_labels = given(labels({{"rev", "2"}}), "rule \"pay\" (mesh.yaml:13)");
  settings.rules.push_back(std::move(rule));
  RuleBook book(settings);
  const Service service = a_service("pay", {an_instance("10.0.0.1")});
  const ServiceChoices choices = book.choices_for(service);
  const auto all = explain_settings(choices);
  CHECK((setting(all, "health") == ExplainedSetting{"health", "passing", "rule \"pay\" (mesh.yaml:12)"}));
  CHECK((setting(all, "objectLabels") ==
         ExplainedSetting{"objectLabels", "{rev: 2, team: a}", "defaults (mesh.yaml:4), rule \"pay\" (mesh.yaml:13)"}));
}

TEST_CASE("explained settings: what differs from instance to instance") {
  ConversionSettings settings;
  Rule rule{"canaries", "mesh.yaml:9", {}, {}};
  rule.match.tags = {"canary"};
  rule.set.weight = given(Stated<double>{5, {}}, "rule \"canaries\" (mesh.yaml:12)");
  settings.rules.push_back(std::move(rule));
  RuleBook book(settings);
  const Service service = a_service("pay", {tagged({"canary"}, an_instance("10.0.0.1")), an_instance("10.0.0.2")});
  const ServiceChoices choices = book.choices_for(service);
  CHECK((setting(explain_settings(choices), "weight") == ExplainedSetting{"weight", std::string(kByInstance), ""}));
  CHECK(setting(explain_settings(choices), "network").origin == "default");
  const auto canary = explain_instance(choices, 0);
  const auto other = explain_instance(choices, 1);
  REQUIRE(canary.size() == 1);
  CHECK((canary.front() == ExplainedSetting{"weight", "5", "rule \"canaries\" (mesh.yaml:12)"}));
  REQUIRE(other.size() == 1);
  CHECK((other.front() == ExplainedSetting{"weight", "the registry's", "default"}));
  CHECK(explain_instance(ServiceChoices{}, 0).empty());
}

}  // namespace
}  // namespace r2i::transform
