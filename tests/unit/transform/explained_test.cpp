#include "transform/explained.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "transform/convert.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_scope;
using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::given;
using testing::offering;
using testing::tagged;
using testing::with_metadata;

/// "http-80 HTTP (default); tcp-5432 TCP (well-known port 5432) withheld"
std::string told(const std::vector<ExplainedPort>& ports) {
  std::string text;
  for (const ExplainedPort& port : ports) {
    CHECK(port.name.ends_with(fmt::format("-{}", port.number)));
    text += fmt::format("{}{} {} ({}){}", text.empty() ? "" : "; ", port.name, port.protocol.value,
                        port.protocol.origin, port.withheld ? " withheld" : "");
  }
  return text;
}

/// Explains, and holds that convert() says the same.
Explained explained(const Service& service, const ConversionSettings& settings = {}) {
  RuleBook rules(settings);
  Collected ours;
  Explained result = explain(service, rules, ours);
  Collected theirs;
  const auto converted =
      service.complete ? convert(Service(service), rules, theirs) : claim_host(Service(service), rules);
  CHECK(result.left_out == !converted.has_value());
  if (!converted) return result;
  CHECK(result.host.value == converted->host);
  std::vector<std::string> exported;
  for (const ExplainedPort& port : result.ports) {
    if (!port.withheld) exported.push_back(port.name);
  }
  std::vector<std::string> written;
  for (const ServicePort& port : converted->entry.ports) written.push_back(port.name);
  CHECK(exported == written);
  return result;
}

struct PortCase {
  std::string what;
  std::vector<Instance> instances;
  std::string ports;
};

TEST_CASE("explain: how the protocol of each port was decided") {
  const std::vector<PortCase> rows = {
      {"nothing tells", {an_instance("10.0.0.1", {8080})}, "http-8080 HTTP (default)"},
      {"a tag", {tagged({"grpc"}, an_instance("10.0.0.1", {9000}))}, "grpc-9000 GRPC (tag grpc)"},
      {"metadata",
       {with_metadata({{"protocol", "h2c"}}, an_instance("10.0.0.1", {9000}))},
       "http2-9000 HTTP2 (metadata protocol=h2c)"},
      {"the registry", {offering("10.0.0.1", {{9000, "", "https"}})}, "https-9000 HTTPS (the registry)"},
      {"a well-known port, a catch-all",
       {an_instance("10.0.0.1", {5432})},
       "tcp-5432 TCP (well-known port 5432) withheld"},
      {"one of two withheld",
       {offering("10.0.0.1", {{8080, "web", ""}, {5432, "db", ""}})},
       "tcp-5432 TCP (well-known port 5432) withheld; http-8080 HTTP (default)"},
      {"no port", {an_instance("10.0.0.1", {})}, ""},
  };
  for (const PortCase& row : rows) {
    CAPTURE(row.what);
    CHECK(told(explained(a_service("pay", row.instances)).ports) == row.ports);
  }
}

TEST_CASE("explain: a rule decides") {
  ConversionSettings settings;
  settings.rules.push_back({"payments", "mesh.yaml:3", {}, {}});
  settings.rules[0].match.services = {"pay"};
  settings.rules[0].set.protocol = {{{"TCP", {}}, "rule \"payments\" (mesh.yaml:5)"}};
  settings.rules[0].set.tcp_without_address = {{TcpWithoutAddress::export_, "rule \"payments\" (mesh.yaml:6)"}};
  settings.typed.host = testing::given_host("{service}.mesh");
  const Explained result = explained(a_service("pay", {an_instance("10.0.0.1")}), settings);
  CHECK(told(result.ports) == "tcp-8080 TCP (rule \"payments\" (mesh.yaml:5))");
  CHECK(result.host.value == "pay.mesh");
  CHECK(result.host.origin == "--host-template");
  REQUIRE(result.choices.service.protocol != nullptr);
}

TEST_CASE("explain: the registry's metadata decides the host where the configuration names the key") {
  ConversionSettings settings;
  settings.defaults.host = {{{{}, "vhost"}, "defaults (mesh.yaml:2)"}};
  const auto of = [&](const Pairs& metadata) {
    return explained(a_service("pay", {with_metadata(metadata, an_instance("10.0.0.1"))}), settings).host;
  };
  CHECK(of({{"vhost", "pay.shop.example"}}).value == "pay.shop.example");
  CHECK(of({{"vhost", "pay.shop.example"}}).origin == "defaults (mesh.yaml:2): metadata vhost");
  CHECK(of({}).value == "pay.service.consul");
  CHECK(of({}).origin == "default");
  CHECK(of({{"vhost", "-"}}).value.empty());
}

TEST_CASE("explain: what is left out, and what was not read in full") {
  CHECK(explained(a_service("consul", {an_instance("10.0.0.1")})).left_out);
  Instance sidecar = an_instance("10.0.0.1");
  sidecar.kind = "connect-proxy";
  CHECK(explained(a_service("pay", {sidecar})).left_out);
  const Explained mixed = explained(a_service("pay", {sidecar, an_instance("10.0.0.2")}));
  CHECK_FALSE(mixed.left_out);
  CHECK(mixed.service.instances.size() == 1);
  ConversionSettings drop;
  drop.defaults.drop = given(true);
  CHECK(explained(a_service("pay", {an_instance("10.0.0.1")}), drop).left_out);

  Service unread = a_service("pay", {});
  unread.complete = false;
  const Explained result = explained(unread, drop);
  CHECK_FALSE(result.left_out);
  CHECK(result.host.value == "pay.service.consul");
  CHECK(result.ports.empty());
}

}  // namespace
}  // namespace r2i::transform
