#include "transform/ports.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "support/told.hpp"
#include "transform/selection.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::in_state;
using testing::offering;
using testing::tagged;
using testing::told;
using testing::with_metadata;

struct Plan {
  std::vector<PlannedPort> ports;
  std::string names;      ///< "http-80 http-8080"
  std::string endpoints;  ///< "10.0.0.1{http-80=8080,http-8080=8080} 10.0.0.2"
  Collected diagnostics;

  [[nodiscard]] const PlannedPort* find(std::uint32_t number) const {
    const auto found = std::ranges::find(ports, number, [](const PlannedPort& p) { return p.port.number; });
    return found == ports.end() ? nullptr : &*found;
  }
};

std::unique_ptr<Plan> plan(const std::vector<Instance>& instances, const ConversionSettings& settings = {}) {
  auto result = std::make_unique<Plan>();
  const Service service = a_service("pay", instances);
  const ServiceChoices choices = testing::choices_of(service, settings);
  std::vector<Candidate> candidates = registered(service, choices, result->diagnostics);
  result->ports = plan_ports(service, candidates, choices.service, result->diagnostics);
  std::vector<ServicePort> ports;
  for (const PlannedPort& port : result->ports) ports.push_back(port.port);
  result->names = told(ports);
  if (result->ports.empty()) return result;
  for (const Candidate& candidate : candidates) {
    const Endpoint endpoint{candidate.address, {}, "", "", endpoint_ports(candidate, result->ports), "", 0};
    result->endpoints += (result->endpoints.empty() ? "" : " ") + told(endpoint);
  }
  return result;
}

/// Instances 10.0.0.1, 10.0.0.2, … with one port each.
std::vector<Instance> with_ports(const std::vector<std::int64_t>& numbers) {
  std::vector<Instance> instances;
  for (const std::int64_t number : numbers)
    instances.push_back(
        an_instance(fmt::format("10.0.{}.{}", instances.size() / 200, 1 + instances.size() % 200), {number}));
  return instances;
}

std::vector<Instance> with_distinct_ports(std::int64_t count) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(31000 + i);
  return with_ports(numbers);
}

ConversionSettings with_rule(std::vector<std::uint32_t> numbers, bool instance = false) {
  ConversionSettings settings;
  settings.typed.service_ports = testing::given(ServicePortRule{std::move(numbers), instance});
  return settings;
}

struct PortCase {
  std::string what;
  std::vector<Instance> instances;
  ConversionSettings settings;
  std::string names;
  std::string endpoints;
  std::string codes;
};

void check_ports(const std::vector<PortCase>& rows) {
  std::mt19937 random(1);
  for (const PortCase& row : rows) {
    CAPTURE(row.what);
    const auto found = plan(row.instances, row.settings);
    CHECK(found->names == row.names);
    CHECK(found->endpoints == row.endpoints);
    CHECK(found->diagnostics.codes() == row.codes);
    auto shuffled = row.instances;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const auto again = plan(shuffled, row.settings);
    CHECK(again->names == row.names);
    CHECK(again->diagnostics.codes() == row.codes);
  }
}

TEST_CASE("ports: one distinct number is the service's own") {
  check_ports({
      {"one instance", with_ports({8080}), {}, "http-8080", "10.0.0.1", ""},
      {"two", with_ports({8080, 8080}), {}, "http-8080", "10.0.0.1 10.0.0.2", ""},
      {"443", with_ports({443}), {}, "https-443", "10.0.0.1", ""},
  });
}

TEST_CASE("ports: several distinct numbers give 80 and each of them, and every endpoint its own") {
  check_ports({
      {"two",
       with_ports({8081, 8080}),
       {},
       "http-80 http-8080 http-8081",
       "10.0.0.1{http-80=8081,http-8080=8081,http-8081=8081} 10.0.0.2{http-80=8080,http-8080=8080,http-8081=8080}",
       ""},
      {"80 among them",
       with_ports({80, 8080, 80}),
       {},
       "http-80 http-8080",
       "10.0.0.1{http-80=80,http-8080=80} 10.0.0.2{http-80=8080,http-8080=8080} 10.0.0.3{http-80=80,http-8080=80}",
       ""},
      {"unhealthy ones count",
       {an_instance("10.0.0.1"), in_state(Health::maintenance, an_instance("10.0.0.2", {9090}))},
       {},
       "http-80 http-8080 http-9090",
       "10.0.0.1{http-80=8080,http-8080=8080,http-9090=8080} 10.0.0.2{http-80=9090,http-8080=9090,http-9090=9090}",
       ""},
  });
}

