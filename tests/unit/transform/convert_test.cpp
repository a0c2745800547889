#include "transform/convert.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "support/told.hpp"
#include "transform/layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <set>
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
using testing::in_state;
using testing::offering;
using testing::tagged;
using testing::told;
using testing::weighing;
using testing::with_metadata;

struct Conversion {
  std::optional<Converted> converted;
  Collected diagnostics;

  [[nodiscard]] const ServiceEntry& entry() const {
    REQUIRE(converted);
    return converted->entry;
  }
};

std::unique_ptr<Conversion> converted(Service service, const ConversionSettings& settings = {}) {
  auto result = std::make_unique<Conversion>();
  RuleBook rules(settings);
  result->converted = convert(std::move(service), rules, result->diagnostics);
  return result;
}

TEST_CASE("convert: a service as most are") {
  const auto result = converted(a_service(
      "pay", {tagged({"version=v1"}, an_instance("10.0.0.1")), in_state(Health::warning, an_instance("10.0.0.2"))}));
  REQUIRE(result->converted);
  CHECK(result->converted->service == "pay");
  CHECK(result->converted->scope->name == "dc1");
  CHECK(result->converted->host == "pay.service.consul");
  CHECK_FALSE(result->converted->withheld);
  const ServiceEntry& entry = result->entry();
  CHECK(entry.meta.name == "pay.service.consul");
  CHECK(entry.meta.nspace.empty());
  CHECK(told(entry.meta.labels) ==
        "app.kubernetes.io/managed-by=registry2istio,registry2istio.io/owner=default,registry2istio.io/source=consul");
  CHECK(told(entry.meta.annotations) == "registry2istio.io/scope=dc1");
  CHECK(entry.hosts == std::vector<std::string>{"pay.service.consul"});
  CHECK(entry.location == Location::mesh_internal);
  CHECK(entry.resolution == Resolution::static_);
  CHECK(told(entry.ports) == "http-8080");
  CHECK(told(entry.endpoints) == "10.0.0.1[version=v1]@dc1 10.0.0.2@dc1");
  CHECK(entry.addresses.empty());
  CHECK(entry.export_to.empty());
  CHECK(entry.subject_alt_names.empty());
  CHECK(entry.workload_selector.labels.empty());
  CHECK(entry.endpoints[0].service_account.empty());
  CHECK(entry.endpoints[0].network.empty());
  CHECK(result->diagnostics.codes().empty());
}

TEST_CASE("convert: settings reach the object") {
  ConversionSettings settings;
  settings.typed.nspace = given("mesh");
  settings.owner = "team-a";
  settings.typed.export_to = given(std::vector<std::string>{".", "web"});
  const auto result = converted(a_service("pay", {an_instance("10.0.0.1")}), settings);
  CHECK(result->entry().meta.nspace == "mesh");
  CHECK(told(result->entry().meta.labels).find("registry2istio.io/owner=team-a") != std::string::npos);
  CHECK(result->entry().export_to == std::vector<std::string>{".", "web"});
}

TEST_CASE("convert: the registry's own name is kept where it differs") {
  const auto annotation = [](const std::string& name) {
    return std::string(
        find_value(converted(a_service(name, {an_instance("10.0.0.1")}))->entry().meta.annotations, mark::kService)
            .value_or("none"));
  };
  CHECK(annotation("pay") == "none");
  CHECK(annotation("Pay") == "Pay");
  CHECK(annotation("a_b") == "a_b");
  CHECK(annotation("v1.pay") == "v1.pay");
}

TEST_CASE("convert: the policy for health is Consul's DNS's for Consul, else passing, unless it is set") {
  const std::vector<Instance> instances = {an_instance("10.0.0.1"), in_state(Health::warning, an_instance("10.0.0.2")),
                                           in_state(Health::critical, an_instance("10.0.0.3"))};
  const auto count = [&](const std::string& kind, std::optional<HealthPolicy> policy) {
    ConversionSettings settings;
    if (policy) settings.typed.health = given(*policy);
    return converted(a_service("pay", instances, a_scope(kind)), settings)->entry().endpoints.size();
  };
  CHECK(count("consul", {}) == 2);
  CHECK(count("eureka", {}) == 1);
  CHECK(count("consul", HealthPolicy::passing) == 1);
  CHECK(count("eureka", HealthPolicy::warning) == 2);
  CHECK(count("eureka", HealthPolicy::any) == 3);
}

