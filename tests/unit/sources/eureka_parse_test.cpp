#include "sources/eureka_parse.hpp"

#include "support/told.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources::eureka {
namespace {

using testing::told;

Answer answer_of(std::string body, const Reading& reading = {}) {
  auto answer = parse_answer(std::move(body), reading);
  if (!answer) FAIL(answer.error());
  return std::move(*answer);
}

std::string error_of(std::string body) {
  const auto answer = parse_answer(std::move(body), {});
  return answer ? "taken" : answer.error();
}

std::string applications(std::string_view list, std::string_view more = "") {
  return fmt::format(R"({{"applications":{{"versions__delta":"1",{}"application":{}}}}})", more, list);
}

/// The one instance with these fields.
Instance instance_of(std::string_view fields, const Reading& reading = {}) {
  Answer answer = answer_of(applications(fmt::format(R"([{{"name":"WEB","instance":[{{{}}}]}}])", fields)), reading);
  REQUIRE(answer.applications.size() == 1);
  for (const std::string& problem : answer.applications[0].problems) FAIL_CHECK(problem);
  REQUIRE(answer.applications[0].instances.size() == 1);
  return std::move(answer.applications[0].instances[0]);
}

/// What is wrong with an instance of these fields, or nothing.
std::string problem_of(std::string_view fields) {
  const Answer answer = answer_of(applications(fmt::format(R"([{{"name":"WEB","instance":[{{{}}}]}}])", fields)));
  REQUIRE(answer.applications.size() == 1);
  const auto& problems = answer.applications[0].problems;
  return problems.empty() ? "" : problems.front();
}

/// "8080 8443/https"
std::string ports(const Instance& instance) {
  std::string text;
  for (const Port& port : instance.ports) {
    text += (text.empty() ? "" : " ") + std::to_string(port.number);
    if (!port.protocol.empty()) text += "/" + port.protocol;
  }
  return text;
}

/// "WEB(w1 w2) PAY()"
std::string told(const Answer& answer) {
  std::string text;
  for (const Application& application : answer.applications) {
    std::string ids;
    for (const Instance& instance : application.instances) ids += (ids.empty() ? "" : " ") + instance.id;
    text += fmt::format("{}{}({})", text.empty() ? "" : " ", application.name, ids);
  }
  return text;
}

TEST_CASE("eureka: an answer of a Spring Cloud server") {
  const Answer answer = answer_of(R"({"applications":{"versions__delta":"1","apps__hashcode":"UP_1_","application":[
    {"name":"GATEWAY","instance":[{
      "instanceId":"0a1b2c3d4e5f:gateway:8443","hostName":"0a1b2c3d4e5f","app":"GATEWAY","ipAddr":"10.0.0.7",
      "status":"UP","overriddenStatus":"UNKNOWN","port":{"$":8443,"@enabled":"true"},
      "securePort":{"$":443,"@enabled":"false"},"countryId":1,
      "dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"},
      "leaseInfo":{"renewalIntervalInSecs":30,"durationInSecs":90,"registrationTimestamp":1700000000000,
                   "lastRenewalTimestamp":1700000380000,"evictionTimestamp":0,"serviceUpTimestamp":1700000000000},
      "metadata":{"management.port":"8443","zone":"a"},"homePageUrl":"http://x/","statusPageUrl":"http://x/info",
      "healthCheckUrl":"http://x/health","vipAddress":"gateway","secureVipAddress":"gateway",
      "isCoordinatingDiscoveryServer":"false","lastUpdatedTimestamp":"1700000000000",
      "lastDirtyTimestamp":"1699999999800","actionType":"ADDED"}]}]}})");
  REQUIRE(told(answer) == "GATEWAY(0a1b2c3d4e5f:gateway:8443)");
  CHECK(answer.hash == "UP_1_");
  CHECK(answer.counted == "UP_1_");
  CHECK(answer.instances == 1);
  // Up to the renewal, which the server notes with the lease's 90 seconds on top.
  CHECK(answer.span == 290000);
  const Instance& instance = answer.applications[0].instances[0];
  CHECK(instance.address == "10.0.0.7");
  CHECK(instance.node_address.empty());
  CHECK(ports(instance) == "8443");
  CHECK(instance.health == Health::passing);
  CHECK(instance.locality == "a");
  CHECK(instance.kind.empty());
  CHECK(told(instance.metadata) ==
        "hostName=0a1b2c3d4e5f,management.port=8443,secureVipAddress=gateway,vipAddress=gateway,zone=a");
  CHECK(answer.applications[0].problems.empty());
}

