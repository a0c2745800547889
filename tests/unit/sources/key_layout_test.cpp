#include "sources/key_layout.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace r2i::sources {
namespace {

KeyLayout layout_of(const std::string& name, const LayoutTexts& own = {}) {
  auto layout = KeyLayout::make(name, own);
  if (!layout) FAIL(layout.error().setting << ": " << layout.error().message);
  return std::move(*layout);
}

/// "web#1 10.0.0.1{80/http} *3 ~critical [zone=a]", instances separated by blanks and bars; or "foreign: …".
std::string told(const KeyReading& reading) {
  if (reading.kind == KeyReading::Kind::foreign) return "foreign: " + reading.why;
  if (reading.kind == KeyReading::Kind::malformed) return fmt::format("{} malformed: {}", reading.service, reading.why);
  std::string text = reading.group.empty() ? reading.service : reading.group + "@" + reading.service;
  for (const Instance& instance : reading.instances) {
    text += fmt::format("{}#{} {}", &instance == reading.instances.data() ? "" : " |", instance.id, instance.address);
    for (const Port& port : instance.ports)
      text += fmt::format("{{{}{}{}}}", port.number, port.protocol.empty() ? "" : "/", port.protocol);
    if (instance.weight) text += fmt::format(" *{}", *instance.weight);
    if (instance.health != Health::passing) text += fmt::format(" ~{}", to_string(instance.health));
    if (!instance.locality.empty()) text += fmt::format(" @{}", instance.locality);
    for (const std::string& tag : instance.tags) text += " +" + tag;
    for (const auto& [key, value] : instance.metadata) text += fmt::format(" [{}={}]", key, value);
  }
  return text;
}

struct Row {
  const char* key;
  const char* value;
  const char* told;
};

void check(const KeyLayout& layout, const std::vector<Row>& rows) {
  FlatJson tree;
  for (const Row& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.value);
    CHECK(told(layout.read(row.key, row.value, tree)) == row.told);
  }
}

TEST_CASE("layout grpc: what go.etcd.io/etcd/client/v3/naming/endpoints writes") {
  check(layout_of("grpc"),
        {
            {"web/e1", R"({"Op":0,"Addr":"10.0.0.1:9000","Metadata":null})", "web#e1 10.0.0.1{9000}"},
            {"team/web/10.0.0.1:9000",
             R"({"Op":0,"Addr":"10.0.0.1:9000","Metadata":{"version":"v1","w":1.50,"on":true}})",
             "team/web#10.0.0.1:9000 10.0.0.1{9000} [on=true] [version=v1] [w=1.50]"},
            {"web/e1", R"({"Op":0,"Addr":"[::1]:9000","Metadata":"zone-a"})", "web#e1 ::1{9000} [Metadata=zone-a]"},
            {"web/e1", R"({"Addr":"web.example.com:1","Metadata":{"a":{"b":["x",{"c":"d"}],"n":null}}})",
             "web#e1 web.example.com{1} [a.b.0=x] [a.b.1.c=d]"},
            {"web/e1", R"({"Op":1,"Addr":"10.0.0.1:9000"})", "web#e1 10.0.0.1{9000} ~disabled"},
            {"web/e1", R"({"Op":0,"Addr":"10.0.0.1"})", "web#e1 10.0.0.1"},
            {"web", R"({"Op":0,"Addr":"10.0.0.1:9000"})", "foreign: the key is not of the form {service:**}/{id}"},
            {"web/e1", R"({"Op":0})", "web malformed: the value has no Addr"},
            {"web/e1", R"({"Op":0,"Addr":""})", "web malformed: the value has no Addr"},
            {"web/e1", R"({"Op":0,"Addr":{}})", "web malformed: the value has no Addr"},
            {"web/e1", R"({"Op":0,"Addr":"/var/run.sock"})", "web malformed: \"/var/run.sock\" is no address"},
            {"web/e1", "10.0.0.1:9000",
             "web malformed: the value is not what the layout promises: expected an object or a list (byte 0)"},
            {"web/e1", "", "web malformed: the value is not what the layout promises: the document is empty (byte 0)"},
            {"web/e1", "[]", "web malformed: the value has no Addr"},
        });
}

