#include "sources/nacos_parse.hpp"

#include "sources/nacos_instance.hpp"
#include "sources/nacos_login.hpp"
#include "support/told.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources::nacos {
namespace {

using testing::told;

// As a real 2.3.2 and a real 3.1 answered.
const std::string kOldPage =
    R"([{"namespace":null,"serviceName":"empty","groupName":"DEFAULT_GROUP","clusterMap":{},"metadata":{},)"
    R"("protectThreshold":0.0,"selector":null,"ephemeral":null},{"namespace":null,"serviceName":"pay","groupName":"GRP",)"
    R"("clusterMap":{"DEFAULT":{"clusterName":null,"healthChecker":null,"metadata":null,"hosts":[{"valid":true,)"
    R"("metadata":{"version":"v1"},"port":8080,"ip":"127.0.0.2","weight":2.5,"enabled":true}]},"c1":{"clusterName":null,)"
    R"("healthChecker":null,"metadata":null,"hosts":[{"valid":false,"metadata":{},"port":8080,"ip":"127.0.0.3",)"
    R"("weight":1.0,"enabled":false}]}},"metadata":{"b":"2","a":"1"},"protectThreshold":0.0,"selector":null,"ephemeral":null}])";
const std::string kNewPage =
    R"({"code":0,"message":"success","data":{"totalCount":1,"pageNumber":1,"pagesAvailable":1,"pageItems":[)"
    R"({"namespaceId":null,"serviceName":"eph","groupName":"DEFAULT_GROUP","clusterMap":{"c1":{"clusterName":null,)"
    R"("healthChecker":null,"healthyCheckPort":80,"useInstancePortForCheck":true,"metadata":null,"hosts":[)"
    R"({"instanceId":"127.0.0.11#8080#c1#DEFAULT_GROUP@@eph","ip":"127.0.0.11","port":8080,"weight":2.5,"healthy":true,)"
    R"("enabled":true,"ephemeral":true,"clusterName":"c1","serviceName":"DEFAULT_GROUP@@eph","metadata":{"zone":"a b"},)"
    R"("instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000}]}},"metadata":{},)"
    R"("protectThreshold":0.5,"selector":null,"ephemeral":null}]}})";

template <typename T>
T value_of(Parsed<T> parsed) {
  if (!parsed) FAIL(parsed.error());
  return std::move(*parsed);
}

template <typename T>
std::string error_of(const Parsed<T>& parsed) {
  return parsed ? "taken" : parsed.error();
}

Parsed<std::vector<Found>> page_of(std::string body, Packing packing = Packing::bare) {
  JsonCursor cursor;
  return parse_page(cursor, body, packing);
}

Parsed<Listing> listing_of(std::string body, Packing packing = Packing::bare) {
  JsonCursor cursor;
  return parse_listing(cursor, body, packing);
}

/// The one instance of a service with these members.
Instance instance_of(const std::string& members) {
  auto page = value_of(page_of(fmt::format(
      R"([{{"serviceName":"s","groupName":"G","clusterMap":{{"DEFAULT":{{"hosts":[{{{}}}]}}}}}}])", members)));
  REQUIRE(page.size() == 1);
  CHECK(page[0].malformed == "");
  REQUIRE(page[0].instances.size() == 1);
  return page[0].instances[0];
}

TEST_CASE("nacos: a page of the catalog of 2.3.2") {
  const auto page = value_of(page_of(kOldPage));
  REQUIRE(page.size() == 2);
  CHECK(page[0].key == ServiceKey{"DEFAULT_GROUP", "empty"});
  CHECK(page[0].instances.empty());
  CHECK(page[0].malformed.empty());
  CHECK(page[1].key == ServiceKey{"GRP", "pay"});
  CHECK(told(page[1].metadata) == "a=1,b=2");
  REQUIRE(page[1].instances.size() == 2);
  const Instance& one = page[1].instances[0];
  CHECK(one.id == "127.0.0.2#8080#DEFAULT");
  CHECK(one.address == "127.0.0.2");
  CHECK(one.ports.get().at(0).number == 8080);
  CHECK(one.weight == 2.5);
  CHECK(one.health == Health::passing);
  CHECK(one.locality.empty());
  CHECK(told(one.metadata) == "version=v1");
  const Instance& other = page[1].instances[1];
  CHECK(other.id == "127.0.0.3#8080#c1");
  CHECK(other.locality == "c1");
  CHECK(cluster_of(other) == "c1");
  CHECK(other.health == Health::disabled);
}

