#include "sources/nacos_options.hpp"

#include "sources/nacos_api.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources::nacos {
namespace {

using Texts = std::map<std::string, std::string>;
using Variables = std::map<std::string, std::string, std::less<>>;

SourceSpec a_spec(std::vector<std::string> addresses, Texts values = {}) {
  SourceSpec spec;
  spec.kind = "nacos";
  spec.name = "nacos";
  spec.text = "nacos";
  spec.addresses = std::move(addresses);
  spec.values = std::move(values);
  return spec;
}

Options options_of(const SourceSpec& spec, const Variables& variables = {}) {
  const Environment environment = native_names(Environment(variables));
  return read_options(spec, {}, Values(spec, environment), environment);
}

std::string usage_error(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "taken";
}

TEST_CASE("nacos options: without anything, the local server and Nacos's defaults") {
  const Options options = options_of(a_spec({}));
  REQUIRE(options.places.size() == 1);
  CHECK(options.places[0].server.base_url == "http://127.0.0.1:8848/nacos");
  CHECK(options.places[0].server.display == "http://127.0.0.1:8848/nacos");
  CHECK(options.places[0].user.empty());
  CHECK(options.namespaces == std::vector<std::string>{"public"});
  CHECK(options.groups.empty());
  CHECK(options.clusters.empty());
  CHECK(options.api == ApiVersion::found_out);
  CHECK(options.page_size == 500);
  CHECK_FALSE(options.trust_empty);
  CHECK(options.verify_tls);
}

TEST_CASE("nacos options: addresses and the path below which the API is") {
  struct Row {
    std::string address;
    Texts values;
    std::string base_url;
  };
  const std::vector<Row> rows = {
      {"n", {}, "http://n:8848/nacos"},
      {"n:80", {}, "http://n:80/nacos"},
      {"http://n", {}, "http://n:80/nacos"},
      {"https://n", {}, "https://n:443/nacos"},
      {"https://n:8848/", {}, "https://n:8848/nacos"},
      {"http://n:8848/nacos/", {}, "http://n:8848/nacos"},
      {"http://n:8848/other", {}, "http://n:8848/other"},
      {"http://n:8848/other", {{"contextPath", "/third"}}, "http://n:8848/other"},
      {"n", {{"contextPath", "/third/"}}, "http://n:8848/third"},
      {"n", {{"contextPath", "third/fourth"}}, "http://n:8848/third/fourth"},
      {"n", {{"contextPath", "/"}}, "http://n:8848"},
      {"[::1]", {}, "http://[::1]:8848/nacos"},
      {"unix:///run/nacos.sock", {}, "http://localhost/nacos"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.address);
    CHECK(options_of(a_spec({row.address}, row.values)).places.at(0).server.base_url == row.base_url);
  }
  CHECK(options_of(a_spec({"unix:///run/nacos.sock"})).places.at(0).server.display == "unix:///run/nacos.sock");
  CHECK(usage_error([] {
          options_of(a_spec({"n"}, {{"contextPath", "/a?b"}}));
        }).find("contextPath") != std::string::npos);
}

TEST_CASE("nacos options: the address of the variables, with several servers") {
  const std::vector<std::string> names = {"NACOS_SERVER_ADDR", "SPRING_CLOUD_NACOS_DISCOVERY_SERVER_ADDR",
                                          "SPRING_CLOUD_NACOS_DISCOVERY_SERVERADDR", "SPRING_CLOUD_NACOS_SERVER_ADDR",
                                          "SPRING_CLOUD_NACOS_SERVERADDR"};
  Variables all;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    CAPTURE(*name);
    all[*name] = "http://" + std::to_string(all.size()) + ".test:1, b:2";
    const Options options = options_of(a_spec({}), all);
    REQUIRE(options.places.size() == 2);
    CHECK(options.places[0].server.base_url == "http://" + std::to_string(all.size() - 1) + ".test:1/nacos");
    CHECK(options.places[1].server.base_url == "http://b:2/nacos");
  }
  CHECK(options_of(a_spec({"given"}), all).places.size() == 1);
}