TEST_CASE("convert: resolution comes from all registered instances") {
  const Instance name = an_instance("db.example.com");
  const std::vector<std::pair<std::vector<Instance>, Resolution>> rows = {
      {{an_instance("10.0.0.1"), an_instance("::1")}, Resolution::static_},
      {{name}, Resolution::dns},
      {{an_instance("10.0.0.1"), name}, Resolution::dns},
      {{an_instance("10.0.0.1"), in_state(Health::critical, name)}, Resolution::dns},
      {{an_instance("10.0.0.1"), an_instance("a_b")}, Resolution::static_},
      {{in_state(Health::critical, name)}, Resolution::static_},
  };
  for (const auto& [instances, resolution] : rows) {
    CAPTURE(instances.size());
    CHECK(converted(a_service("pay", instances))->entry().resolution == resolution);
  }
}

TEST_CASE("convert: external is who says so with all of its instances") {
  const auto external = [](const std::string& value) {
    return with_metadata({{"external", value}}, an_instance("10.0.0.1"));
  };
  struct Row {
    std::vector<Instance> instances;
    Location location;
    std::string codes;
  };
  const std::vector<Row> rows = {
      {{an_instance("10.0.0.1")}, Location::mesh_internal, ""},
      {{external("true")}, Location::mesh_external, ""},
      {{external("yes")}, Location::mesh_external, ""},
      {{external("")}, Location::mesh_internal, ""},
      {{external("false")}, Location::mesh_internal, ""},
      {{external("0")}, Location::mesh_internal, ""},
      {{external("true"), an_instance("10.0.0.2")}, Location::mesh_internal, "2045"},
      {{external("true"), in_state(Health::critical, with_metadata({{"external", "1"}}, an_instance("10.0.0.2")))},
       Location::mesh_external,
       "2010"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.instances.size());
    const auto result = converted(a_service("pay", row.instances));
    CHECK(result->entry().location == row.location);
    CHECK(result->diagnostics.codes() == row.codes);
  }
}

TEST_CASE("convert: weights") {
  struct Row {
    std::vector<Instance> instances;
    std::string endpoints;
    std::string codes;
  };
  const Instance one = an_instance("10.0.0.1");
  const Instance two = an_instance("10.0.0.2");
  const std::vector<Row> rows = {
      {{weighing(5, one), weighing(5, two)}, "10.0.0.1@dc1 10.0.0.2@dc1", ""},
      {{weighing(5, one), two}, "10.0.0.1@dc1*5 10.0.0.2@dc1*1", ""},
      {{weighing(0.5, one), weighing(1, two)}, "10.0.0.1@dc1*5 10.0.0.2@dc1*10", ""},
      {{weighing(0, one), weighing(3, two)}, "10.0.0.2@dc1", "2013"},
      {{weighing(-2, one), weighing(3, two)}, "10.0.0.1@dc1*1 10.0.0.2@dc1*3", "2053"},
      {{weighing(7, in_state(Health::critical, one)), weighing(3, two)}, "10.0.0.2@dc1", "2010"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.endpoints);
    const auto result = converted(a_service("pay", row.instances));
    CHECK(told(result->entry().endpoints) == row.endpoints);
    CHECK(result->diagnostics.codes() == row.codes);
  }
}