TEST_CASE("eureka: lists in every dialect") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {applications("[]"), ""},
      {applications(R"("")"), ""},
      {applications("null"), ""},
      {R"({"applications":{"versions__delta":1,"apps__hashcode":""}})", ""},
      {R"({"applications":{}})", ""},
      {applications(R"({"name":"WEB","instance":{"instanceId":"a"}})"), "WEB(a)"},
      {applications(R"([{"name":"WEB","instance":{"instanceId":"a"}}])"), "WEB(a)"},
      {applications(R"({"name":"WEB","instance":[{"instanceId":"a"},{"instanceId":"b"}]})"), "WEB(a b)"},
      {applications(R"([{"name":"WEB","instance":[]},{"name":"PAY","instance":""},{"name":"API"}])"),
       "WEB() PAY() API()"},
      {applications(R"([{"instance":[{"instanceId":"a"}],"name":"WEB"}])"), "WEB(a)"},
      {applications(R"([{"instance":[{"instanceId":"a","app":"WEB"}]}])"), "WEB(a)"},
      {"\xEF\xBB\xBF" + applications(R"([{"name":"WEB","instance":[]}])"), "WEB()"},
      {" \n" + applications(R"([{"name":"a\"}{b","instance":[{"instanceId":"{\\"}]}])") + "\n", "a\"}{b({\\)"},
  };
  for (const auto& [body, expected] : rows) {
    CAPTURE(body);
    CHECK(told(answer_of(body)) == expected);
  }
}

TEST_CASE("eureka: ports") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"("port":{"$":8080,"@enabled":"true"},"securePort":{"$":443,"@enabled":"false"})", "8080"},
      {R"("port":{"$":"8080","@enabled":true},"securePort":{"$":"8443","@enabled":true})", "8080 8443/https"},
      {R"("port":{"$":8080,"@enabled":"false"},"securePort":{"$":8443,"@enabled":"TRUE"})", "8443/https"},
      {R"("port":{"@enabled":"true","$":8080})", "8080"},
      {R"("port":{"$":8080})", "8080"},
      {R"("securePort":{"$":8443})", ""},
      {R"("port":8080,"securePort":8443)", "8080"},
      {R"("port":"8080")", "8080"},
      {R"("port":{"$":-1,"@enabled":"true"})", "-1"},
      {R"("port":{"$":70000,"@enabled":"true"})", "70000"},
      {R"("port":{"$":0,"@enabled":"true"})", "0"},
      {R"("port":{"$":8080,"@enabled":false},"securePort":{"$":443,"@enabled":false})", ""},
      {R"("port":null,"securePort":null)", ""},
      {R"("instanceId":"x")", ""},
  };
  for (const auto& [fields, expected] : rows) {
    CAPTURE(fields);
    CHECK(ports(instance_of(fields)) == expected);
  }
}

TEST_CASE("eureka: health from the status and its override") {
  const std::vector<std::pair<std::string, Health>> rows = {
      {R"("status":"UP")", Health::passing},
      {R"("status":"UP","overriddenStatus":"UNKNOWN")", Health::passing},
      {R"("status":"UP","overriddenstatus":"OUT_OF_SERVICE")", Health::disabled},
      {R"("status":"OUT_OF_SERVICE","overriddenStatus":"OUT_OF_SERVICE")", Health::disabled},
      {R"("status":"OUT_OF_SERVICE")", Health::disabled},
      {R"("status":"UP","overriddenStatus":"DOWN")", Health::critical},
      // An override does not bring up what says of itself that it is down.
      {R"("status":"DOWN","overriddenStatus":"UP")", Health::critical},
      {R"("status":"DOWN")", Health::critical},
      {R"("status":"STARTING")", Health::critical},
      {R"("status":"UNKNOWN")", Health::critical},
      {R"("status":"up")", Health::critical},
      {R"("status":null)", Health::passing},
      {R"("instanceId":"x")", Health::passing},
  };
  for (const auto& [fields, health] : rows) {
    CAPTURE(fields);
    CHECK(instance_of(fields).health == health);
  }
}

