#include "transform/combine.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "support/told.hpp"

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
using testing::tagged;

struct Combination {
  Manifests manifests;
  Collected diagnostics;

  /// "ServiceEntry/pay.service.consul …", in order.
  [[nodiscard]] std::string names() const {
    std::string text;
    for (const Manifest& object : manifests.objects)
      text += fmt::format("{}{}/{}", text.empty() ? "" : " ", kind_of(object), meta_of(object).name);
    return text;
  }
  [[nodiscard]] std::string withheld() const { return fmt::format("{}", fmt::join(manifests.withheld_hosts, " ")); }
};

std::unique_ptr<Combination> combined(const std::vector<Service>& services, const ConversionSettings& settings = {}) {
  auto result = std::make_unique<Combination>();
  std::vector<Converted> all;
  RuleBook rules(settings);
  for (const Service& service : services) {
    if (auto converted = convert(Service(service), rules, result->diagnostics)) all.push_back(std::move(*converted));
  }
  result->manifests = combine(std::move(all), result->diagnostics);
  return result;
}

struct CombineCase {
  std::string what;
  std::vector<Service> services;
  std::string names;
  std::string withheld;
  std::string codes;
};

/// In every order of the services.
void check_combined(const std::vector<CombineCase>& rows) {
  std::mt19937 random(1);
  for (const CombineCase& row : rows) {
    CAPTURE(row.what);
    auto services = row.services;
    std::vector<std::string> messages;
    for (int i = 0; i < 6; ++i) {
      const auto result = combined(services);
      CHECK(result->names() == row.names);
      CHECK(result->withheld() == row.withheld);
      CHECK(result->diagnostics.codes() == row.codes);
      std::vector<std::string> said;
      for (const Diagnostic& d : result->diagnostics.all) said.push_back(d.subject + ": " + d.message);
      std::ranges::sort(said);
      if (i == 0) messages = said;
      CHECK((said == messages));
      std::shuffle(services.begin(), services.end(), random);
    }
  }
}

Service http(const std::string& name, std::shared_ptr<const Scope> scope = a_scope(),
             const std::string& address = "10.0.0.1") {
  return a_service(name, {an_instance(address)}, std::move(scope));
}

Service mysql(const std::string& name) {
  return a_service(name, {an_instance("10.0.0.9", {3306})});
}

TEST_CASE("combine: one object per host, sorted by kind and name") {
  check_combined({
      {"none", {}, "", "", ""},
      {"three",
       {http("web"), http("api"), http("a-b")},
       "ServiceEntry/a-b.service.consul ServiceEntry/api.service.consul ServiceEntry/web.service.consul",
       "",
       ""},
      {"withheld",
       {http("web"), mysql("db"), a_service("x", {})},
       "ServiceEntry/web.service.consul",
       "db.service.consul x.service.consul",
       "2040 2061"},
  });
}

TEST_CASE("combine: of several services with one host, the one with that name keeps it") {
  const auto dc1 = a_scope();
  const auto other = a_scope("eureka", "");
  check_combined({
      {"one is the name",
       {http("a_b"), http("a-b"), http("a:b")},
       "ServiceEntry/a-b.service.consul",
       "",
       "2020 2020 2022 2022"},
      {"none is", {http("a_b"), http("a:b")}, "", "a-b.service.consul", "2020 2020 2022 2022"},
      {"the name's own is withheld", {http("a_b"), mysql("a-b")}, "", "a-b.service.consul", "2020 2022 2040"},
      {"another one is withheld", {mysql("a_b"), http("a-b")}, "ServiceEntry/a-b.service.consul", "", "2020 2022 2040"},
      {"one name in two scopes",
       {http("pay", dc1), http("pay", a_scope("consul", "dc2"))},
       "",
       "pay.service.consul",
       "2022 2022"},
      {"two hosts",
       {http("pay", dc1), http("pay", other)},
       "ServiceEntry/pay.eureka ServiceEntry/pay.service.consul",
       "",
       ""},
  });
}

TEST_CASE("combine: twins name each other") {
  const auto result = combined({http("a_b"), http("a-b")});
  const std::string text = result->diagnostics.first(Code::host_twins);
  CHECK(text.starts_with("service \"a_b\" of consul/dc1: withheld: service \"a-b\" of consul/dc1"));
  CHECK(text.find("a-b.service.consul") != std::string::npos);
}

TEST_CASE("combine: Consul's names that differ only in case are one service") {
  const auto dc1 = a_scope();
  const auto eureka = a_scope("eureka");
  check_combined({
      {"with the lower case",
       {http("Pay", dc1), http("pay", dc1), http("PAY", dc1)},
       "ServiceEntry/pay.service.consul",
       "",
       "1010 1010 2020 2020"},
      {"without", {http("Pay", dc1), http("PAY", dc1)}, "ServiceEntry/pay.service.consul", "", "1010 2020 2020"},
      {"with other instances",
       {http("Pay", dc1), http("pay", dc1, "10.0.0.2")},
       "ServiceEntry/pay.service.consul",
       "",
       "2020 2022"},
      {"of another registry", {http("Pay", eureka), http("PAY", eureka)}, "", "pay.eureka", "2020 2020 2022 2022"},
  });
  // The object carries the lower-case name, whichever came first.
  const auto result = combined({http("Pay", dc1), http("pay", dc1)});
  CHECK_FALSE(find_value(meta_of(result->manifests.objects[0]).annotations, mark::kService));
}