TEST_CASE("layout skydns: a reversed domain; texts are no instances, and a weight of 0 is none") {
  check(layout_of("skydns"),
        {
            {"local/cluster/web/x1", R"({"host":"10.0.0.1","port":8080,"priority":10,"weight":20,"ttl":60})",
             "web.cluster.local#x1 10.0.0.1{8080} *20 [priority=10]"},
            {"local/skydns/x1", R"({"host":"1.1.1.1","port":0,"weight":0,"group":"g1"})",
             "skydns.local#x1 1.1.1.1 [group=g1]"},
            {"local/skydns/x1", R"({"host":"db.example.com","text":"it"})", "skydns.local#x1 db.example.com [text=it]"},
            {"com/example/nginx/1a2b", R"({"text":"\"heritage=external-dns\"","targetstrip":1})",
             "foreign: the value has no address"},
            {"local/x1", R"({"host":7})", "local#x1 7"},
            {"x1", R"({"host":"1.1.1.1"})", "foreign: the key is not of the form {service:reversed}/{id}"},
            {"local/x1", R"({"host":"1.1.1.1","port":"http"})", "local malformed: the port \"http\" is no number"},
            {"local/x1", R"({"host":"1.1.1.1","weight":"much"})", "local malformed: the weight \"much\" is no number"},
        });
  FlatJson tree;
  const KeyReading reading = layout_of("skydns").read("local/skydns/x1", R"({"host":"1.1.1.1"})", tree);
  CHECK(reading.service_metadata == Pairs{{"domain", "skydns.local"}});
}

TEST_CASE("layout go-zero: plain text") {
  check(layout_of("go-zero"), {
                                  {"user.rpc/7587870", "10.0.0.1:8080", "user.rpc#7587870 10.0.0.1{8080}"},
                                  {"team/user.rpc/1", " 10.0.0.1:8080\n", "team/user.rpc#1 10.0.0.1{8080}"},
                                  {"user.rpc/1", "", "user.rpc malformed: the value is empty"},
                                  {"user.rpc/1", "{}/", "user.rpc malformed: \"{}/\" is no address"},
                                  {"lock", "x", "foreign: the key is not of the form {service:**}/{id}"},
                              });
}

TEST_CASE("layout kratos: endpoints are URLs, of one host or of several") {
  check(
      layout_of("kratos"),
      {
          {"helloworld/a1",
           R"({"id":"a1","name":"helloworld","version":"v1.0.0","metadata":{"env":"prod"},)"
           R"("endpoints":["grpc://10.0.0.1:9000?isSecure=false","http://10.0.0.1:8000"]})",
           "helloworld#a1 10.0.0.1{9000/grpc}{8000/http} [env=prod] [version=v1.0.0]"},
          {"a/a1",
           R"({"id":"a1","version":"","metadata":null,"endpoints":["grpcs://10.0.0.1:1","http://10.0.0.2:2?isSecure=true"]})",
           "a#a1 10.0.0.1{1/https} |#a1 10.0.0.2{2/https}"},
          {"a/a1", R"({"id":"a1","endpoints":[]})", "a#a1 "},
          {"a/a1", R"({"id":"a1","endpoints":null})", "a#a1 "},
          {"a/a1", R"({"id":"a1","endpoints":[{}]})", "a malformed: the value has no endpoints"},
          {"a/a1", R"({"id":"a1"})", "a malformed: the value has no endpoints"},
          {"a/a1", R"({"id":"a1","endpoints":["http://10.0.0.1:x"]})",
           "a malformed: \"http://10.0.0.1:x\" is no address"},
      });
}

TEST_CASE("layout go-micro: the value names the service, and has nodes") {
  check(layout_of("go-micro"),
        {
            {"go-micro-srv/n1",
             R"({"name":"go/micro.srv","version":"latest","metadata":{"team":"x"},"endpoints":[{"name":"Call"}],)"
             R"("nodes":[{"id":"n1","address":"10.0.0.1:80","metadata":{"protocol":"grpc","team":"y"}}]})",
             "go/micro.srv#n1 10.0.0.1{80} [protocol=grpc] [team=y] [version=latest]"},
            {"s/n", R"({"name":"s","nodes":[{"id":"1","address":"10.0.0.1:80"},{"id":"2","address":"10.0.0.2:80"}]})",
             "s#1 10.0.0.1{80} |#2 10.0.0.2{80}"},
            {"s/n", R"({"name":"s","nodes":[]})", "s"},
            {"s/n", R"({"name":"s"})", "s malformed: the value has no nodes"},
            {"s/n", R"({"name":"s","nodes":[null]})", "s malformed: the value has no address"},
            {"s/n", R"({"nodes":[{"address":"10.0.0.1:80"}]})", " malformed: the value does not name its service"},
            {"lock", "x", "foreign: the key is not of the form */*"},
            {"s/n", "{",
             " malformed: the value is not what the layout promises: the document ends in the middle (byte 1)"},
        });
  CHECK(layout_of("go-micro").service_is_in_value());
  CHECK_FALSE(layout_of("kratos").service_is_in_value());
}

