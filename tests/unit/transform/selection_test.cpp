#include "transform/selection.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "transform/ports.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_scope;
using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::in_state;
using testing::offering;
using testing::weighing;
using testing::with_metadata;

Instance a_proxy(std::string address) {
  Instance instance = an_instance(std::move(address));
  instance.kind = "connect-proxy";
  return instance;
}

Instance a_copy(std::string address) {
  return with_metadata({{"external-source", "kubernetes"}}, an_instance(std::move(address)));
}

TEST_CASE("selection: the registry itself, its proxies and copies from Kubernetes are left out") {
  struct Row {
    std::string what;
    Service service;
    bool kept;
    std::size_t instances;
    std::string codes;
  };
  const std::vector<Row> rows = {
      {"a service", a_service("pay", {an_instance("10.0.0.1")}), true, 1, ""},
      {"no instances", a_service("pay", {}), true, 0, ""},
      {"Consul itself", a_service("consul", {an_instance("10.0.0.1")}), false, 1, "2001"},
      {"consul elsewhere", a_service("consul", {an_instance("10.0.0.1")}, a_scope("eureka")), true, 1, ""},
      {"a sidecar", a_service("pay-sidecar-proxy", {a_proxy("10.0.0.1"), a_proxy("10.0.0.2")}), false, 2, "2002"},
      {"a proxy among others", a_service("pay", {a_proxy("10.0.0.1"), an_instance("10.0.0.2")}), true, 1, "2006"},
      {"copies", a_service("pay", {a_copy("10.0.0.1"), a_copy("10.0.0.2")}), false, 2, "2005"},
      {"copies among others", a_service("pay", {a_copy("10.0.0.1"), an_instance("10.0.0.2"), a_copy("10.0.0.3")}), true,
       1, "2004 2004"},
      {"a proxy and copies", a_service("pay", {a_proxy("10.0.0.1"), a_copy("10.0.0.2")}), false, 1, "2005 2006"},
      {"another external source",
       a_service("pay", {with_metadata({{"external-source", "nomad"}}, an_instance("10.0.0.1"))}), true, 1, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Service service = row.service;
    Collected told;
    CHECK(keep_service(service, told) == row.kept);
    CHECK(service.instances.size() == row.instances);
    CHECK(told.codes() == row.codes);
  }
}

TEST_CASE("selection: Nacos's lists of consumers are no services") {
  Service service = a_service("consumers:com.foo.Api:1.0:", {an_instance("10.0.0.1")}, a_scope("nacos"));
  Collected told;
  CHECK_FALSE(keep_service(service, told));
  CHECK_FALSE(told.all.empty());
}

/// The addresses of the instances, in order, and the codes.
std::pair<std::string, std::string> addresses_of(const std::vector<Candidate>& candidates, const Collected& told) {
  std::string text;
  for (const Candidate& candidate : candidates) text += (text.empty() ? "" : " ") + candidate.address;
  return {text, told.codes()};
}

TEST_CASE("selection: registered is who has an address and a port, healthy or not") {
  const Service service = a_service(
      "pay", {an_instance("10.0.0.1"), in_state(Health::maintenance, an_instance("10.0.0.2")),
              weighing(0, in_state(Health::critical, an_instance("10.0.0.3"))), an_instance(""), an_instance("a_b"),
              offering("10.0.0.4", {}), an_instance("10.0.0.5", {0}), an_instance("10.0.0.6", {65536}),
              an_instance("10.0.0.7", {-1}), an_instance("10.0.0.8", {65535}), an_instance("10.0.0.9", {70000, 1})});
  Collected told;
  const ServiceChoices none = testing::no_choices();
  const auto [addresses, codes] = addresses_of(registered(service, none, told), told);
  CHECK(addresses == "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.8 10.0.0.9");
  CHECK(codes == "2014 2014 2014 2014 2015 2015 2033");
}

/// The endpoints of a service's instances and the codes.
std::pair<std::string, std::string> usable_of(std::vector<Instance> instances, HealthPolicy policy) {
  const Service service = a_service("pay", std::move(instances));
  Collected told;
  ConversionSettings settings;
  settings.typed.tcp_without_address = testing::given(TcpWithoutAddress::export_);
  settings.typed.health = testing::given(policy);
  const ServiceChoices choices = testing::choices_of(service, settings);
  std::vector<Candidate> candidates = registered(service, choices, told);
  plan_ports(service, candidates, choices.service, told);
  return addresses_of(usable(std::move(candidates), told), told);
}

TEST_CASE("selection: the policy for health, what is stopped, and weight 0") {
  struct Row {
    Health health;
    std::string warning;
    std::string passing;
    std::string any;
  };
  const std::vector<Row> rows = {
      {Health::passing, "", "", ""},
      {Health::warning, "", "2010", ""},
      {Health::critical, "2010", "2010", ""},
      {Health::maintenance, "2011", "2011", "2011"},
      {Health::disabled, "2012", "2012", "2012"},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.health));
    const auto codes = [&](HealthPolicy policy) {
      return usable_of({in_state(row.health, an_instance("10.0.0.1"))}, policy).second;
    };
    CHECK(codes(HealthPolicy::warning) == row.warning);
    CHECK(codes(HealthPolicy::passing) == row.passing);
    CHECK(codes(HealthPolicy::any) == row.any);
  }
  CHECK(usable_of({weighing(0, an_instance("10.0.0.1"))}, HealthPolicy::any).second == "2013");
  CHECK(usable_of({weighing(-1, an_instance("10.0.0.1"))}, HealthPolicy::any).second == "2053");
}