TEST_CASE("eureka: address and what stands in for it") {
  struct Row {
    std::string fields;
    AddressChoice choice;
    std::string address;
    std::string fallback;
  };
  const std::string both = R"("ipAddr":"10.0.0.1","hostName":"web-1.test")";
  const std::string amazon =
      both + R"(,"dataCenterInfo":{"name":"Amazon","metadata":{"public-ipv4":"203.0.113.9","local-ipv4":"10.0.0.1"}})";
  using enum AddressChoice;
  const std::vector<Row> rows = {
      {both, ip, "10.0.0.1", ""},
      {both, host, "web-1.test", ""},
      {both, public_ip, "10.0.0.1", ""},
      {amazon, ip, "10.0.0.1", ""},
      {amazon, public_ip, "203.0.113.9", ""},
      {R"("hostName":"web-1.test")", ip, "", "web-1.test"},
      {R"("ipAddr":"10.0.0.1")", host, "", "10.0.0.1"},
      {R"("ipAddr":null,"hostName":null)", ip, "", ""},
      {R"("hostName":"web-1.test:8080")", host, "web-1.test", ""},
      {R"("hostName":"10.0.0.1:8080")", host, "10.0.0.1", ""},
      {R"("hostName":"web-1:x")", host, "web-1:x", ""},
      {R"("hostName":"2001:db8::1")", host, "2001:db8::1", ""},
      {R"("ipAddr":"db.corp.test")", ip, "db.corp.test", ""},
  };
  for (const auto& [fields, choice, address, fallback] : rows) {
    CAPTURE(fields);
    const Instance instance = instance_of(fields, {choice, ""});
    CHECK(instance.address == address);
    CHECK(instance.node_address == fallback);
  }
}

TEST_CASE("eureka: the id of an instance") {
  CHECK(instance_of(R"("instanceId":"http://x:80/","hostName":"h")").id == "http://x:80/");
  CHECK(instance_of(R"("hostName":"h")").id == "h");
  CHECK(instance_of(R"("hostName":"h","dataCenterInfo":{"name":"Amazon","metadata":{"instance-id":"i-1"}})").id ==
        "i-1");
}

TEST_CASE("eureka: locality") {
  struct Row {
    std::string fields;
    std::string region;
    std::string locality;
  };
  const std::string amazon = R"("dataCenterInfo":{"name":"Amazon","metadata":{"availability-zone":"us-east-1a"}})";
  const std::vector<Row> rows = {
      {R"("metadata":{"zone":"zone-a"})", "", "zone-a"},
      {R"("metadata":{"zone":"zone-a"})", "eu", "eu/zone-a"},
      {R"("metadata":{"zone":"zone-a","region":"north"})", "eu", "north/zone-a"},
      {R"("metadata":{"zone":"eu/zone-a/rack"})", "us", "eu/zone-a/rack"},
      {R"("metadata":{"zone":"eu-west-1b"})", "us", "eu-west-1/eu-west-1b"},
      {R"("metadata":{"zone":"us-gov-west-1a"})", "", "us-gov-west-1/us-gov-west-1a"},
      {R"("metadata":{"zone":"us-west-2-lax-1a"})", "", "us-west-2/us-west-2-lax-1a"},
      {R"("metadata":{"zone":"us-central1-a"})", "", "us-central1-a"},
      {R"("metadata":{"zone":"a-b-rack2c"})", "", "a-b-rack2c"},
      {R"("metadata":{"zone":"1-2-3c"})", "", "1-2-3c"},
      {R"("metadata":{"region":"north"})", "", "north"},
      {R"("metadata":{"zone":""})", "eu", "eu"},
      {R"("instanceId":"x")", "", ""},
      {R"("instanceId":"x")", "eu", "eu"},
      {amazon, "", "us-east-1/us-east-1a"},
      {amazon, "eu", "us-east-1/us-east-1a"},
      {amazon + R"(,"metadata":{"zone":"zone-a"})", "", "zone-a"},
      {R"("dataCenterInfo":{"name":"Amazon","metadata":""})", "", ""},
      {R"("dataCenterInfo":"MyOwn")", "", ""},
  };
  for (const auto& [fields, region, locality] : rows) {
    CAPTURE(fields);
    CHECK(instance_of(fields, {AddressChoice::ip, region}).locality == locality);
  }
}

TEST_CASE("eureka: metadata") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"("metadata":{"@class":"java.util.Collections$EmptyMap"})", ""},
      {R"("metadata":{"@class":"java.util.HashMap","b":"2","a":"1"})", "a=1,b=2"},
      {R"("metadata":{"n":8081,"f":1.5,"t":true,"z":null,"o":{"a":"b"},"l":["x"],"e":""})", "e=,f=1.5,n=8081,t=true"},
      {R"("metadata":"")", ""},
      {R"("metadata":null)", ""},
      {R"("vipAddress":"a,b")", "vipAddress=a,b"},
      {R"("vipAddress":"a","metadata":{"vipAddress":"mine"})", "vipAddress=mine"},
      {R"("vipAddress":null,"secureVipAddress":"")", ""},
      {R"("hostName":"web-1.test:8080")", "hostName=web-1.test"},
      {R"("hostName":"web-1.test","metadata":{"hostName":"mine"})", "hostName=mine"},
      {R"("hostName":"","metadata":{"hostName":""})", "hostName="},
  };
  for (const auto& [fields, expected] : rows) {
    CAPTURE(fields);
    CHECK(told(instance_of(fields).metadata) == expected);
  }
}

