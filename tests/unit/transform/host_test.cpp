#include "transform/host.hpp"

#include "base/hash.hpp"
#include "model/check.hpp"
#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_scope;
using testing::a_service;
using testing::Collected;

TEST_CASE("host label: lower case, other characters become '-', none outside") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", ""},
      {"pay", "pay"},
      {"Pay-API", "pay-api"},
      {"a_b", "a-b"},
      {"a.b/c:d e", "a-b-c-d-e"},
      {"-a-", "a"},
      {"__a__", "a"},
      {"a--b", "a--b"},
      {"9", "9"},
      {"providers:com.foo.Api", "providers-com-foo-api"},
      {"DEFAULT_GROUP@@pay", "default-group--pay"},
      {"päy", "p--y"},
      {"___", "x" + short_hash("___")},
      {"支付", "x" + short_hash("支付")},
      {std::string(63, 'a'), std::string(63, 'a')},
      {std::string(63, 'A') + "_", std::string(63, 'a')},
      {std::string(64, 'a'), std::string(54, 'a') + "-" + short_hash(std::string(64, 'a'))},
      {std::string(50, 'a') + "----" + std::string(20, 'b'),
       std::string(50, 'a') + "-" + short_hash(std::string(50, 'a') + "----" + std::string(20, 'b'))},
  };
  for (const auto& [text, label] : rows) {
    CAPTURE(text);
    CHECK(host_label(text) == label);
  }
}

TEST_CASE("host label: whatever comes in, a legal one comes out, and the same once more") {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (auto length = 1 + random() % 90; length > 0; --length) text += static_cast<char>(random() % 256);
    const std::string label = host_label(text);
    CAPTURE(label);
    REQUIRE(is_dns_label(label));
    REQUIRE(label.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos);
    REQUIRE(host_label(label) == label);
  }
}

TEST_CASE("host label: long names that share their beginning stay apart") {
  std::set<std::string> labels;
  for (int i = 0; i < 100; ++i) labels.insert(host_label(std::string(80, 'a') + std::to_string(i)));
  CHECK(labels.size() == 100);
}

struct Host {
  std::optional<std::string> host;
  std::string codes;
};

Host host_for(const Service& service, std::string_view pattern = {}) {
  ConversionSettings settings;
  if (!pattern.empty()) settings.typed.host = testing::given_host(pattern);
  Collected told;
  auto host = host_of(service, testing::choices_of(service, settings).service, told);
  return {std::move(host), told.codes()};
}

TEST_CASE("host: each kind of registry has its own") {
  const auto remote = a_scope("consul", "dc2");
  remote->local = false;
  const auto imported = a_scope("consul", "dc1");
  imported->peer = "east";
  Service nacos = a_service("pay", {}, a_scope("nacos"));
  nacos.group = "DEFAULT_GROUP";
  nacos.nspace = "public";
  const std::vector<std::pair<Service, std::string>> rows = {
      {a_service("pay", {}), "pay.service.consul"},
      {a_service("pay", {}, a_scope("consul", "")), "pay.service.consul"},
      {a_service("pay", {}, remote), "pay.service.dc2.consul"},
      {a_service("pay", {}, imported), "pay.service.east.peer.consul"},
      {nacos, "pay.default-group.public.nacos"},
      {a_service("pay", {}, a_scope("eureka")), "pay.eureka"},
      {a_service("pay", {}, a_scope("my_kind")), "pay.my-kind"},
  };
  for (const auto& [service, host] : rows) {
    CHECK(host_for(service).host == host);
    CHECK(host_for(service).codes.empty());
  }
}

TEST_CASE("host: the template's variables") {
  const auto scope = std::make_shared<Scope>();
  scope->source = std::make_shared<const SourceInfo>(SourceInfo{"West", "consul", ""});
  scope->name = "dc1/p";
  scope->datacenter = "DC1";
  scope->peer = "east";
  Service service = a_service("pay", {}, scope);
  service.group = "g";
  service.nspace = "n";
  const std::vector<std::pair<std::string_view, std::string>> rows = {
      {"{service}", "pay"},
      {"{service}.mesh", "pay.mesh"},
      {"a-{service}-b.x", "a-pay-b.x"},
      {"{service}-{group}.{namespace}", "pay-g.n"},
      {"{service}.{datacenter}.{kind}.{source}.{scope}.{peer}", "pay.dc1.consul.west.dc1-p.east"},
      {"{datacenter}.{service}", "dc1.pay"},
  };
  for (const auto& [pattern, host] : rows) {
    CAPTURE(pattern);
    CHECK(host_for(service, pattern).host == host);
  }
}

TEST_CASE("host: a name that had to be altered is reported, its dots are no borders") {
  for (const auto& [name, host] : std::vector<std::pair<std::string, std::string>>{
           {"Pay", "pay.service.consul"},
           {"a_b", "a-b.service.consul"},
           {"v1.pay", "v1-pay.service.consul"},
           {"10.0.0.1", "10-0-0-1.service.consul"},
           {std::string(64, 'a'), std::string(54, 'a') + "-" + short_hash(std::string(64, 'a')) + ".service.consul"}}) {
    CAPTURE(name);
    const Host found = host_for(a_service(name, {}));
    CHECK(found.host == host);
    CHECK(found.codes == "2020");
  }
}

TEST_CASE("host: none comes out") {
  Service grouped = a_service("pay", {});
  const std::vector<std::pair<Service, std::string_view>> rows = {
      {grouped, "{service}.{group}.x"},    // no group: an empty label
      {a_service("42", {}), "{service}"},  // a number alone is no host name
      {a_service("pay", {}, a_scope("consul", "2")), "{service}.{datacenter}"},
      {a_service(std::string(63, 'a'), {}), "{service}.{service}.{service}.{service}"},
      {a_service("", {}), "{service}.service.consul"},
  };
  for (const auto& [service, pattern] : rows) {
    CAPTURE(pattern);
    const Host found = host_for(service, pattern);
    CHECK_FALSE(found.host);
    CHECK(found.codes == "2021");
  }
}

TEST_CASE("host: 253 bytes are the most, since it is the object's name, too") {
  const std::string label(63, 'a');
  const Service service = a_service(label, {});
  CHECK(host_for(service, "{service}.{service}.{service}." + std::string(61, 'b')).host->size() == 253);
  CHECK_FALSE(host_for(service, "{service}.{service}.{service}." + std::string(62, 'b')).host);
}

TEST_CASE("host: a service's own name is a label of it as it is") {
  CHECK(is_own_name("pay", "pay.service.consul"));
  CHECK(is_own_name("pay", "dc1.pay"));
  CHECK_FALSE(is_own_name("Pay", "pay.service.consul"));
  CHECK_FALSE(is_own_name("pa", "pay.service.consul"));
  CHECK_FALSE(is_own_name("pay.service", "pay.service.consul"));
}

}  // namespace
}  // namespace r2i::transform
