#include "sources/values.hpp"

#include "sources/secret_file.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources {
namespace {

using Texts = std::map<std::string, std::string>;

/// A Consul source with these settings in its address, in this environment.
class Given {
 public:
  explicit Given(Texts values, std::map<std::string, std::string, std::less<>> variables = {})
      : environment_(std::move(variables)) {
    spec_.kind = "consul";
    spec_.text = "consul=http://c:8500";
    spec_.values = std::move(values);
  }
  [[nodiscard]] Values values() const { return {spec_, environment_}; }

 private:
  SourceSpec spec_;
  Environment environment_;
};

std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "taken";
}

TEST_CASE("values: booleans as Go reads them") {
  for (const std::string_view text : {"1", "t", "T", "true", "TRUE", "True"}) CHECK(parse_boolean(text) == true);
  for (const std::string_view text : {"0", "f", "F", "false", "FALSE", "False"}) CHECK(parse_boolean(text) == false);
  for (const std::string_view text : {"", "yes", "on", "tRUE", " true", "2"}) CHECK_FALSE(parse_boolean(text));
}

TEST_CASE("values: the address, else the registry's own variable, else nothing") {
  const Given both({{"partition", "p"}}, {{"CONSUL_PARTITION", "q"}, {"CONSUL_NAMESPACE", "n"}});
  CHECK(both.values().text("partition") == "p");
  CHECK(both.values().text("namespace") == "n");
  CHECK_FALSE(both.values().text("peer"));
  // Given but empty is given: it switches the variable off.
  CHECK(Given({{"partition", ""}}, {{"CONSUL_PARTITION", "q"}}).values().text("partition") == "");
  CHECK_THROWS_AS((void)both.values().text("no such setting"), Error);
}

TEST_CASE("values: every setting with a variable of the registry's own: what is given comes before it") {
  int with_variable = 0;
  for (const SourceSettingInfo& info : all_source_settings()) {
    if (info.environment.empty()) continue;
    CAPTURE(info.key);
    ++with_variable;
    SourceSpec spec;
    spec.kind = info.kind.substr(0, info.kind.find('|'));
    const Environment variable(std::map<std::string, std::string, std::less<>>{{std::string(info.environment), "v"}});
    const std::string key(info.key);
    const bool is_secret = info.type == "secret";
    const auto read = [&](const Environment& environment) {
      const Values values(spec, environment);
      return is_secret ? std::string(values.secret(key).reveal()) : values.text(key).value_or("");
    };
    CHECK(read(Environment()).empty());
    CHECK(read(variable) == "v");
    if (is_secret) {
      spec.secrets[key] = Secret("given");
    } else {
      spec.values[key] = "given";
    }
    CHECK(read(variable) == "given");
    CHECK(Values(spec, variable).is_given(key));
  }
  CHECK(with_variable >= 9);
}

TEST_CASE(
    "values: a secret and the file of it: what is given, be it the one or the other, comes before every variable") {
  const testing::TempDir dir;
  const std::string given_file = dir.write("given", "of the file\n");
  const std::string native_file = dir.write("native", "of the variable's file\n");
  const Environment environment(std::map<std::string, std::string, std::less<>>{
      {"CONSUL_HTTP_TOKEN", "of the variable"}, {"CONSUL_HTTP_TOKEN_FILE", native_file}});
  const auto token = [&](const SourceSpec& spec) {
    return std::string(SecretFile(Values(spec, environment), "tokenFile", "token").value().reveal());
  };
  SourceSpec spec;
  spec.kind = "consul";
  CHECK(token(spec) == "of the variable's file");
  spec.values["tokenFile"] = given_file;
  CHECK(token(spec) == "of the file");
  spec.values.clear();
  spec.secrets["token"] = Secret("given");
  CHECK(token(spec) == "given");
}

TEST_CASE("values: typed") {
  const Given given({{"datacenter", " a, b,,c "},
                     {"trustView", "true"},
                     {"maxStale", "1m"},
                     {"maxAnswerBytes", "1024"},
                     {"consistency", "default"}});
  const Values values = given.values();
  CHECK(values.list("datacenter") == std::vector<std::string>{"a", "b", "c"});
  CHECK(values.list("nodeMeta").empty());
  CHECK(values.boolean("trustView", false));
  CHECK(values.boolean("emulator", true));
  CHECK(values.duration("maxStale", std::chrono::seconds(5)) == std::chrono::minutes(1));
  CHECK(values.count("maxAnswerBytes", 7) == 1024);
  CHECK(values.count("expect.minServices", 7) == 7);
  CHECK(values.choice("consistency", {"stale", "default"}) == "default");
  CHECK(Given({}).values().choice("consistency", {"stale", "default"}) == "stale");
  CHECK(Given({}).values().duration("maxStale", std::chrono::seconds(5)) == std::chrono::seconds(5));
}

TEST_CASE("values: what is wrong is said with the setting and where it came from") {
  struct Row {
    Texts values;
    std::function<void(const Values&)> read;
    std::string message;
  };
  const std::vector<Row> rows = {
      {{{"trustView", "yes"}},
       [](const Values& v) { (void)v.boolean("trustView", false); },
       "trustView: expected true or false, got \"yes\""},
      {{{"maxStale", "5"}},
       [](const Values& v) { (void)v.duration("maxStale", {}); },
       "maxStale: expected a duration such as \"30s\" or \"1m30s\", got \"5\""},
      {{{"expect.minServices", "-1"}},
       [](const Values& v) { (void)v.count("expect.minServices", 0); },
       "expect.minServices: expected a number, got \"-1\""},
      {{{"expect.minServices", "3x"}},
       [](const Values& v) { (void)v.count("expect.minServices", 0); },
       "expect.minServices: expected a number, got \"3x\""},
      {{{"consistency", "consistant"}},
       [](const Values& v) {
         (void)v.choice("consistency", {"stale", "consistent"});
       },
       "consistency: expected one of stale, consistent, got \"consistant\" (did you mean \"consistent\"?)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const Given given(row.values);
    CHECK(error_of([&] { row.read(given.values()); }) == "consul=http://c:8500: " + row.message);
  }
  const Given variable({}, {{"CONSUL_NAMESPACE", "n"}});
  CHECK(std::string(variable.values().error("namespace", "no").what()) == "consul=http://c:8500: CONSUL_NAMESPACE: no");
}

}  // namespace
}  // namespace r2i::sources