Service with_instances(const std::string& name, std::size_t count) {
  Service service = a_service(name, {});
  for (std::size_t i = 0; i < count; ++i)
    service.instances.push_back(an_instance(fmt::format("10.{}.{}.{}", i / 65536, i / 256 % 256, i % 256)));
  return service;
}

TEST_CASE("combine: 4096 endpoints fit, one more names the other layout") {
  const auto full = combined({with_instances("pay", 4096)});
  CHECK(full->names() == "ServiceEntry/pay.service.consul");
  CHECK(full->diagnostics.codes().empty());

  const auto over = combined({with_instances("pay", 4097), http("web")});
  CHECK(over->names() == "ServiceEntry/web.service.consul");
  CHECK(over->withheld() == "pay.service.consul");
  CHECK(over->diagnostics.codes() == "3001");
  CHECK(over->diagnostics.all[0].hint.find("--layout=workload-entries") != std::string::npos);

  ConversionSettings settings;
  settings.typed.layout = given(Layout::workload_entries);
  const auto other = combined({with_instances("pay", 4097)}, settings);
  CHECK(other->manifests.objects.size() == 4098);
  CHECK(other->diagnostics.codes().empty());
}

TEST_CASE("combine: an object that is too large names the other layout") {
  Service service = with_instances("pay", 4000);
  std::vector<std::string> tags;
  for (int i = 0; i < 6; ++i) tags.push_back(fmt::format("label-{}|{}", i, std::string(60, 'x')));
  for (Instance& instance : service.instances) instance.tags = tags;
  const auto result = combined({service});
  CHECK(result->names().empty());
  CHECK(result->withheld() == "pay.service.consul");
  CHECK(result->diagnostics.codes() == "3002");
  CHECK(result->diagnostics.all[0].hint.find("--layout=workload-entries") != std::string::npos);
}

TEST_CASE("combine: what Istio would refuse is withheld, with the rule") {
  Service service = http("pay");
  service.instances[0].tags.change([](auto& tags) {
    for (int i = 0; i < 257; ++i) tags.push_back(fmt::format("l{}|x", i));
  });
  const auto result = combined({service, http("web")});
  CHECK(result->names() == "ServiceEntry/web.service.consul");
  CHECK(result->withheld() == "pay.service.consul");
  CHECK(result->diagnostics.codes() == "3003");
  CHECK(result->diagnostics.first(Code::istio_refuses).find("at most 256") != std::string::npos);
}

TEST_CASE("combine: of a service that is refused, no workload entry is left") {
  Service service = http("pay");
  service.instances.push_back(an_instance("10.0.0.2"));
  service.instances[0].tags.change([](auto& tags) {
    for (int i = 0; i < 257; ++i) tags.push_back(fmt::format("l{}|x", i));
  });
  ConversionSettings settings;
  settings.typed.layout = given(Layout::workload_entries);
  const auto result = combined({service}, settings);
  CHECK(result->names().empty());
  CHECK(result->withheld() == "pay.service.consul");
}

TEST_CASE("combine: catch-alls on one port, and who would win") {
  ConversionSettings settings;
  settings.typed.tcp_without_address = given(TcpWithoutAddress::export_);
  const auto clash = combined({mysql("b"), mysql("a"), mysql("c"), http("web")}, settings);
  CHECK(clash->diagnostics.codes() == "2080 2080");
  const std::string text = clash->diagnostics.first(Code::catch_all_clash);
  CHECK(text.starts_with("service \"b\" of consul/dc1: service \"a\" of consul/dc1 is a catch-all on port 3306, too"));
  CHECK(text.ends_with("a.service.consul"));
  CHECK(clash->manifests.objects.size() == 4);

  CHECK(
      combined({mysql("a"), a_service("b", {an_instance("10.0.0.1", {5432})})}, settings)->diagnostics.codes().empty());

  settings.typed.dns_capture = given(true);
  CHECK(combined({mysql("b"), mysql("a")}, settings)->diagnostics.codes().empty());
}

TEST_CASE("combine: an address is shared by a service and its aliases, not by two services") {
  ConversionSettings settings;
  settings.defaults.addresses = given(std::vector<std::string>{"240.240.0.1"});
  settings.defaults.aliases = given(std::vector{TextTemplate::parse_host("{service}.old").value()});
  const Service db = a_service("db", {an_instance("10.0.0.1", {5432})});
  const auto alone = combined({db}, settings);
  CHECK(alone->names() == "ServiceEntry/db.old ServiceEntry/db.service.consul");
  CHECK(alone->diagnostics.codes() == "");
  const auto both = combined({db, a_service("log", {an_instance("10.0.0.2", {5432})})}, settings);
  CHECK(both->names() == "");
  CHECK(both->withheld() == "db.old db.service.consul log.old log.service.consul");
  CHECK(both->diagnostics.codes() == "2082 2082");
}

TEST_CASE("combine: ServiceEntries come before WorkloadEntries") {
  ConversionSettings settings;
  settings.typed.layout = given(Layout::workload_entries);
  const auto result = combined({http("b"), http("a")}, settings);
  REQUIRE(result->manifests.objects.size() == 4);
  CHECK(result->names().starts_with(
      "ServiceEntry/a.service.consul ServiceEntry/b.service.consul WorkloadEntry/a.service.consul-"));
}

}  // namespace
}  // namespace r2i::transform