TEST_CASE("ports: more than 8 distinct numbers are a warning, more than 64 are not exported") {
  struct Row {
    std::int64_t distinct;
    std::size_t ports;
    std::string codes;
  };
  for (const Row& row :
       std::vector<Row>{{8, 9, ""}, {9, 10, "2030"}, {64, 65, "2030"}, {65, 1, "2030"}, {500, 1, "2030"}}) {
    CAPTURE(row.distinct);
    const auto found = plan(with_distinct_ports(row.distinct));
    CHECK(found->ports.size() == row.ports);
    CHECK(found->diagnostics.codes() == row.codes);
    CHECK(found->find(80) != nullptr);
  }
  CHECK(plan(with_distinct_ports(9))->diagnostics.all[0].hint.find("--service-port") != std::string::npos);
}

TEST_CASE("ports: several ports of an instance are told apart by name, else by protocol, else by position") {
  check_ports({
      {"named",
       {offering("10.0.0.1", {{8080, "web", ""}, {9000, "admin", ""}}),
        offering("10.0.0.2", {{9000, "admin", ""}, {8080, "web", ""}})},
       {},
       "http-8080 http-9000",
       "10.0.0.1 10.0.0.2",
       ""},
      {"by protocol",
       {offering("10.0.0.1", {{8080, "", "http"}, {8443, "", "https"}}),
        offering("10.0.0.2", {{8443, "", "HTTPS"}, {8080, "", "http"}})},
       {},
       "http-8080 https-8443",
       "10.0.0.1 10.0.0.2",
       ""},
      {"by position",
       {an_instance("10.0.0.1", {8080, 9000}), an_instance("10.0.0.2", {8080, 9000})},
       {},
       "http-8080 http-9000",
       "10.0.0.1 10.0.0.2",
       ""},
      {"differing numbers of one protocol",
       {offering("10.0.0.1", {{8080, "", "http"}, {8443, "", "https"}}),
        offering("10.0.0.2", {{8081, "", "http"}, {8443, "", "https"}})},
       {},
       "http-80 http-8080 http-8081 https-8443",
       "10.0.0.1{http-80=8080,http-8080=8080,http-8081=8080,https-8443=8443} "
       "10.0.0.2{http-80=8081,http-8080=8081,http-8081=8081,https-8443=8443}",
       ""},
      {"differing numbers of both protocols: 443 is what 80 is for TLS",
       {offering("10.0.0.1", {{8080, "", "http"}, {8443, "", "https"}}),
        offering("10.0.0.2", {{8081, "", "http"}, {8444, "", "https"}})},
       {},
       "http-80 https-443 http-8080 http-8081 https-8443 https-8444",
       "10.0.0.1{http-80=8080,http-8080=8080,http-8081=8080,https-443=8443,https-8443=8443,https-8444=8443} "
       "10.0.0.2{http-80=8081,http-8080=8081,http-8081=8081,https-443=8444,https-8443=8444,https-8444=8444}",
       ""},
  });
}

TEST_CASE("ports: a port that some instance lacks is not exported unless a rule says so") {
  const std::vector<Instance> instances = {offering("10.0.0.1", {{8080, "", "http"}, {8443, "", "https"}}),
                                           offering("10.0.0.2", {{8080, "", "http"}})};
  check_ports({{"by default", instances, {}, "http-8080", "10.0.0.1 10.0.0.2", "2031"}});
}

TEST_CASE("ports: a rule may name a port that some instance lacks; nobody gets another protocol's instead") {
  const auto found = plan(
      {offering("10.0.0.1", {{8080, "", "http"}, {8443, "", "https"}}), offering("10.0.0.2", {{8080, "", "http"}})},
      with_rule({8443}));
  const PlannedPort* port = found->find(8443);
  REQUIRE(port != nullptr);
  CHECK(port->port.protocol == "HTTPS");
  CHECK(found->endpoints.find("8080") == std::string::npos);
}

