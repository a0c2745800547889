#include "transform/rule_book.hpp"

#include "support/choices.hpp"
#include "support/services.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_scope;
using testing::a_service;
using testing::an_instance;
using testing::given;
using testing::tagged;
using testing::with_metadata;

/// A rule that sets the namespace to its own name.
Rule rule(std::string name, RuleMatch match) {
  Rule result;
  result.set.nspace = given(std::string(name), "rule " + name);
  result.name = std::move(name);
  result.match = std::move(match);
  return result;
}

/// The namespace that is chosen for a service.
std::string chosen(const ConversionSettings& settings, const Service& service) {
  RuleBook book(settings);
  return value_or(book.choices_for(service).service.nspace, std::string("none"));
}

Service grouped(Service service) {
  service.group = "g1";
  service.nspace = "n1";
  service.metadata = {{"team", "blue"}};
  return service;
}

TEST_CASE("rules: each condition, and all of them together") {
  const Service service = grouped(
      a_service("pay-1", {tagged({"v2", "grpc"}, with_metadata({{"env", "test"}}, an_instance("10.1.0.1", {8080}))),
                          an_instance("10.2.0.1", {9090})}));
  struct Row {
    std::string what;
    RuleMatch match;
    bool holds;
  };
  std::vector<Row> rows = {{"nothing asked", {}, true}};
  const auto add = [&](std::string what, bool holds, auto set) {
    RuleMatch match;
    set(match);
    rows.push_back({std::move(what), match, holds});
  };
  add("service", true, [](RuleMatch& m) { m.services = {"x", "pay-*"}; });
  add("service, regular expression", true, [](RuleMatch& m) { m.services = {"/pay-[0-9]/"}; });
  add("another service", false, [](RuleMatch& m) { m.services = {"pay"}; });
  add("source", true, [](RuleMatch& m) { m.sources = {"consul"}; });
  add("another source", false, [](RuleMatch& m) { m.sources = {"west"}; });
  add("kind", false, [](RuleMatch& m) { m.kinds = {"eureka"}; });
  add("datacenter", true, [](RuleMatch& m) { m.datacenters = {"dc?"}; });
  add("another datacenter", false, [](RuleMatch& m) { m.datacenters = {"dc2"}; });
  add("group", true, [](RuleMatch& m) { m.groups = {"g1"}; });
  add("another group", false, [](RuleMatch& m) { m.groups = {"g2"}; });
  add("namespace", true, [](RuleMatch& m) { m.namespaces = {"n1"}; });
  add("another namespace", false, [](RuleMatch& m) { m.namespaces = {""}; });
  add("tag", true, [](RuleMatch& m) { m.tags = {"grpc"}; });
  add("another tag", false, [](RuleMatch& m) { m.tags = {"v3"}; });
  add("metadata of an instance", true, [](RuleMatch& m) { m.metadata["env"] = {"t*"}; });
  add("metadata of the service", true, [](RuleMatch& m) { m.metadata["team"] = {"blue"}; });
  add("another value", false, [](RuleMatch& m) { m.metadata["env"] = {"prod"}; });
  add("another key", false, [](RuleMatch& m) { m.metadata["region"] = {"*"}; });
  add("port", true, [](RuleMatch& m) { m.ports = {{9090, 9090}}; });
  add("range of ports", true, [](RuleMatch& m) { m.ports = {{1, 10}, {8000, 8999}}; });
  add("another port", false, [](RuleMatch& m) { m.ports = {{80, 80}}; });
  add("network", true, [](RuleMatch& m) { m.networks = {*IpNetwork::parse("10.2.0.0/16")}; });
  add("another network", false, [](RuleMatch& m) { m.networks = {*IpNetwork::parse("10.3.0.0/16")}; });
  add("service and source", true, [](RuleMatch& m) { m.services = {"pay-1"}, m.sources = {"consul"}; });
  add("service, but another source", false, [](RuleMatch& m) { m.services = {"pay-1"}, m.sources = {"west"}; });
  add("one instance has both", true, [](RuleMatch& m) { m.tags = {"v2"}, m.ports = {{8080, 8080}}; });
  add("one instance each", false, [](RuleMatch& m) { m.tags = {"v2"}, m.ports = {{9090, 9090}}; });
  for (const Row& row : rows) {
    CAPTURE(row.what);
    ConversionSettings settings;
    settings.rules = {rule("one", row.match)};
    CHECK(chosen(settings, service) == (row.holds ? "one" : "none"));
    // Other rules beside it change nothing.
    RuleMatch other;
    other.services = {"other"};
    settings.rules = {rule("before", other), rule("one", row.match), rule("after", other)};
    CHECK(chosen(settings, service) == (row.holds ? "one" : "none"));
    RuleBook book(settings);
    book.choices_for(service);
    CHECK(book.unused().size() == (row.holds ? 2 : 3));
  }
}