TEST_CASE("nacos options: who logs in") {
  const Variables variables = {{"NACOS_USERNAME", "joe"}, {"NACOS_PASSWORD", "pw"}};
  CHECK(options_of(a_spec({}), variables).places[0].user == "joe");
  const Options from_address = options_of(a_spec({"http://ann:p%40w@n"}), variables);
  CHECK(from_address.places[0].user == "ann");
  CHECK(from_address.places[0].password.reveal() == "p@w");
  CHECK(from_address.places[0].server.http.basic_user.empty());
  CHECK(from_address.places[0].server.display == "http://n:80/nacos");
  CHECK(options_of(a_spec({}, {{"username", "ann"}}), variables).places[0].user == "ann");
  CHECK(options_of(a_spec({}),
                   {{"SPRING_CLOUD_NACOS_DISCOVERY_USERNAME", "joe"}, {"SPRING_CLOUD_NACOS_DISCOVERY_PASSWORD", "pw"}})
            .places[0]
            .user == "joe");
  CHECK(usage_error([] { options_of(a_spec({}), {{"NACOS_USERNAME", "joe"}}); }).find("both") != std::string::npos);
  CHECK(usage_error([] { options_of(a_spec({}), {{"NACOS_PASSWORD", "pw"}}); }).find("both") != std::string::npos);
}

TEST_CASE("nacos options: a key without its secret is the user's mistake") {
  for (const Variables& variables :
       {Variables{{"NACOS_ACCESS_KEY", "k"}}, Variables{{"NACOS_SECRET_KEY", "hunter2"}},
        Variables{{"NACOS_AUTH_IDENTITY_KEY", "k"}}, Variables{{"NACOS_AUTH_IDENTITY_VALUE", "hunter2"}}}) {
    const std::string error = usage_error([&] { options_of(a_spec({}), variables); });
    CHECK(error.find("both") != std::string::npos);
    CHECK(error.find("hunter2") == std::string::npos);
  }
  CHECK(options_of(a_spec({}), {{"NACOS_ACCESS_KEY", "k"}, {"NACOS_SECRET_KEY", "s"}}).access_key == "k");
}

TEST_CASE("nacos options: lists are sorted, each name once") {
  const Options options = options_of(a_spec({}, {{"namespace", "b,a,b"}, {"group", "y, x"}, {"cluster", "c"}}));
  CHECK(options.namespaces == std::vector<std::string>{"a", "b"});
  CHECK(options.groups == std::vector<std::string>{"x", "y"});
  CHECK(options.clusters == std::vector<std::string>{"c"});
  CHECK(options_of(a_spec({}), {{"ALIBABA_ALIWARE_NAMESPACE", "n"}}).namespaces == std::vector<std::string>{"n"});
  CHECK(options_of(a_spec({}), {{"ALIBABA_ALIWARE_NAMESPACE", "n"}, {"NACOS_NAMESPACE", "m"}}).namespaces ==
        std::vector<std::string>{"m"});
}

TEST_CASE("nacos options: values that are none") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"apiVersion", "v4"}, {"pageSize", "0"}, {"pageSize", "x"}, {"trustEmpty", "maybe"}, {"certFile", "c.pem"}};
  for (const auto& [key, value] : rows) {
    CAPTURE(key);
    CHECK(usage_error([&] { options_of(a_spec({}, {{key, value}})); }) != "taken");
  }
}

TEST_CASE("nacos options: which APIs are tried") {
  CHECK(candidates(ApiVersion::found_out) ==
        std::vector<Api>{Api::admin_v3, Api::catalog_v1, Api::open_v1, Api::open_v2});
  CHECK(candidates(ApiVersion::v1) == std::vector<Api>{Api::catalog_v1, Api::open_v1});
  for (const long status : {404, 405, 410, 501}) CHECK(is_absent(status));
  for (const long status : {0, 200, 400, 401, 403, 500, 503}) CHECK_FALSE(is_absent(status));
  CHECK(namespace_parameter("public") == "");
  CHECK(namespace_parameter("a b") == "&namespaceId=a%20b");
  CHECK(service_query({"G", "providers:a/b:"}) == "&groupName=G&serviceName=providers%3Aa%2Fb%3A");
}

}  // namespace
}  // namespace r2i::sources::nacos