TEST_CASE("convert: without a usable instance the service stays, STATIC, with its ports and without endpoints") {
  for (const Instance& instance :
       {in_state(Health::critical, an_instance("10.0.0.1")), in_state(Health::critical, an_instance("db.example.com")),
        in_state(Health::maintenance, an_instance("10.0.0.1")), weighing(0, an_instance("10.0.0.1"))}) {
    const auto result = converted(a_service("pay", {instance}));
    CHECK(result->entry().endpoints.empty());
    CHECK(result->entry().resolution == Resolution::static_);
    CHECK(told(result->entry().ports) == "http-8080");
    CHECK(result->diagnostics.has(Code::no_usable_instance));
  }
}

TEST_CASE("convert: what is withheld still claims its host and its aliases") {
  ConversionSettings settings;
  settings.defaults.aliases = given(std::vector{TextTemplate::parse_host("{service}.old").value()});
  for (const Service& service : {a_service("pay", {}), a_service("pay", {an_instance("10.0.0.1", {3306})})}) {
    const auto result = converted(service, settings);
    REQUIRE(result->converted);
    CHECK(result->converted->withheld);
    CHECK(result->converted->host == "pay.service.consul");
    CHECK(result->converted->aliases == std::vector<std::string>{"pay.old"});
  }
}

TEST_CASE("convert: what is left out claims nothing") {
  Instance proxy = an_instance("10.0.0.1");
  proxy.kind = "mesh-gateway";
  CHECK_FALSE(converted(a_service("consul", {an_instance("10.0.0.1")}))->converted);
  CHECK_FALSE(converted(a_service("gw", {proxy}))->converted);
  const auto nameless = converted(a_service("", {an_instance("10.0.0.1")}))->converted;
  REQUIRE(nameless);
  CHECK(nameless->withheld);
  CHECK(nameless->host.empty());
}

TEST_CASE("convert: text that Kubernetes refuses is replaced, and told") {
  const auto scope = a_scope();
  scope->name = "dc\x01";
  const auto result = converted(a_service("pay\x7F", {an_instance("10.0.0.1")}, scope));
  CHECK(told(result->entry().meta.annotations) ==
        "registry2istio.io/scope=dc\xEF\xBF\xBD,registry2istio.io/service=pay\xEF\xBF\xBD");
  CHECK(result->diagnostics.codes() == "2020 2070 2070");
}

TEST_CASE("convert: text of a locality, too, is not replaced in silence") {
  Instance instance = an_instance("10.0.0.1");
  instance.locality = "r\x01/z";
  const auto result = converted(a_service("pay", {instance}));
  CHECK(result->entry().endpoints[0].locality == "r\xEF\xBF\xBD/z");
  CHECK(result->diagnostics.codes() == "2070");
}

TEST_CASE("convert: endpoints that differ in a port that is not exported are one") {
  const std::vector<Port> a = {{8080, "", "http"}, {8443, "", "https"}};
  const std::vector<Port> b = {{8080, "", "http"}, {9443, "", "https"}};
  ConversionSettings settings;
  settings.typed.service_ports = given(ServicePortRule{{80}, false});
  const auto result = converted(a_service("pay", {offering("10.0.0.1", a), offering("10.0.0.1", b)}), settings);
  CHECK(told(result->entry().endpoints) == "10.0.0.1{http-80=8080}@dc1");
  CHECK(result->diagnostics.codes() == "2016");
}

std::set<std::string> workload_names(std::vector<Instance> instances) {
  const auto result = converted(a_service("pay", std::move(instances)));
  std::set<std::string> names;
  for (const Manifest& object : lay_out(ServiceEntry(result->entry()), Layout::workload_entries)) {
    if (std::holds_alternative<WorkloadEntry>(object)) names.insert(meta_of(object).name);
  }
  return names;
}

TEST_CASE("convert: a workload entry keeps its name when other instances come and go") {
  const auto alone = workload_names({an_instance("10.0.0.1")});
  REQUIRE(alone.size() == 1);
  CHECK(workload_names({an_instance("10.0.0.1"), an_instance("10.0.0.2")}).contains(*alone.begin()));
  CHECK(workload_names({an_instance("10.0.0.1"), an_instance("10.0.0.2", {8081})}).contains(*alone.begin()));
}

}  // namespace
}  // namespace r2i::transform