TEST_CASE("selection: of one address and port the healthiest stays; one that is stopped stops all") {
  struct Row {
    std::string what;
    std::vector<Instance> instances;
    std::string addresses;
    std::string codes;
  };
  const Instance one = an_instance("10.0.0.1");
  const std::vector<Row> rows = {
      {"twice", {one, one}, "10.0.0.1", "2016"},
      {"three times", {one, one, one}, "10.0.0.1", "2016 2016"},
      {"another spelling", {an_instance("2001:db8::1"), an_instance("[2001:DB8:0::1%eth0]")}, "2001:db8::1", "2016"},
      {"another port", {one, an_instance("10.0.0.1", {8081})}, "10.0.0.1 10.0.0.1", ""},
      {"several ports",
       {an_instance("10.0.0.1", {80, 81}), an_instance("10.0.0.1", {80, 82}), an_instance("10.0.0.1", {80, 81})},
       "10.0.0.1 10.0.0.1",
       "2016"},
      {"one critical", {in_state(Health::critical, one), one}, "10.0.0.1", "2010"},
      {"one warning", {in_state(Health::warning, one), one}, "10.0.0.1", "2016"},
      {"one in maintenance", {one, in_state(Health::maintenance, one)}, "", "2011 2017"},
      {"one disabled", {in_state(Health::disabled, one), one}, "", "2012 2017"},
      {"one stopped, one critical",
       {in_state(Health::disabled, one), in_state(Health::critical, one)},
       "",
       "2010 2012"},
      {"one without weight", {weighing(0, one), one}, "10.0.0.1", "2013"},
      {"stopped on another port",
       {one, in_state(Health::maintenance, an_instance("10.0.0.1", {8081}))},
       "10.0.0.1",
       "2011"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    auto shuffled = row.instances;
    std::mt19937 random(1);
    for (int i = 0; i < 6; ++i) {
      const auto [addresses, codes] = usable_of(shuffled, HealthPolicy::warning);
      CHECK(addresses == row.addresses);
      CHECK(codes == row.codes);
      std::shuffle(shuffled.begin(), shuffled.end(), random);
    }
  }
}

TEST_CASE("selection: which of two twins stays does not depend on their order") {
  const Service service = a_service("pay", [] {
    Instance b = an_instance("10.0.0.1");
    b.node = "n1";
    b.id = "b";
    Instance a = an_instance("10.0.0.1");
    a.node = "n1";
    a.id = "a";
    return std::vector{b, a};
  }());
  Collected told;
  const ServiceChoices none = testing::no_choices();
  const auto kept = usable(registered(service, none, told), told);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].instance->id == "a");
}

TEST_CASE("selection: endpoints are sorted by address, then by port") {
  const auto [addresses, codes] = usable_of(
      {an_instance("10.0.0.10"), an_instance("::1"), an_instance("10.0.0.2", {8081}), an_instance("10.0.0.2")},
      HealthPolicy::any);
  CHECK(addresses == "10.0.0.2 10.0.0.2 10.0.0.10 ::1");
}

}  // namespace
}  // namespace r2i::transform