TEST_CASE("nacos: a page of the admin API of 3.1") {
  const auto page = value_of(page_of(kNewPage, Packing::envelope));
  REQUIRE(page.size() == 1);
  CHECK(page[0].protect_threshold == 0.5);
  REQUIRE(page[0].instances.size() == 1);
  CHECK(page[0].instances[0].id == "127.0.0.11#8080#c1");
  CHECK(page[0].instances[0].locality == "c1");
  CHECK(told(page[0].instances[0].metadata) == "zone=a b");
}

TEST_CASE("nacos: health is what each shape of an instance says") {
  const std::vector<std::pair<std::string, Health>> rows = {
      {R"("healthy":true,"enabled":true)", Health::passing},
      {R"("healthy":false,"enabled":true)", Health::critical},
      {R"("healthy":true,"enabled":false)", Health::disabled},
      {R"("healthy":false,"enabled":false)", Health::disabled},
      {R"("valid":false)", Health::critical},
      {R"("valid":true)", Health::passing},
      {R"("valid":true,"healthy":false)", Health::critical},
      {R"("healthy":false,"valid":true)", Health::critical},
      {R"("ip":"10.0.0.1")", Health::passing},
      {R"("healthy":null,"enabled":null)", Health::passing},
  };
  for (const auto& [members, health] : rows) {
    CAPTURE(members);
    CHECK(instance_of(members).health == health);
  }
}

TEST_CASE("nacos: what is null or missing is nothing") {
  for (const std::string members : {"", R"("ip":null,"port":null,"weight":null,"metadata":null,"clusterName":null)",
                                    R"("port":0,"metadata":{"a":null})"}) {
    CAPTURE(members);
    const Instance instance = instance_of(members);
    CHECK(instance.address.empty());
    CHECK(instance.ports.empty());
    CHECK_FALSE(instance.weight);
    CHECK(instance.metadata.empty());
    CHECK(instance.locality.empty());
  }
}

TEST_CASE("nacos: ports and weights as they are") {
  CHECK(instance_of(R"("port":65536)").ports.get().at(0).number == 65536);
  CHECK(instance_of(R"("port":-1)").ports.get().at(0).number == -1);
  CHECK(instance_of(R"("weight":0)").weight == 0);
  CHECK(instance_of(R"("weight":0.5)").weight == 0.5);
  CHECK(instance_of(R"("weight":10000)").weight == 10000);
}

TEST_CASE("nacos: the protocol that a framework registers") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"("port":80,"metadata":{"secure":"true"})", "https"},
      {R"("port":80,"metadata":{"secure":"false"})", ""},
      {R"("port":20880,"metadata":{"dubbo.endpoints":"[{\"port\":20880,\"protocol\":\"tri\"}]"})", "tri"},
      {R"("port":20880,"metadata":{"dubbo.endpoints":"[{\"port\":1,\"protocol\":\"tri\"}]"})", ""},
      {R"("port":20880,"metadata":{"dubbo.endpoints":"[{"})", ""},
      {R"("port":20880,"metadata":{"dubbo.endpoints":""})", ""},
      {R"("port":80)", ""},
  };
  for (const auto& [members, protocol] : rows) {
    CAPTURE(members);
    CHECK(instance_of(members).ports.get().at(0).protocol == protocol);
  }
}

TEST_CASE("nacos: what is wrong in one service leaves the others of its page alone") {
  const std::vector<std::string> wrong = {
      R"({"serviceName":"bad","groupName":"G","clusterMap":{"DEFAULT":{"hosts":[{"ip":1}]}}})",
      R"({"serviceName":"bad","groupName":"G","clusterMap":{"DEFAULT":{"hosts":{}}}})",
      R"({"serviceName":"bad","groupName":"G","clusterMap":[]})",
      R"({"serviceName":"bad","groupName":"G","clusterMap":null})",
      R"({"serviceName":"bad","groupName":"G"})",
      R"({"serviceName":"bad","groupName":"G","clusterMap":{"DEFAULT":{"hosts":[null]}}})",
  };
  for (const std::string& item : wrong) {
    CAPTURE(item);
    const auto page = value_of(page_of(fmt::format(
        R"([{},{{"serviceName":"good","groupName":"G","clusterMap":{{"DEFAULT":{{"hosts":[{{"ip":"10.0.0.1"}}]}}}}}}])",
        item)));
    REQUIRE(page.size() == 2);
    CHECK(page[0].malformed != "");
    CHECK(page[1].malformed == "");
    CHECK(page[1].instances.size() == 1);
  }
}

TEST_CASE("nacos: pages that are none") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "the document is empty"},
      {"[", "promises"},
      {"{}", "expected a list, got an object"},
      {"null", "promises"},
      {"<html>", "promises"},
      {R"([{"groupName":"G","clusterMap":{}}])", "without a name"},
      {R"([{"serviceName":"a","groupName":"G","clusterMap":{}}] x)", "promises"},
  };
  for (const auto& [body, error] : rows) {
    CAPTURE(body);
    CHECK(error_of(page_of(body)).find(error) != std::string::npos);
  }
}