TEST_CASE("layout dubbo: the key has all, and a version and a group are part of the name") {
  const std::string key =
      "com.foo.A/providers/"
      "tri%3A%2F%2F10.0.0.1%3A50051%2Fcom.foo.A%3Fapplication%3Dapp%26group%3Dg%26version%3D1.0%26weight%3D"
      "50";
  FlatJson tree;
  const KeyLayout layout = layout_of("dubbo");
  CHECK(told(layout.read(key, "", tree)) ==
        "com.foo.A:1.0:g# 10.0.0.1{50051/tri} *50 [application=app] [group=g] [version=1.0] [weight=50]");
  check(layout, {
                    {"com.foo.A/providers/dubbo%3A%2F%2F10.0.0.1%3A20880%2Fcom.foo.A%3Fgroup%3Dg", "x",
                     "com.foo.A::g# 10.0.0.1{20880/dubbo} [group=g]"},
                    {"com.foo.A/providers/dubbo%3A%2F%2F10.0.0.1%3A20880%2Fcom.foo.A%3Fdisabled%3Dtrue", "",
                     "com.foo.A# 10.0.0.1{20880/dubbo} ~disabled [disabled=true]"},
                    {"com.foo.A/providers/dubbo%3A%2F%2F10.0.0.1%3A20880%3Fenabled%3Dfalse%26disabled%3Dfalse", "",
                     "com.foo.A# 10.0.0.1{20880/dubbo} ~disabled [disabled=false] [enabled=false]"},
                    {"com.foo.A/consumers/consumer%3A%2F%2F10.0.0.1%2Fcom.foo.A", "",
                     "foreign: the key is not of the form {interface}/providers/{url}"},
                    {"com.foo.A/providers/dubbo%3A%2F%2F10.0.0.1%3Ax", "",
                     "com.foo.A malformed: \"dubbo%3A%2F%2F10.0.0.1%3Ax\" is no address"},
                });
}

TEST_CASE("layout template: every field by its own words") {
  const KeyLayout layout =
      layout_of("template", {{"key", {"{env}/{service}/{id}"}},
                             {"addressFrom", {"net.ip"}},
                             {"portFrom", {"net.ports[0].number"}},
                             {"protocolFrom", {"net.ports[0].name"}},
                             {"groupFrom", {"{env}"}},
                             {"tagsFrom", {"tags"}},
                             {"weightFrom", {"weight"}},
                             {"healthFrom", {"state"}},
                             {"enabledFrom", {"enabled"}},
                             {"localityFrom", {"zone"}},
                             {"metadataFrom", {"meta", "env={env}", "first=tags[0]", "$.build.version"}}});
  check(
      layout,
      {
          {"prod/web/1",
           R"({"net":{"ip":"10.0.0.1","ports":[{"name":"grpc","number":"8080"}]},"tags":["b","a"],"weight":2.5,"state":"UP",)"
           R"("enabled":true,"zone":"eu/a","meta":{"x":"y"},"build":{"version":7}})",
           "prod@web#1 10.0.0.1{8080/grpc} *2.5 @eu/a +a +b [env=prod] [first=b] [version=7] [x=y]"},
          {"prod/web/1", R"({"net":{"ip":"10.0.0.1"},"state":"starting"})", "prod@web#1 10.0.0.1 ~critical [env=prod]"},
          {"prod/web/1", R"({"net":{"ip":"10.0.0.1"},"state":"out_of_service"})",
           "prod@web#1 10.0.0.1 ~disabled [env=prod]"},
          {"prod/web/1", R"({"net":{"ip":"10.0.0.1"},"state":true,"enabled":0})",
           "prod@web#1 10.0.0.1 ~disabled [env=prod]"},
          {"prod/web/1", R"({"net":{"ip":"10.0.0.1","ports":[{"number":1e30}]}})",
           "web malformed: the port \"1e30\" is no number"},
      });
}

