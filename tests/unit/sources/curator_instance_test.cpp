#include "sources/curator_instance.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {
namespace {

KeyLayout the_layout() {
  return *KeyLayout::make("template", {{"key", {"{service:**}/{id}"}}, {"addressFrom", {"address"}}});
}

/// "web#1 10.0.0.1{80/http} ~critical [zone=a]"; or "web malformed: …".
std::string told(std::string_view key, std::string data) {
  FlatJson tree;
  const KeyReading reading = read_curator_instance(the_layout(), key, std::move(data), tree);
  if (reading.kind == KeyReading::Kind::foreign) return "foreign: " + reading.why;
  if (reading.kind == KeyReading::Kind::malformed) return fmt::format("{} malformed: {}", reading.service, reading.why);
  std::string text = reading.service;
  for (const Instance& instance : reading.instances) {
    text += fmt::format("#{} {}", instance.id, instance.address);
    for (const Port& port : instance.ports)
      text += fmt::format("{{{}{}{}}}", port.number, port.protocol.empty() ? "" : "/", port.protocol);
    if (instance.health != Health::passing) text += fmt::format(" ~{}", to_string(instance.health));
    for (const auto& [name, value] : instance.metadata) text += fmt::format(" [{}={}]", name, value);
  }
  return text + (reading.repaired ? " repaired" : "");
}

struct Row {
  const char* data;
  const char* told;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.data);
    CHECK(told("web/1", row.data) == row.told);
  }
}

TEST_CASE("Curator instance: address, ports and their protocols") {
  check({
      {R"({"name":"web","id":"a","address":"10.0.0.1","port":80,"sslPort":null,"payload":null})", "web#a 10.0.0.1{80}"},
      {R"({"address":"10.0.0.1","port":80,"sslPort":443})", "web#1 10.0.0.1{80}{443/https}"},
      {R"({"address":"10.0.0.1","port":null,"sslPort":443})", "web#1 10.0.0.1{443/https}"},
      {R"({"address":"10.0.0.1","port":443,"sslPort":443})", "web#1 10.0.0.1{443}"},
      {R"({"address":"10.0.0.1"})", "web#1 10.0.0.1"},
      {R"({"address":null,"port":80})", "web#1 {80}"},
      {R"({"address":"h.example.com","port":"80"})", "web#1 h.example.com{80}"},
      {R"({"address":"10.0.0.1","port":80,"uriSpec":{"parts":[{"value":"scheme","variable":true}]}})",
       "web#1 10.0.0.1{80/http}"},
      {R"({"address":"10.0.0.1","port":80,"uriSpec":{"parts":[{"value":"GRPC://","variable":false}]}})",
       "web#1 10.0.0.1{80/grpc}"},
      {R"({"address":"10.0.0.1","port":80,"uriSpec":{"parts":[{"value":"address","variable":true}]}})",
       "web#1 10.0.0.1{80}"},
      {R"({"address":"10.0.0.1","port":80,"uriSpec":{"parts":[]}})", "web#1 10.0.0.1{80}"},
  });
}

TEST_CASE("Curator instance: what takes it out") {
  check({
      {R"({"address":"a","port":1,"enabled":false})", "web#1 a{1} ~disabled"},
      {R"({"address":"a","port":1,"enabled":true})", "web#1 a{1}"},
      {R"({"address":"a","port":1,"payload":{"metadata":{"instance_status":"UP"}}})",
       "web#1 a{1} [instance_status=UP]"},
      {R"({"address":"a","port":1,"payload":{"metadata":{"instance_status":"OUT_OF_SERVICE"}}})",
       "web#1 a{1} ~disabled [instance_status=OUT_OF_SERVICE]"},
      {R"({"address":"a","port":1,"payload":{"metadata":{"instance_status":"STARTING"}}})",
       "web#1 a{1} ~critical [instance_status=STARTING]"},
      {R"({"address":"a","port":1,"enabled":false,"payload":{"metadata":{"instance_status":"UP"}}})",
       "web#1 a{1} ~disabled [instance_status=UP]"},
      // Somebody else's word for somebody else.
      {R"({"address":"a","port":1,"payload":{"instance_status":"DOWN"}})", "web#1 a{1} [instance_status=DOWN]"},
  });
}