TEST_CASE("nacos: an error behind status 200 is one") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"({"code":30000,"message":"server error","data":"service is not found!"})",
       R"(the answer is an error: code 30000, "server error", "service is not found!")"},
      {R"({"code":10001,"message":"access denied"})", R"(the answer is an error: code 10001, "access denied")"},
      {R"({"data":null,"message":null,"code":500})", "the answer is an error: code 500"},
      {R"({"code":0,"message":"success","data":null})", "no data"},
      {R"({"code":0,"message":"success","data":[]})", "no data"},
      {R"({"code":0,"message":"success","data":{}})", "no pageItems"},
      {R"({"data":{"totalCount":0,"pageItems":[]}})", "no code"},
      {R"([])", "expected an object, got a list"},
      {"", "the document is empty"},
  };
  for (const auto& [body, error] : rows) {
    CAPTURE(body);
    CHECK(error_of(page_of(body, Packing::envelope)).find(error) != std::string::npos);
  }
  CHECK(error_of(listing_of(R"({"code":403,"message":"no","data":{"totalCount":0,"pageItems":[]}})",
                            Packing::envelope)) == R"(the answer is an error: code 403, "no")");
}

TEST_CASE("nacos: lists of services") {
  const Listing old = value_of(listing_of(
      R"({"count":7,"serviceList":[{"name":"a","groupName":"G","clusterCount":1,"ipCount":1,"healthyInstanceCount":1,)"
      R"("triggerFlag":"false"},{"name":"providers:com.acme.Foo:1.0.0:","groupName":"DEFAULT_GROUP"}]})"));
  CHECK(old.total == 7);
  CHECK(old.services == std::vector<ServiceKey>{{"G", "a"}, {"DEFAULT_GROUP", "providers:com.acme.Foo:1.0.0:"}});
  const Listing fresh =
      value_of(listing_of(R"({"code":0,"message":"success","data":{"totalCount":1,"pageNumber":1,"pagesAvailable":1,)"
                          R"("pageItems":[{"name":"a","groupName":"G"}]}})",
                          Packing::envelope));
  CHECK(fresh.total == 1);
  CHECK(fresh.services == std::vector<ServiceKey>{{"G", "a"}});
  for (const std::string body :
       {R"({"serviceList":[]})", R"({"count":1})", R"({"count":null,"serviceList":[]})",
        R"({"count":-1,"serviceList":[]})", R"({"count":1,"serviceList":null})", R"([])", "",
        R"({"count":1,"serviceList":[{"groupName":"G"}]})", R"({"count":1,"serviceList":[null]})"}) {
    CAPTURE(body);
    CHECK(error_of(listing_of(body)).find("promises") != std::string::npos);
  }
}

TEST_CASE("nacos: lists of one group") {
  JsonCursor cursor;
  std::string body = R"({"count":2,"doms":["a","OTHER@@b"]})";
  const auto old = value_of(parse_names(cursor, body, Packing::bare, "G"));
  CHECK(old.services == std::vector<ServiceKey>{{"G", "a"}, {"OTHER", "b"}});
  body = R"({"code":0,"message":"success","data":{"count":1,"services":["a"]}})";
  CHECK(value_of(parse_names(cursor, body, Packing::envelope, "G")).services == std::vector<ServiceKey>{{"G", "a"}});
}