TEST_CASE("layout: of two metadata of one name the one that is written last stays") {
  check(layout_of("grpc"),
        {
            {"web/1", R"({"Addr":"a:1","Metadata":{"b.c":"1","b":{"c":"2"}}})", "web#1 a{1} [b.c=2]"},
            {"web/1", R"({"Addr":"a:1","Metadata":{"b":{"c":"2"},"b.c":"1"}})", "web#1 a{1} [b.c=1]"},
        });
}

TEST_CASE("layout: a value that is text may be metadata, too") {
  check(layout_of("go-zero", {{"metadataFrom", {"written=$"}}}),
        {{"w/1", "10.0.0.1:80", "w#1 10.0.0.1{80} [written=10.0.0.1:80]"}});
}

TEST_CASE("layout template: all of it in the key, and a pattern without a service") {
  check(layout_of("template", {{"key", {"{service}/{address}:{port}"}}}),
        {{"web/10.0.0.1:80", "anything", "web# 10.0.0.1{80}"},
         {"web/10.0.0.1", "",
          "foreign: the key is not of the form "
          "{service}/{address}:{port}"}});
  const KeyLayout layout = layout_of("go-zero", {{"key", {"{id}"}}});
  CHECK(layout.has_no_service());
  check(layout, {{"1", "10.0.0.1:80", "#1 10.0.0.1{80}"}});
}

TEST_CASE("layout: bytes that are no UTF-8 are replaced, and told") {
  FlatJson tree;
  const KeyReading text = layout_of("go-zero").read("w\xff/1", "10.0.0.1:80\xff", tree);
  CHECK(text.repaired);
  CHECK(text.service == "w\xef\xbf\xbd");
  CHECK(text.kind == KeyReading::Kind::malformed);
  const KeyReading json =
      layout_of("grpc").read("w/1", "{\"Addr\":\"10.0.0.1:80\",\"Metadata\":{\"a\":\"\xff\"}}", tree);
  CHECK(json.repaired);
  CHECK(told(json) == "w#1 10.0.0.1{80} [a=\xef\xbf\xbd]");
  CHECK_FALSE(layout_of("go-zero").read("w/1", "10.0.0.1:80", tree).repaired);
}

TEST_CASE("layout: settings that are wrong are named") {
  const auto fault = [](const std::string& name, const LayoutTexts& own) {
    const auto layout = KeyLayout::make(name, own);
    return layout ? "taken" : fmt::format("{}: {}", layout.error().setting, layout.error().message);
  };
  CHECK(fault("grcp", {}) ==
        "layout: expected one of dubbo, go-micro, go-zero, grpc, kratos, skydns, template, got \"grcp\" (did you mean "
        "\"grpc\"?)");
  CHECK(fault("template", {}) == "key: the layout needs a pattern of its keys, as in {service}/{id}");
  CHECK(fault("template", {{"key", {"{service"}}}) == "key: in {service a brace has no other one");
  CHECK(fault("template", {{"key", {"{service}"}}}) ==
        "addressFrom: the layout must say where an instance's address stands");
  CHECK(fault("grpc", {{"idFrom", {"{uid}"}}}) == "idFrom: the pattern of the keys, {service:**}/{id}, has no {uid}");
  CHECK(fault("grpc", {{"portFrom", {"a..b"}}}) == "portFrom: \"a..b\": a name is missing");
  CHECK(fault("grpc", {{"metadataFrom", {"x=a["}}}) == "metadataFrom: \"a[\": a ] is missing");
  CHECK(fault("grpc", {{"serviceFrom", {""}}}) == "serviceFrom: \"\" leads nowhere");
  CHECK(fault("grpc", {{"serviceFrom", {}}}) == "taken");
}

TEST_CASE("layout: each preset has its usual place, or none") {
  CHECK(KeyLayout::usual_root("kratos") == "/microservices");
  CHECK(KeyLayout::usual_root("go-micro") == "/micro/registry");
  CHECK(KeyLayout::usual_root("skydns") == "/skydns");
  CHECK(KeyLayout::usual_root("dubbo") == "/dubbo");
  for (const char* name : {"grpc", "go-zero", "template"}) CHECK(KeyLayout::usual_root(name).empty());
}

}  // namespace
}  // namespace r2i::sources