TEST_CASE("Curator instance: payloads") {
  check({
      {R"({"address":"a","port":1,"payload":"text"})", "web#1 a{1} [payload=text]"},
      {R"({"address":"a","port":1,"payload":""})", "web#1 a{1}"},
      {R"({"address":"a","port":1,"payload":7})", "web#1 a{1} [payload=7]"},
      {R"({"address":"a","port":1,"payload":["java.lang.Integer",5]})", "web#1 a{1} [payload=5]"},
      {R"({"address":"a","port":1,"payload":["java.util.ArrayList",["x","y"]]})",
       "web#1 a{1} [payload.0=x] [payload.1=y]"},
      {R"({"address":"a","port":1,"payload":[]})", "web#1 a{1}"},
      {R"({"address":"a","port":1,"payload":{"@class":"com.acme.D","b":{"c":1},"a":true,"n":null}})",
       "web#1 a{1} [a=true] [b.c=1]"},
      {R"({"address":"a","port":1,"payload":{"@class":"Z","id":"i","metadata":{"v":"1"}}})", "web#1 a{1} [v=1]"},
  });
}

TEST_CASE("Curator instance: every port of a Dubbo application") {
  check({
      {R"({"address":"a","port":20880,"payload":{"metadata":{"dubbo.endpoints":"[{\"port\":20880,\"protocol\":\"dubbo\"},{\"port\":50051,\"protocol\":\"tri\"}]"}}})",
       R"(web#1 a{20880/dubbo}{50051/tri} [dubbo.endpoints=[{"port":20880,"protocol":"dubbo"},{"port":50051,"protocol":"tri"}]])"},
      {R"({"address":"a","port":20880,"payload":{"metadata":{"dubbo.endpoints":"[]"}}})",
       "web#1 a{20880} [dubbo.endpoints=[]]"},
      {R"({"address":"a","port":1,"payload":{"metadata":{"dubbo.endpoints":"[{\"protocol\":\"tri\"}]"}}})",
       "web malformed: dubbo.endpoints has an endpoint without a port"},
  });
  CHECK(told("web/1", R"({"address":"a","port":1,"payload":{"metadata":{"dubbo.endpoints":"{"}}})")
            .starts_with("web malformed: dubbo.endpoints is not what Dubbo writes: "));
}

TEST_CASE("Curator instance: data that is none") {
  check({
      {"[]", "web malformed: the data is no ServiceInstance: it is a list"},
      {"{}", "web malformed: the data is no ServiceInstance: it has neither name, address nor port"},
      {R"({"address":"a","port":"eighty"})", R"(web malformed: port "eighty" is no number)"},
      {R"({"address":"a","port":80.5})", R"(web malformed: port "80.5" is no number)"},
      {R"({"address":"a","sslPort":{}})", R"(web malformed: sslPort "" is no number)"},
  });
  for (const char* data : {"", "{", "null", "10.0.0.1", "\xff"}) {
    CAPTURE(data);
    CHECK(told("web/1", data).starts_with("web malformed: the data is no ServiceInstance: "));
  }
}

TEST_CASE("Curator instance: names of services") {
  const std::string data = R"({"name":"another","address":"a","port":1})";
  CHECK(told("eu/pay/1", data) == "eu/pay#1 a{1}");
  CHECK(told("web", data) == "foreign: it is not of the form {service:**}/{id}");
  CHECK(told("w\xff/1", data) == "w\xEF\xBF\xBD#1 a{1}");
  CHECK(told("web/1", "{\"address\":\"a\xff\",\"port\":1}") == "web#1 a\xEF\xBF\xBD{1} repaired");
}

}  // namespace
}  // namespace r2i::sources
