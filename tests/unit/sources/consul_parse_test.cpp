#include "sources/consul_parse.hpp"

#include "support/told.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources::consul {
namespace {

using testing::told;

Answer instances_of(std::string body) {
  JsonCursor cursor;
  auto answer = parse_instances(cursor, body);
  if (!answer) FAIL(answer.error());
  return std::move(*answer);
}

std::string error_of(std::string body) {
  JsonCursor cursor;
  const auto answer = parse_instances(cursor, body);
  return answer ? "taken" : answer.error();
}

/// The one instance of an entry of these parts.
Instance instance_of(const std::string& node, const std::string& service, const std::string& checks = "[]") {
  Answer answer = instances_of(fmt::format(R"([{{"Node":{},"Service":{},"Checks":{}}}])", node, service, checks));
  REQUIRE(answer.instances.size() == 1);
  return std::move(answer.instances.front());
}

const std::string kNode = R"({"Node":"n1","Address":"10.0.9.9"})";

TEST_CASE("consul: an entry with everything") {
  const Instance instance = instance_of(
      R"({"ID":"u","Node":"n1","Address":"10.0.9.9","Datacenter":"dc1","TaggedAddresses":{"lan":"10.0.9.9"},"Meta":{"a":"b"},)"
      R"("Locality":{"Region":"nr","Zone":"nz"}})",
      R"({"ID":"web-1","Service":"web","Kind":"connect-proxy","Address":"10.0.0.1","Port":8080,"Tags":["v1","a|b"],)"
      R"("Meta":{"version":"1","protocol":"grpc"},"Weights":{"Passing":3,"Warning":1},)"
      R"("Locality":{"Region":"r","Zone":"z"},"TaggedAddresses":{"virtual":{"Address":"240.0.0.1","Port":80}}})",
      R"([{"CheckID":"serfHealth","Status":"passing","Output":"fine"}])");
  CHECK(instance.id == "web-1");
  CHECK(instance.node == "n1");
  CHECK(instance.kind == "connect-proxy");
  CHECK(instance.address == "10.0.0.1");
  REQUIRE(instance.ports.size() == 1);
  CHECK(instance.ports[0].number == 8080);
  CHECK(instance.ports[0].name.empty());
  CHECK(instance.tags == std::vector<std::string>{"a|b", "v1"});
  CHECK(told(instance.metadata) == "protocol=grpc,version=1");
  CHECK(instance.weight == 3);
  CHECK(instance.locality == "r/z");
  CHECK(instance.health == Health::passing);
}

TEST_CASE("consul: what is null or missing is nothing") {
  for (
      const std::string service :
      {R"({"ID":"a"})",
       R"({"ID":"a","Kind":null,"Address":null,"Port":null,"Tags":null,"Meta":null,"Weights":null,"Locality":null,)"
       R"("SocketPath":null,"TaggedAddresses":null,"Proxy":null})",
       R"({"ID":"a","Kind":"","Address":"","Port":0,"Tags":[],"Meta":{},"Weights":{},"Locality":{},"Unknown":[1,{}]})"}) {
    CAPTURE(service);
    const Instance instance = instance_of(kNode, service, "null");
    CHECK(instance.id == "a");
    CHECK(instance.kind.empty());
    CHECK(instance.address.empty());
    CHECK(instance.node_address == "10.0.9.9");
    CHECK(instance.ports.empty());
    CHECK(instance.tags.empty());
    CHECK(instance.metadata.empty());
    CHECK_FALSE(instance.weight);
    CHECK(instance.locality.empty());
    CHECK(instance.health == Health::passing);
  }
}

TEST_CASE("consul: the node's address stands in for the service's, but not for a socket") {
  CHECK(instance_of(kNode, R"({"Address":"10.0.0.1","Port":80})").node_address.empty());
  CHECK(instance_of(kNode, R"({"Address":"","Port":80})").node_address == "10.0.9.9");
  const Instance socket = instance_of(kNode, R"({"Address":"","SocketPath":"/run/x.sock"})");
  CHECK(socket.address.empty());
  CHECK(socket.node_address.empty());
}

TEST_CASE("consul: ports as they are") {
  const std::vector<std::pair<std::string, std::int64_t>> rows = {
      {"80", 80}, {"65536", 65536}, {"-1", -1}, {"8e1", 80}};
  for (const auto& [text, number] : rows) {
    CAPTURE(text);
    CHECK(instance_of(kNode, "{\"Port\":" + text + "}").ports.get().at(0).number == number);
  }
}

TEST_CASE("consul: what instances have alike, and what not") {
  const auto entry = [](std::string_view tags, int port, std::string_view weights) {
    return fmt::format(R"({{"Node":{},"Service":{{"Tags":{},"Port":{},"Weights":{}}}}})", kNode, tags, port, weights);
  };
  const Answer answer = instances_of("[" + entry(R"(["b","a"])", 80, R"({"Passing":2,"Warning":1})") + "," +
                                     entry(R"(["b","a"])", 80, R"({"Passing":2,"Warning":1})") + "," +
                                     entry(R"(["b"])", 81, R"({"Passing":3})") + "," + entry("null", 0, "null") + "," +
                                     entry(R"(["b"])", 80, R"({"Passing":2,"Warning":1})") + "]");
  std::string told_all;
  for (const Instance& one : answer.instances) {
    told_all += fmt::format("{}:{}:{} ", fmt::join(one.tags, "+"), one.ports.empty() ? 0 : one.ports[0].number,
                            one.weight.value_or(-1));
  }
  CHECK(told_all == "a+b:80:2 a+b:80:2 b:81:3 :0:-1 b:80:2 ");
  CHECK(answer.instances[1].tags.is(answer.instances[0].tags));
  CHECK(answer.instances[1].ports.is(answer.instances[0].ports));
}

TEST_CASE("consul: health is the worst of all checks, maintenance is a check of its own") {
  const auto check = [](std::string_view id, std::string_view status) {
    return fmt::format(R"({{"CheckID":"{}","Status":"{}"}})", id, status);
  };
  const std::string passing = check("serfHealth", "passing");
  struct Row {
    std::string checks;
    Health health;
  };
  const std::vector<Row> rows = {
      {"", Health::passing},
      {passing, Health::passing},
      {passing + "," + check("service:a", "warning"), Health::warning},
      {check("service:a", "critical") + "," + passing, Health::critical},
      {check("service:a", "critical") + "," + check("service:b", "warning"), Health::critical},
      {check("_node_maintenance", "critical"), Health::maintenance},
      {check("_service_maintenance:web-1", "critical") + "," + passing, Health::maintenance},
      {passing + "," + check("_node_maintenance", "critical") + "," + check("x", "critical"), Health::maintenance},
      {check("_service_maintenance", "critical"), Health::critical},
      {check("my_node_maintenance", "critical"), Health::critical},
  };
  for (const Row& row : rows) {
    CAPTURE(row.checks);
    CHECK(instance_of(kNode, R"({"Port":80})", "[" + row.checks + "]").health == row.health);
  }
}

TEST_CASE("consul: a status that is none of the three is answered by Consul's DNS, and is no pass") {
  for (const std::string status : {"\"\"", "\"unknown\"", "\"PASSING\"", "null"}) {
    CAPTURE(status);
    CHECK(instance_of(kNode, R"({"Port":80})", "[{\"CheckID\":\"a\",\"Status\":" + status + "}]").health ==
          Health::warning);
  }
}

TEST_CASE("consul: the weight is that of the state") {
  const std::string weights = R"({"Port":80,"Weights":{"Passing":10,"Warning":2}})";
  const auto in_state = [](std::string_view status) {
    return fmt::format(R"([{{"CheckID":"a","Status":"{}"}}])", status);
  };
  CHECK(instance_of(kNode, weights, in_state("passing")).weight == 10);
  CHECK(instance_of(kNode, weights, in_state("warning")).weight == 2);
  CHECK(instance_of(kNode, weights, in_state("critical")).weight == 10);
  CHECK(instance_of(kNode, R"({"Weights":{"Passing":1,"Warning":0}})", in_state("warning")).weight == 0);
  CHECK_FALSE(instance_of(kNode, R"({"Weights":{"Passing":1}})", in_state("warning")).weight);
}

TEST_CASE("consul: locality is the service's, else the node's") {
  const std::string node = R"({"Node":"n","Locality":{"Region":"nr","Zone":"nz"}})";
  CHECK(instance_of(node, R"({"Port":1})").locality == "nr/nz");
  CHECK(instance_of(node, R"({"Port":1,"Locality":{"Region":"r"}})").locality == "r");
  CHECK(instance_of(node, R"({"Port":1,"Locality":null})").locality == "nr/nz");
  CHECK(instance_of(R"({"Node":"n","Locality":null})", R"({"Port":1})").locality.empty());
}

TEST_CASE("consul: the order of tags and metadata is not the server's") {
  const Instance instance = instance_of(kNode, R"({"Tags":["b","a","c"],"Meta":{"z":"1","a":"2"}})");
  CHECK(instance.tags == std::vector<std::string>{"a", "b", "c"});
  CHECK(told(instance.metadata) == "a=2,z=1");
}

TEST_CASE("consul: a malformed entry does not take the others away") {
  const Answer answer = instances_of(
      R"([{"Node":{"Node":"n1","Datacenter":"dc1"},"Service":{"ID":"a"},"Checks":[]},{"Node":{"Node":"n2"}},)"
      R"({"Service":{"ID":"b"}},null,{},{"Node":{"Node":"n3"},"Service":{"ID":"c"}}])");
  REQUIRE(answer.instances.size() == 2);
  CHECK(answer.instances[0].id == "a");
  CHECK(answer.instances[1].id == "c");
  CHECK(answer.datacenter == "dc1");
  CHECK(fmt::format("{}", fmt::join(answer.malformed, "; ")) ==
        "entry 1 has no Service; entry 2 has no Node; entry 3 has no Node; entry 4 has no Node");
}

TEST_CASE("consul: no instances are an answer, too") {
  const Answer answer = instances_of("[]");
  CHECK(answer.instances.empty());
  CHECK(answer.malformed.empty());
  CHECK(answer.datacenter.empty());
}

TEST_CASE("consul: an answer of another shape is an error that says where") {
  const std::vector<std::pair<std::string, std::string_view>> rows = {
      {"{}", "expected a list, got an object (byte 0)"},
      {"", "the document is empty"},
      {"<html>", "(byte 0)"},
      {R"([{"Node":{"Node":1}}])", "[0].Node.Node: expected a string, got a number (byte 17)"},
      {R"([{"Service":{"Port":"80"}}])", "[0].Service.Port: expected a whole number, got a string"},
      {R"([{"Service":{"Tags":"a"}}])", "[0].Service.Tags: expected a list, got a string"},
      {R"([{"Service":{"Meta":{"a":1}}}])", "[0].Service.Meta.a: expected a string, got a number"},
      {R"([{"Checks":{}}])", "[0].Checks: expected a list, got an object"},
      {R"([{"Node":{"Node":"n"},)", ""},
      {R"([] [])", "there is more text after the end of the document"},
  };
  for (const auto& [body, message] : rows) {
    CAPTURE(body);
    const std::string error = error_of(body);
    CAPTURE(error);
    CHECK(error.starts_with("the answer is not what the API promises: "));
    CHECK(error.find(message) != std::string::npos);
  }
}

TEST_CASE("consul: the names of services, sorted, whatever their tags") {
  JsonCursor cursor;
  std::string body = R"({"web":["a"],"consul":[],"Pay":null,"a\nb":["x"],"":[]})";
  CHECK(parse_service_names(cursor, body).value() == std::vector<std::string>{"", "Pay", "a\nb", "consul", "web"});
  body = "{}";
  CHECK(parse_service_names(cursor, body)->empty());
  body = R"(["web"])";
  CHECK_FALSE(parse_service_names(cursor, body));
  body = R"({"web":["a"])";
  CHECK_FALSE(parse_service_names(cursor, body));
}

TEST_CASE("consul: datacenters, the agent's own, and a peering") {
  JsonCursor cursor;
  std::string body = R"(["dc2","dc1"])";
  CHECK(parse_names(cursor, body).value() == std::vector<std::string>{"dc2", "dc1"});
  body = R"([1])";
  CHECK_FALSE(parse_names(cursor, body));

  body = R"({"DebugConfig":{"Datacenter":"no"},"Config":{"Version":"1.20","Datacenter":"dc1"},"Member":{}})";
  CHECK(parse_own_datacenter(cursor, body).value() == "dc1");
  body = R"({"Config":null})";
  CHECK(parse_own_datacenter(cursor, body)->empty());

  body = R"({"Name":"east","State":"ACTIVE","StreamStatus":{"ExportedServices":["x"],"ImportedServices":["b","a"]}})";
  const auto peering = parse_peering(cursor, body);
  REQUIRE(peering);
  CHECK(peering->state == "ACTIVE");
  CHECK(peering->imported == std::vector<std::string>{"a", "b"});
  body = R"({"State":"PENDING","StreamStatus":{"ImportedServices":null}})";
  CHECK(parse_peering(cursor, body)->imported.empty());
}

}  // namespace
}  // namespace r2i::sources::consul
