#include "transform/merge.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "transform/combine.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_scope;
using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::given;
using testing::given_host;
using testing::in_state;
using testing::offering;
using testing::weighing;

/// A scope of a source of this kind and name, merged into `shop`.
std::shared_ptr<const Scope> part_of_shop(const std::string& kind, const std::string& datacenter = "") {
  auto scope = a_scope(kind, datacenter);
  scope->source = std::make_shared<const SourceInfo>(SourceInfo{kind, kind, "", "shop"});
  return scope;
}

ConversionSettings one_host(ConversionSettings settings = {}) {
  settings.defaults.host = given_host("{service}.mesh");
  return settings;
}

struct Outcome {
  Manifests manifests;
  Collected diagnostics;

  [[nodiscard]] const ServiceEntry& entry(std::size_t index = 0) const {
    return std::get<ServiceEntry>(manifests.objects.at(index));
  }
  /// "10.0.0.1:8080 10.0.0.2": addresses, and the numbers that the ports of the service lead to where they are given.
  [[nodiscard]] std::string endpoints(std::size_t index = 0) const {
    std::vector<std::string> texts;
    for (const Endpoint& endpoint : entry(index).endpoints) {
      std::string text = endpoint.address;
      for (const auto& [name, number] : endpoint.ports) text += fmt::format(" {}={}", name, number);
      texts.push_back(text);
    }
    return fmt::format("{}", fmt::join(texts, "; "));
  }
  [[nodiscard]] std::string annotation(std::string_view key, std::size_t index = 0) const {
    return std::string(find_value(entry(index).meta.annotations, key).value_or("-"));
  }
  [[nodiscard]] std::string label(std::string_view key, std::size_t index = 0) const {
    return std::string(find_value(entry(index).meta.labels, key).value_or("-"));
  }
  [[nodiscard]] std::string withheld() const { return fmt::format("{}", fmt::join(manifests.withheld_hosts, " ")); }
};

using Unread = std::map<std::string, std::string>;

std::unique_ptr<Outcome> run(const std::vector<Service>& services, const ConversionSettings& settings,
                             const Unread& unread = {}) {
  auto outcome = std::make_unique<Outcome>();
  RuleBook rules(settings);
  Merger merger(rules, outcome->diagnostics);
  std::vector<Converted> all;
  for (const Service& service : services) {
    if (!service.scope->source->merge.empty()) {
      merger.take(Service(service));
    } else if (auto converted = convert(Service(service), rules, outcome->diagnostics)) {
      all.push_back(std::move(*converted));
    }
  }
  std::ranges::move(merger.finish(unread), std::back_inserter(all));
  outcome->manifests = combine(std::move(all), outcome->diagnostics);
  return outcome;
}

/// The same in every order.
std::unique_ptr<Outcome> merged(std::vector<Service> services, const ConversionSettings& settings = one_host(),
                                const Unread& unread = {}) {
  auto first = run(services, settings, unread);
  std::mt19937 random(1);
  for (int i = 0; i < 5; ++i) {
    std::shuffle(services.begin(), services.end(), random);
    for (Service& service : services) std::shuffle(service.instances.begin(), service.instances.end(), random);
    const auto again = run(services, settings, unread);
    CHECK((again->manifests.objects == first->manifests.objects));
    CHECK(again->withheld() == first->withheld());
    CHECK(again->diagnostics.codes() == first->diagnostics.codes());
  }
  return first;
}

TEST_CASE("merge: endpoints of both on one host, with the name of the merge and where they are from") {
  const auto outcome = merged({a_service("pay", {an_instance("10.0.0.2")}, part_of_shop("eureka")),
                               a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1")),
                               a_service("web", {an_instance("10.0.0.3")}, part_of_shop("eureka"))});
  REQUIRE(outcome->manifests.objects.size() == 2);
  CHECK(outcome->entry().hosts == std::vector<std::string>{"pay.mesh"});
  CHECK(outcome->endpoints() == "10.0.0.1; 10.0.0.2");
  CHECK(outcome->label(mark::kSource) == "shop");
  CHECK(outcome->annotation(mark::kScope) == "merged");
  CHECK(outcome->annotation(mark::kMergedFrom) == "consul/dc1,eureka/default");
  CHECK(outcome->annotation(mark::kService) == "-");
  CHECK(outcome->entry().endpoints[0].locality == "dc1");
  CHECK(outcome->annotation(mark::kMergedFrom, 1) == "eureka/default");
  CHECK(outcome->label(mark::kSource, 1) == "shop");
  CHECK(outcome->diagnostics.codes() == "");
}