TEST_CASE("ports: instances that have nothing in common with the others are left out, and told") {
  const auto found = plan({offering("10.0.0.1", {{8080, "web", ""}}), offering("10.0.0.2", {{8081, "web", ""}}),
                           offering("10.0.0.3", {{9000, "admin", ""}})});
  CHECK(found->names == "http-80 http-8080 http-8081");
  CHECK(found->endpoints ==
        "10.0.0.1{http-80=8080,http-8080=8080,http-8081=8080} 10.0.0.2{http-80=8081,http-8080=8081,http-8081=8081}");
  CHECK(found->diagnostics.codes() == "2014");
  CHECK(found->diagnostics.first(Code::no_port).find("10.0.0.3") != std::string::npos);
}

TEST_CASE("ports: a number that two ports of the service would have stays with the first") {
  const auto found = plan({offering("10.0.0.1", {{8080, "a", ""}, {8081, "b", ""}}),
                           offering("10.0.0.2", {{8081, "a", ""}, {8082, "b", ""}})});
  CHECK(found->names == "http-80 http-8080 http-8081 http-8082");
  CHECK(found->diagnostics.codes() == "2032");
  CHECK(found->endpoints.starts_with("10.0.0.1{http-80=8080,http-8080=8080,http-8081=8080,http-8082=8081} "));
}

TEST_CASE("ports: a rule fixes them") {
  check_ports({
      {"a number of nobody's", with_ports({8080, 8081}), with_rule({80}), "http-80",
       "10.0.0.1{http-80=8080} 10.0.0.2{http-80=8081}", ""},
      {"the instances' own number", with_ports({8080}), with_rule({8080}), "http-8080", "10.0.0.1", ""},
      {"several, in order", with_ports({8080}), with_rule({9000, 80}), "http-80 http-9000",
       "10.0.0.1{http-80=8080,http-9000=8080}", ""},
      {"one twice", with_ports({8080}), with_rule({80, 80}), "http-80", "10.0.0.1{http-80=8080}", ""},
      {"instance alone: without 80", with_ports({8080, 8081}), with_rule({}, true), "http-8080 http-8081",
       "10.0.0.1{http-8080=8080,http-8081=8080} 10.0.0.2{http-8080=8081,http-8081=8081}", ""},
      {"a number and instance", with_ports({8080}), with_rule({80}, true), "http-80 http-8080",
       "10.0.0.1{http-80=8080,http-8080=8080}", ""},
      {"many, wanted", with_distinct_ports(3), with_rule({}, true), "http-31000 http-31001 http-31002",
       "10.0.0.1{http-31000=31000,http-31001=31000,http-31002=31000} "
       "10.0.0.2{http-31000=31001,http-31001=31001,http-31002=31001} "
       "10.0.0.3{http-31000=31002,http-31001=31002,http-31002=31002}",
       ""},
      {"one protocol's number",
       {offering("10.0.0.1", {{8080, "", "http"}, {8443, "", "https"}})},
       with_rule({80, 8443}),
       "http-80 https-8443",
       "10.0.0.1{http-80=8080,https-8443=8443}",
       ""},
  });
}

TEST_CASE("ports: a service without a known port is left out") {
  check_ports({
      {"no instances", {}, {}, "", "", "2061"},
      {"no addresses", {an_instance("")}, {}, "", "", "2015 2061"},
      {"no ports", {offering("10.0.0.1", {})}, {}, "", "", "2014 2061"},
  });
}

TEST_CASE("ports: a rule gives a service without a known port one") {
  check_ports({{"no instances", {}, with_rule({80}), "http-80", "", ""}});
}

TEST_CASE("ports: a number out of range is reported, beside a good one, too") {
  const auto found = plan({an_instance("10.0.0.1", {8080, 70000})});
  CHECK(found->names == "http-8080");
  CHECK_FALSE(found->diagnostics.all.empty());
}