TEST_CASE("rules: what comes later wins, setting by setting") {
  const Service service = a_service("pay", {an_instance("10.0.0.1")});
  ConversionSettings settings;
  CHECK(chosen(settings, service) == "none");
  settings.defaults.nspace = given("defaults");
  settings.defaults.network = given("net");
  CHECK(chosen(settings, service) == "defaults");
  settings.sources["consul"].nspace = given("source");
  settings.sources["other"].nspace = given("other");
  CHECK(chosen(settings, service) == "source");
  settings.rules = {rule("first", {}), rule("second", {})};
  CHECK(chosen(settings, service) == "second");
  settings.typed.nspace = given("flag");
  CHECK(chosen(settings, service) == "flag");
  CHECK(value_or(testing::choices_of(service, settings).service.network, std::string()) == "net");
}

TEST_CASE("rules: what a rule that asks for instances says of endpoints is for those alone") {
  RuleMatch match;
  match.tags = {"canary"};
  ConversionSettings settings;
  settings.rules = {rule("canary", match)};
  settings.rules[0].set.weight_scale = given(0.1);
  const Service service = a_service("pay", {an_instance("10.0.0.1"), tagged({"canary"}, an_instance("10.0.0.2"))});
  const ServiceChoices choices = testing::choices_of(service, settings);
  CHECK(choices.service.nspace->value == "canary");
  CHECK(choices.of(service, service.instances[0]).weight_scale == nullptr);
  CHECK(choices.of(service, service.instances[1]).weight_scale->value == 0.1);
}

TEST_CASE("rules: a metadata key that is not there says nothing") {
  ConversionSettings settings;
  settings.defaults.weight = given(Stated<double>{7, {}});
  settings.defaults.protocol = testing::given_protocol("TCP");
  settings.typed.weight = given(Stated<double>{0, "w"});
  settings.typed.protocol = given(Stated<std::string>{"", "p"});
  const Service service =
      a_service("pay", {with_metadata({{"w", "3"}, {"p", "grpc"}}, an_instance("10.0.0.1")), an_instance("10.0.0.2")});
  const ServiceChoices choices = testing::choices_of(service, settings);
  CHECK(choices.of(service, service.instances[0]).weight->value.metadata_key == "w");
  CHECK(choices.of(service, service.instances[1]).weight->value.value == 7);
  CHECK(choices.service.protocol->value.metadata_key == "p");
  const Service without = a_service("web", {an_instance("10.0.0.1")});
  CHECK(testing::choices_of(without, settings).service.protocol->value.value == "TCP");
}

TEST_CASE("rules: maps are added up, key by key") {
  ConversionSettings settings;
  settings.defaults.locality_map = given(TextMap{{"a", "1"}, {"b", "2"}});
  settings.rules = {rule("one", {})};
  settings.rules[0].set.locality_map = given(TextMap{{"b", "3"}});
  const Service service = a_service("pay", {});
  const auto maps = testing::choices_of(service, settings).service.locality_map;
  REQUIRE(maps.size() == 2);
  CHECK(maps[0]->value.at("a") == "1");
  CHECK(maps[1]->value.at("b") == "3");
}

}  // namespace
}  // namespace r2i::transform