TEST_CASE("eureka: the server itself") {
  CHECK(instance_of(R"("isCoordinatingDiscoveryServer":"true")").kind == "eureka");
  CHECK(instance_of(R"("isCoordinatingDiscoveryServer":true)").kind == "eureka");
  CHECK(instance_of(R"("isCoordinatingDiscoveryServer":"false")").kind.empty());
}

TEST_CASE("eureka: the registry's own count") {
  const std::string list = R"([{"name":"A","instance":[{"status":"UP"},{"status":"DOWN"},{"status":"UP"}]},)"
                           R"({"name":"B","instance":[{"status":"OUT_OF_SERVICE"},{}]}])";
  for (const std::string key : {"apps__hashcode", "apps_hashcode", "apps____hashcode"}) {
    CAPTURE(key);
    const Answer answer = answer_of(applications(list, fmt::format(R"("{}":"DOWN_1_UP_2_",)", key)));
    CHECK(answer.hash == "DOWN_1_UP_2_");
    CHECK(answer.counted == "DOWN_1_OUT_OF_SERVICE_1_UP_3_");
    CHECK(answer.instances == 5);
  }
  CHECK(answer_of(applications(list, R"("apps_x_hashcode":"a","apps__hash":"b",)")).hash.empty());
  // Behind the applications it is the same.
  CHECK(answer_of(R"({"applications":{"application":[],"apps__hashcode":"UP_1_"}})").hash == "UP_1_");
}

TEST_CASE("eureka: how far the registrations of a server go back") {
  const auto lease = [](int registered, int renewed, int duration = 90) {
    return fmt::format(
        R"({{"leaseInfo":{{"durationInSecs":{},"registrationTimestamp":{}000,"lastRenewalTimestamp":"{}000"}}}})",
        duration, registered, renewed);
  };
  const auto span = [](const std::vector<std::string>& instances) {
    return answer_of(applications(fmt::format(R"([{{"name":"A","instance":[{}]}}])", fmt::join(instances, ",")))).span;
  };
  CHECK(span({lease(1000, 1000)}) == 0);
  CHECK(span({lease(1000, 1190)}) == 100000);
  CHECK(span({lease(1000, 1190, 30)}) == 160000);
  CHECK(span({lease(1000, 1000), lease(1500, 1500)}) == 500000);
  CHECK(span({lease(1500, 1500), lease(1000, 1060)}) == 500000);
  CHECK(span({lease(1000, 1050)}) == 0);
  CHECK(span({"{}", lease(1000, 1290)}) == 200000);
  // Without leases there is nothing to tell it by.
  CHECK_FALSE(span({"{}"}));
  CHECK_FALSE(span({R"({"leaseInfo":{"registrationTimestamp":0,"lastRenewalTimestamp":0}})"}));
  CHECK_FALSE(span({R"({"leaseInfo":""})", R"({"leaseInfo":null})"}));
  CHECK_FALSE(span({}));
}

TEST_CASE("eureka: one application that is not well leaves the others") {
  const Answer answer = answer_of(applications(
      R"([{"name":"WEB","instance":[{"instanceId":"a"}]},{"name":"BAD","instance":[{"ipAddr":["x"]},{"instanceId":"b"}]},)"
      R"({"name":"PAY","instance":7},{"name":"API","instance":[null]},{"instance":[]},{"name":"END","instance":[]}])"));
  CHECK(told(answer) == "WEB(a) BAD(b) PAY() API() END()");
  std::vector<std::string> problems;
  for (const Application& application : answer.applications) {
    for (const std::string& problem : application.problems)
      problems.push_back(application.name + ": " + problem.substr(problem.find(": ") + 2));
  }
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].starts_with("BAD: instance[0].ipAddr: expected a string, got a list (byte "));
  CHECK(problems[1].starts_with("PAY: instance: expected a string, got a number (byte "));
  CHECK(problems[2].starts_with("API: instance[0]: expected an object, got null (byte "));
  REQUIRE(answer.malformed.size() == 1);
  CHECK(answer.malformed[0] == "application 4 has no name");
}