TEST_CASE("nacos: instances as Nacos's clients get them") {
  JsonCursor cursor;
  const std::string old =
      R"({"name":"DEFAULT_GROUP@@pay","groupName":"DEFAULT_GROUP","clusters":"","cacheMillis":10000,"hosts":[)"
      R"({"instanceId":"127.0.0.2#8080#DEFAULT#DEFAULT_GROUP@@pay","ip":"127.0.0.2","port":8080,"weight":2.5,)"
      R"("healthy":true,"enabled":true,"ephemeral":false,"clusterName":"DEFAULT","serviceName":"DEFAULT_GROUP@@pay",)"
      R"("metadata":{}}],"lastRefTime":1,"checksum":"","allIPs":false,"reachProtectionThreshold":true,"valid":true})";
  std::string body = old;
  const Found found = value_of(parse_hosts(cursor, body, Packing::bare, {"G", "pay"}));
  CHECK(found.protection_reached);
  REQUIRE(found.instances.size() == 1);
  CHECK(found.instances[0].id == "127.0.0.2#8080#DEFAULT");
  body = R"({"code":0,"data":)" + old + "}";
  CHECK(value_of(parse_hosts(cursor, body, Packing::envelope, {"G", "pay"})).instances.size() == 1);
  for (const std::string wrong : {"{}", "[]", R"({"hosts":null})", "", R"({"hosts":[{"ip":3}]})"}) {
    CAPTURE(wrong);
    body = wrong;
    CHECK_FALSE(parse_hosts(cursor, body, Packing::bare, {"G", "pay"}));
  }
}

TEST_CASE("nacos: namespaces, thresholds, tokens") {
  JsonCursor cursor;
  std::string body = R"({"code":200,"message":null,"data":[{"namespace":"x","type":2},{"namespace":"","type":0}]})";
  CHECK(value_of(parse_namespaces(cursor, body)) == std::vector<std::string>{"public", "x"});
  body = R"({"code":0,"message":"success","data":[{"namespaceShowName":"x"}]})";
  CHECK_FALSE(parse_namespaces(cursor, body));
  body = R"({"namespaceId":"public","protectThreshold":0.3,"clusters":[]})";
  CHECK(value_of(parse_threshold(cursor, body, Packing::bare)) == 0.3);
  body = R"({"namespaceId":"public"})";
  CHECK_FALSE(parse_threshold(cursor, body, Packing::bare));
  for (const std::string text : {R"({"accessToken":"t","tokenTtl":18000,"globalAdmin":true,"username":"nacos"})",
                                 R"({"code":0,"data":{"accessToken":"t","tokenTtl":18000}})"}) {
    body = text;
    const Login login = value_of(parse_login(cursor, body));
    CHECK(login.token.reveal() == "t");
    CHECK(login.ttl.count() == 18000);
  }
  for (const auto& [ttl, expected] : {std::pair{"-1", 0}, {"9000000000000000", 31536000}}) {
    body = fmt::format(R"({{"accessToken":"t","tokenTtl":{}}})", ttl);
    CHECK(value_of(parse_login(cursor, body)).ttl.count() == expected);
  }
  for (const std::string text : {"{}", "", R"({"accessToken":""})", R"({"code":500,"message":"no","data":null})"}) {
    CAPTURE(text);
    body = text;
    CHECK_FALSE(parse_login(cursor, body));
  }
}

std::vector<Instance> instances(int healthy, int ill, int disabled = 0) {
  std::vector<Instance> made;
  const auto add = [&](int count, Health health) {
    for (int i = 0; i < count; ++i) made.emplace_back().health = health;
  };
  add(healthy, Health::passing);
  add(ill, Health::critical);
  add(disabled, Health::disabled);
  return made;
}

TEST_CASE("nacos: the protection threshold") {
  struct Row {
    int healthy, ill, disabled;
    double threshold;
    bool is_protected;
  };
  const std::vector<Row> rows = {
      {0, 2, 0, 0, false},  {1, 1, 0, 0, false},   {1, 1, 0, 0.5, true},  {1, 1, 0, 0.49, false},
      {3, 7, 0, 0.3, true}, {2, 0, 0, 1, false},   {1, 2, 0, 0.3, false}, {1, 1, 8, 0.4, false},
      {0, 1, 0, 0.1, true}, {0, 0, 2, 0.5, false}, {1, 3, 0, -1, false},  {9, 1, 0, 1, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.healthy);
    CAPTURE(row.ill);
    CAPTURE(row.threshold);
    auto made = instances(row.healthy, row.ill, row.disabled);
    CHECK(may_be_protected(made) == (row.ill > 0));
    CHECK(protect(made, row.threshold) == row.is_protected);
    CHECK(std::ranges::count(made, Health::critical, &Instance::health) == (row.is_protected ? 0 : row.ill));
    CHECK(std::ranges::count(made, Health::disabled, &Instance::health) == row.disabled);
  }
}

}  // namespace
}  // namespace r2i::sources::nacos
