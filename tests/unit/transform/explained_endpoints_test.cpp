#include "transform/explained_endpoints.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "transform/rule_book.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::given;
using testing::in_state;
using testing::tagged;
using testing::weighing;
using testing::with_metadata;

/// The choices of an explanation refer to the settings.
struct Told {
  ConversionSettings settings;
  std::vector<ExplainedEndpoint> endpoints;
  std::vector<std::string> aliases;
};

Told told(const Service& service, ConversionSettings settings = {}) {
  Told result{std::move(settings), {}, {}};
  RuleBook rules(result.settings);
  Collected diagnostics;
  const Explained explained = explain(service, rules, diagnostics);
  const auto reported = diagnostics.all.size();
  result.endpoints = explain_endpoints(explained);
  result.aliases = explain_aliases(explained);
  CHECK(diagnostics.all.size() == reported);
  return result;
}

TEST_CASE("explained endpoints: those of usable instances, by their positions, in the order of the object") {
  const auto result = told(a_service(
      "pay", {an_instance("10.0.0.2"), in_state(Health::critical, an_instance("10.0.0.3")), an_instance("10.0.0.1")}));
  REQUIRE(result.endpoints.size() == 2);
  CHECK(result.endpoints[0].instance == 2);
  CHECK(result.endpoints[0].address == "10.0.0.1");
  CHECK(result.endpoints[1].instance == 0);
  CHECK(result.endpoints[0].locality.value == "dc1");
  CHECK(result.endpoints[0].locality.origin == "the datacenter");
  CHECK(result.endpoints[0].weight.origin == "default");
}

TEST_CASE("explained endpoints: a label tells its tag, its metadata or its rule") {
  ConversionSettings settings;
  settings.defaults.labels =
      given(TemplateMap{{"team", TextTemplate::parse("{service}").value()}}, "defaults (m.yaml:3)");
  settings.defaults.tls_mode = given(TlsMode::istio, "defaults (m.yaml:4)");
  const auto result = told(
      a_service("pay", {tagged({"version=v2"}, with_metadata({{"env", "prod"}}, an_instance("10.0.0.1")))}), settings);
  REQUIRE(result.endpoints.size() == 1);
  std::string labels;
  for (const auto& [key, value] : result.endpoints.front().labels)
    labels += key + "=" + value.value + " (" + value.origin + ")\n";
  CHECK(labels ==
        "env=prod (metadata env)\nsecurity.istio.io/tlsMode=istio (defaults (m.yaml:4))\nteam=pay (defaults "
        "(m.yaml:3))\nversion=v2 (tag version=v2)\n");
}

TEST_CASE("explained endpoints: localities and weights tell what decided them") {
  ConversionSettings settings;
  settings.defaults.locality_map = given(TextMap{{"r", "eu"}}, "defaults (m.yaml:3)");
  settings.typed.weight_scale = given(2.0, "--scale");
  Instance instance = weighing(3, an_instance("10.0.0.1"));
  instance.locality = "r/z";
  const auto result = told(a_service("pay", {instance}), settings);
  REQUIRE(result.endpoints.size() == 1);
  CHECK(result.endpoints.front().locality.value == "eu/z");
  CHECK(result.endpoints.front().locality.origin == "the registry, localityMap of defaults (m.yaml:3)");
  CHECK(result.endpoints.front().weight.value == 6);
  CHECK(result.endpoints.front().weight.origin == "the registry, weightScale of --scale");
}

TEST_CASE("explained endpoints: none where the service is left out, and of a port that is withheld") {
  CHECK(told(a_service("consul", {an_instance("10.0.0.1")})).endpoints.empty());
  CHECK(told(a_service("pg", {an_instance("10.0.0.1", {5432})})).endpoints.empty());
}

TEST_CASE("explained aliases: sorted, without those that are no host") {
  ConversionSettings settings;
  settings.defaults.aliases = given(
      std::vector{TextTemplate::parse_host("{service}.b").value(), TextTemplate::parse_host("{service}.a").value()});
  const auto result = told(a_service("pay", {an_instance("10.0.0.1")}), settings);
  CHECK((result.aliases == std::vector<std::string>{"pay.a", "pay.b"}));
}

}  // namespace
}  // namespace r2i::transform