TEST_CASE("eureka: what is wrong in an instance") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"("port":{"$":"80x"})", "instance[0].port.$: expected a whole number, got \"80x\""},
      {R"("port":{"$":80.5})", "instance[0].port.$: expected a whole number, got 80.5"},
      {R"("port":[])", "instance[0].port: expected a whole number, got a list"},
      {R"("status":{})", "instance[0].status: expected a string, got an object"},
      {R"("leaseInfo":{"registrationTimestamp":"x"})",
       "instance[0].leaseInfo.registrationTimestamp: expected a whole number, got \"x\""},
      {R"("metadata":{"a":"1","a":"2"})", "instance[0].metadata.a: the key comes twice"},
      {R"("hostName":"\q")", "a string has an escape or a character that JSON does not allow"},
      {R"("port":{"$":""})", ""},
  };
  for (const auto& [fields, expected] : rows) {
    CAPTURE(fields);
    const std::string problem = problem_of(fields);
    CHECK(problem.find(expected) != std::string::npos);
    CHECK(problem.empty() == expected.empty());
  }
}

TEST_CASE("eureka: an answer that is no answer") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "the document is empty"},
      {"{", "the document ends in the middle (byte 1)"},
      {"[]", "expected an object, got a list"},
      {"{}", "it has no \"applications\""},
      {R"({"application":{"name":"WEB"}})", "it has no \"applications\""},
      {R"({"applications":[]})", "applications: expected an object, got a list"},
      {R"({"applications":null})", "applications: expected an object, got null"},
      {R"({"applications":"x"})", "applications: expected an object, got a string"},
      {applications("7"), "applications.application: expected a string, got a number"},
      {applications(R"("x")"), "applications.application: expected a list, got a string"},
      {applications("[7]"), "applications.application[0]: expected an object, got a number"},
      {applications(R"([{"name":"A"}])") + "x", "there is more text after the end"},
      {R"({"applications":{"application":[{"name":"A","instance":[]}})", "byte "},
      {R"({"applications":{"application":[{"name":"A","instance":[{"in)", "byte "},
      {R"({"applications":{"application":[{"":999,)", "byte "},
      {R"({"applications":{"other":{"a":tru},"application":[]}})", "byte 30"},
      {"<applications></applications>", "byte 0"},
  };
  for (const auto& [body, expected] : rows) {
    CAPTURE(body);
    const std::string error = error_of(body);
    CAPTURE(error);
    CHECK(error.starts_with("the answer is not what the API promises: "));
    CHECK(error.find(expected) != std::string::npos);
  }
}

TEST_CASE("eureka: places in messages are places in the answer") {
  const std::string body = applications(R"([{"name":"A"},{"name":"B","instance":[{"port":[]}]},{"name":"C"}])", "");
  const Answer answer = answer_of(body);
  REQUIRE(answer.applications.size() == 3);
  REQUIRE(answer.applications[1].problems.size() == 1);
  CHECK(answer.applications[1].problems[0].ends_with(fmt::format("(byte {})", body.find("[]}]"))));
  const std::string broken = applications(R"([{"name":"A"},{"name":"B"} x])");
  CHECK(error_of(broken).ends_with(fmt::format("(byte {})", broken.find('x'))));
}

TEST_CASE("eureka: bad UTF-8 is repaired where it is") {
  const Answer answer =
      answer_of(applications("[{\"name\":\"A\\u00e4\",\"instance\":[]},"
                             "{\"name\":\"B\xff\",\"instance\":[]}]"));
  REQUIRE(answer.applications.size() == 2);
  CHECK(answer.applications[0].name == "A\xc3\xa4");
  CHECK_FALSE(answer.applications[0].repaired);
  CHECK(answer.applications[1].name == "B\xef\xbf\xbd");
  CHECK(answer.applications[1].repaired);
}

}  // namespace
}  // namespace r2i::sources::eureka