TEST_CASE("ports: a TCP service without an address is withheld, unless it is wanted") {
  const std::vector<Instance> mysql = with_ports({3306});
  ConversionSettings exported;
  exported.typed.tcp_without_address = testing::given(TcpWithoutAddress::export_);
  ConversionSettings captured;
  captured.typed.dns_capture = testing::given(true);
  ConversionSettings http;
  http.typed.protocol = testing::given_protocol("HTTP");
  ConversionSettings ruled = with_rule({5432});
  ruled.typed.protocol = testing::given_protocol("TCP");
  check_ports({
      {"of which nothing is known but what a rule says", {}, ruled, "", "", "2040"},
      {"by default", mysql, {}, "", "", "2040"},
      {"exported", mysql, exported, "tcp-3306", "10.0.0.1", ""},
      {"captured", mysql, captured, "tcp-3306", "10.0.0.1", ""},
      {"it is HTTP", mysql, http, "http-3306", "10.0.0.1", ""},
      {"TLS is told apart by name", {tagged({"tls"}, an_instance("10.0.0.1"))}, {}, "tls-8080", "10.0.0.1", ""},
      {"redis", {tagged({"redis"}, an_instance("10.0.0.1"))}, {}, "", "", "2040"},
      {"one of two ports",
       {offering("10.0.0.1", {{8080, "web", "http"}, {3306, "db", ""}})},
       {},
       "http-8080",
       "10.0.0.1",
       "2043"},
      {"both of two ports", {offering("10.0.0.1", {{5432, "a", ""}, {3306, "b", ""}})}, {}, "", "", "2040"},
      {"undecided and captured", with_ports({8080, 8081}), captured, "port-80 port-8080 port-8081",
       "10.0.0.1{port-80=8080,port-8080=8080,port-8081=8080} 10.0.0.2{port-80=8081,port-8080=8081,port-8081=8081}", ""},
  });
}

TEST_CASE("ports: the withheld port is named, with what made it TCP") {
  const auto found = plan({with_metadata({{"protocol", "tcp"}}, an_instance("10.0.0.1"))});
  const std::string text = found->diagnostics.first(Code::tcp_without_address);
  CHECK(text.find("port 8080 is TCP (metadata protocol=tcp)") != std::string::npos);
}

TEST_CASE("ports: what is said does not depend on the order of the instances") {
  const Instance by_metadata = with_metadata({{"protocol", "tcp"}}, an_instance("10.0.0.1"));
  const Instance by_tag = tagged({"tcp"}, an_instance("10.0.0.2"));
  CHECK(plan({by_metadata, by_tag})->diagnostics.first(Code::tcp_without_address) ==
        plan({by_tag, by_metadata})->diagnostics.first(Code::tcp_without_address));
}

TEST_CASE("ports: Istio's own numbers are reported") {
  for (const std::int64_t number : {15001, 15006, 15021, 15090}) {
    CAPTURE(number);
    const auto found = plan(with_ports({number}));
    CHECK(found->names == fmt::format("http-{}", number));
    CHECK(found->diagnostics.codes() == "2081");
  }
  for (const std::int64_t number : {15000, 15002, 15008, 15443}) {
    CAPTURE(number);
    CHECK(plan(with_ports({number}))->diagnostics.codes().empty());
  }
}

TEST_CASE("ports: an unknown protocol is reported once for the service") {
  const Instance amqp = with_metadata({{"protocol", "amqp"}}, an_instance("10.0.0.1"));
  Instance other = amqp;
  other.address = "10.0.0.2";
  check_ports({{"amqp", {amqp, other}, {}, "http-8080", "10.0.0.1 10.0.0.2", "2041"}});
}

TEST_CASE("ports: names are protocol and number, unique, and fit a port map") {
  ConversionSettings settings;
  settings.typed.protocol = testing::given_protocol("GRPC-WEB");
  check_ports({{"grpc-web", with_ports({65535, 65534}), settings, "grpc-web-80 grpc-web-65534 grpc-web-65535",
                "10.0.0.1{grpc-web-80=65535,grpc-web-65534=65535,grpc-web-65535=65535} "
                "10.0.0.2{grpc-web-80=65534,grpc-web-65534=65534,grpc-web-65535=65534}",
                ""}});
}

TEST_CASE("ports: with more than 64 numbers, what is said is what is done") {
  // Two ports of one service, each with many numbers: one common number stands for the first of them alone.
  std::vector<Instance> instances;
  for (int i = 0; i < 70; ++i)
    instances.push_back(offering(fmt::format("10.0.0.{}", i + 1), {{31000 + i, "a", ""}, {32000 + i, "b", ""}}));
  const auto found = plan(instances);
  CHECK(found->ports.size() <= 2);
  for (const Diagnostic& diagnostic : found->diagnostics.all) {
    CAPTURE(diagnostic.message);
    if (diagnostic.message.find("only the common one is exported") != std::string::npos)
      CHECK(found->ports.size() <= 2);
  }
}

}  // namespace
}  // namespace r2i::transform