TEST_CASE("merge: names that differ are all told, and commas in them are no borders") {
  const auto outcome = merged({a_service("PAY", {an_instance("10.0.0.2")}, part_of_shop("eureka")),
                               a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1"))});
  CHECK(outcome->annotation(mark::kService) == "PAY,pay");
  const auto odd = merged({a_service("a,b", {an_instance("10.0.0.2")}, part_of_shop("eureka")),
                           a_service("a-b", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1"))});
  CHECK(odd->annotation(mark::kService) == "a%2Cb,a-b");
}

TEST_CASE("merge: an instance that is in both registries is one endpoint, and the healthiest stays") {
  struct Row {
    std::string what;
    Health consul;
    Health eureka;
    std::string endpoints;
    std::string codes;
  };
  const std::vector<Row> rows = {
      {"both pass", Health::passing, Health::passing, "10.0.0.1", "2016"},
      {"one fails in one", Health::critical, Health::passing, "10.0.0.1", "2010"},
      {"and in the other", Health::passing, Health::critical, "10.0.0.1", "2010"},
      {"the policy is each registry's own", Health::warning, Health::warning, "10.0.0.1", "2010"},
      {"stopped in one", Health::maintenance, Health::passing, "", "2011 2017 2060"},
      {"stopped in the other", Health::passing, Health::disabled, "", "2012 2017 2060"},
      {"both fail", Health::critical, Health::critical, "", "2010 2010 2060"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto outcome =
        merged({a_service("pay", {in_state(row.consul, an_instance("10.0.0.1"))}, part_of_shop("consul", "dc1")),
                a_service("pay", {in_state(row.eureka, an_instance("10.0.0.1"))}, part_of_shop("eureka"))});
    CHECK(outcome->endpoints() == row.endpoints);
    CHECK(outcome->diagnostics.codes() == row.codes);
  }
}

TEST_CASE("merge: ports are united, and every endpoint maps each") {
  const auto ports_of = [](const Outcome& outcome) {
    std::vector<std::string> names;
    for (const ServicePort& port : outcome.entry().ports) names.push_back(port.name);
    return fmt::format("{}", fmt::join(names, " "));
  };
  SUBCASE("of several numbers") {
    const auto outcome = merged({a_service("pay", {an_instance("10.0.0.1", {8080})}, part_of_shop("consul", "dc1")),
                                 a_service("pay", {an_instance("10.0.0.2", {9090})}, part_of_shop("nacos"))});
    CHECK(ports_of(*outcome) == "http-80 http-8080 http-9090");
    CHECK(outcome->endpoints() ==
          "10.0.0.1 http-80=8080 http-8080=8080 http-9090=8080; 10.0.0.2 http-80=9090 http-8080=9090 http-9090=9090");
  }
  SUBCASE("a registry that says the scheme beside one that says nothing") {
    const auto outcome = merged(
        {a_service("pay", {an_instance("10.0.0.1", {8080})}, part_of_shop("consul", "dc1")),
         a_service("pay", {offering("10.0.0.2", {{8080, "", "http"}, {8443, "", "https"}})}, part_of_shop("eureka"))});
    CHECK(ports_of(*outcome) == "http-8080");
    CHECK(outcome->endpoints() == "10.0.0.1; 10.0.0.2");
    CHECK(outcome->diagnostics.codes() == "2031");
  }
  SUBCASE("names are matched before what is left") {
    const auto outcome = merged(
        {a_service("pay", {offering("10.0.0.1", {{1, "admin", ""}, {2, "web", ""}})}, part_of_shop("consul", "dc1")),
         a_service("pay", {offering("10.0.0.2", {{3, "web", ""}, {4, "", ""}})}, part_of_shop("eureka"))});
    CHECK(outcome->endpoints() ==
          "10.0.0.1 http-1=1 http-2=2 http-3=2 http-4=1 http-80=1; 10.0.0.2 http-1=4 http-2=3 http-3=3 http-4=4 "
          "http-80=4");
  }
  SUBCASE("what is said to be different is not mixed") {
    const auto outcome = merged(
        {a_service("pay", {an_instance("10.0.0.1", {443}), an_instance("10.0.0.2", {443})}, part_of_shop("nacos")),
         a_service("pay", {offering("10.0.0.3", {{8080, "", "http"}})}, part_of_shop("eureka"))});
    CHECK(ports_of(*outcome) == "https-443");
    CHECK(outcome->endpoints() == "10.0.0.1; 10.0.0.2");
    CHECK(outcome->diagnostics.codes() == "2014");
  }
}

TEST_CASE("merge: a host name in one registry makes the resolution DNS for both") {
  const auto outcome = merged({a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1")),
                               a_service("pay", {an_instance("vm.example.com")}, part_of_shop("eureka"))});
  CHECK((outcome->entry().resolution == Resolution::dns));
}

TEST_CASE("merge: the weights of each registry have the mean 1 first") {
  const auto weights = [](const Outcome& outcome) {
    std::vector<std::uint32_t> all;
    for (const Endpoint& endpoint : outcome.entry().endpoints) all.push_back(endpoint.weight);
    return fmt::format("{}", fmt::join(all, " "));
  };
  const auto consul = a_service("pay", {weighing(1, an_instance("10.0.0.1")), weighing(1, an_instance("10.0.0.2"))},
                                part_of_shop("consul", "dc1"));
  const auto eureka = [](double a, double b) {
    return a_service("pay", {weighing(a, an_instance("10.0.1.1")), weighing(b, an_instance("10.0.1.2"))},
                     part_of_shop("eureka"));
  };
  CHECK(weights(*merged({consul, eureka(100, 100)})) == "0 0 0 0");
  CHECK(weights(*merged({consul, eureka(50, 150)})) == "10 10 5 15");
  ConversionSettings shifted = one_host();
  shifted.sources["eureka"].weight_scale = given(0.1);
  CHECK(weights(*merged({consul, eureka(100, 100)}, shifted)) == "10 10 1 1");
}

TEST_CASE("merge: a merge that was not read in full is withheld as a whole") {
  Service half = a_service("web", {}, part_of_shop("eureka"));
  half.complete = false;
  ConversionSettings settings = one_host();
  settings.sources["consul"].aliases = given(std::vector{TextTemplate::parse_host("{service}.consul").value()});
  const auto outcome = merged({a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1")), half,
                               a_service("own", {an_instance("10.0.0.9")}, a_scope("nacos", ""))},
                              settings, {{"shop", "eureka/default"}});
  CHECK(outcome->manifests.objects.size() == 1);
  CHECK(outcome->withheld() == "pay.consul pay.mesh web.mesh");
  CHECK(outcome->diagnostics.first(Code::merge_incomplete) ==
        "merge \"shop\": its 2 hosts are withheld: eureka/default was not read in full");
}

TEST_CASE("merge: twins within one source follow row 5, and withhold the host if none keeps it") {
  const auto scope = part_of_shop("consul", "dc1");
  const auto consul = [&](const std::string& name, const std::string& address) {
    return a_service(name, {an_instance(address)}, scope);
  };
  const auto eureka = a_service("a-b", {an_instance("10.0.0.3")}, part_of_shop("eureka"));
  const auto kept = merged({consul("a_b", "10.0.0.1"), consul("a-b", "10.0.0.2"), eureka});
  CHECK(kept->endpoints() == "10.0.0.2; 10.0.0.3");
  CHECK(kept->diagnostics.codes() == "2020 2022");
  const auto none = merged({consul("a_b", "10.0.0.1"), consul("a:b", "10.0.0.2"), eureka});
  CHECK(none->withheld() == "a-b.mesh");
  CHECK(none->diagnostics.codes() == "2020 2020 2022 2022");
  const auto variants = merged({consul("Pay", "10.0.0.1"), consul("PAY", "10.0.0.1"),
                                a_service("pay", {an_instance("10.0.0.3")}, part_of_shop("eureka"))});
  CHECK(variants->endpoints() == "10.0.0.1; 10.0.0.3");
  CHECK(variants->diagnostics.has(Code::case_variants));
}

TEST_CASE("merge: what is not merged collides as before") {
  const auto outcome = merged({a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1")),
                               a_service("pay", {an_instance("10.0.0.2")}, a_scope("nacos", ""))});
  CHECK(outcome->withheld() == "pay.mesh");
  CHECK(outcome->diagnostics.codes() == "2022 2022");
  CHECK(outcome->diagnostics.first(Code::host_twins).find("shop/merged") != std::string::npos);
}

TEST_CASE("merge: of each setting the first that says something counts, and a difference is told") {
  ConversionSettings settings = one_host();
  settings.sources["eureka"].export_to = given(std::vector<std::string>{"apps"}, "eureka's defaults");
  settings.sources["eureka"].aliases = given(std::vector{TextTemplate::parse_host("{service}.eureka").value()});
  settings.sources["consul"].aliases = given(std::vector{TextTemplate::parse_host("{service}.consul").value()});
  const std::vector<Service> services = {a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1")),
                                         a_service("pay", {an_instance("10.0.0.2")}, part_of_shop("eureka"))};
  const auto one = merged(services, settings);
  REQUIRE(one->manifests.objects.size() == 3);
  CHECK(one->entry(2).hosts.front() == "pay.mesh");
  CHECK(one->entry(2).export_to == std::vector<std::string>{"apps"});
  CHECK(one->entry(0).hosts.front() == "pay.consul");
  CHECK(one->endpoints(0) == "10.0.0.1; 10.0.0.2");
  CHECK(one->diagnostics.codes() == "");

  settings.sources["consul"].export_to = given(std::vector<std::string>{"*"}, "consul's defaults");
  settings.sources["consul"].protocol = testing::given_protocol("GRPC");
  settings.sources["eureka"].protocol = testing::given_protocol("HTTP");
  const auto both = merged(services, settings);
  CHECK(both->entry(2).export_to == std::vector<std::string>{"*"});
  CHECK(both->entry(2).ports.front().protocol == "GRPC");
  CHECK(both->diagnostics.codes() == "2083 2083");
  CHECK(both->diagnostics.first(Code::merge_settings) ==
        "service \"pay\" of shop/merged: its sources have different values of exportTo: what consul's defaults says is "
        "taken, not eureka's defaults");
}

TEST_CASE("merge: WorkloadEntries have the marks of the whole") {
  ConversionSettings settings = one_host();
  settings.typed.layout = given(Layout::workload_entries);
  const auto outcome = merged({a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1")),
                               a_service("pay", {an_instance("10.0.0.2")}, part_of_shop("eureka"))},
                              settings);
  REQUIRE(outcome->manifests.objects.size() == 3);
  for (const Manifest& object : outcome->manifests.objects) {
    CHECK(find_value(meta_of(object).annotations, mark::kMergedFrom) == "consul/dc1,eureka/default");
  }
}

TEST_CASE("merge: a service without instances in one registry takes nothing from the other's") {
  const auto outcome = merged({a_service("pay", {an_instance("10.0.0.1")}, part_of_shop("consul", "dc1")),
                               a_service("pay", {}, part_of_shop("eureka"))});
  CHECK(outcome->endpoints() == "10.0.0.1");
  CHECK(outcome->annotation(mark::kMergedFrom) == "consul/dc1,eureka/default");
  const auto nothing =
      merged({a_service("pay", {}, part_of_shop("consul", "dc1")), a_service("pay", {}, part_of_shop("eureka"))});
  CHECK(nothing->withheld() == "pay.mesh");
  CHECK(nothing->diagnostics.codes() == "2061");
}

}  // namespace
}  // namespace r2i::transform
