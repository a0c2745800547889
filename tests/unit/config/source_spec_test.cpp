#include "config/source_spec.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::config {
namespace {

using Values = std::map<std::string, std::string>;

struct Parsed {
  SourceSpec spec;
  std::vector<std::string> problems;
};

Parsed parsed(std::string_view text) {
  Parsed result;
  Problems problems;
  result.spec = parse_source(text, problems);
  result.problems = problems.lines();
  return result;
}

TEST_CASE("source: kind, addresses, settings, name and what is shown") {
  struct Row {
    std::string_view text;
    std::string kind;
    std::vector<std::string> addresses;
    Values values;
    std::string name;
    std::string shown;
  };
  const std::vector<Row> rows = {
      {"consul", "consul", {}, {}, "consul", "consul"},
      {"consul=https://c:8501", "consul", {"https://c:8501"}, {}, "consul", "consul=https://c:8501"},
      {"consul=c:8500", "consul", {"c:8500"}, {}, "consul", "consul=c:8500"},
      {"consul=https://a:1, https://b:2,",
       "consul",
       {"https://a:1", "https://b:2"},
       {},
       "consul",
       "consul=https://a:1,https://b:2"},
      {"consul?datacenter=dc2&name=west", "consul", {}, {{"datacenter", "dc2"}, {"name", "west"}}, "west", "consul"},
      {"consul=https://c:8501?name=west&datacenter=dc2",
       "consul",
       {"https://c:8501"},
       {{"datacenter", "dc2"}, {"name", "west"}},
       "west",
       "consul=https://c:8501"},
      {"consul=https://c:8501/prefix?expect.minServices=3",
       "consul",
       {"https://c:8501/prefix"},
       {{"expect.minServices", "3"}},
       "consul",
       "consul=https://c:8501/prefix"},
      {"consul?datacenter=a&datacenter=b", "consul", {}, {{"datacenter", "a,b"}}, "consul", "consul"},
      {"consul?filter=Service.Meta.a%20%3D%3D%20%22x%26y%22&",
       "consul",
       {},
       {{"filter", "Service.Meta.a == \"x&y\""}},
       "consul",
       "consul"},
      {"consul?filter=a==b", "consul", {}, {{"filter", "a==b"}}, "consul", "consul"},
      {"consul?filter=a+b", "consul", {}, {{"filter", "a+b"}}, "consul", "consul"},
      {"consul?filter=", "consul", {}, {{"filter", ""}}, "consul", "consul"},
      {"consul=unix:///run/consul.sock",
       "consul",
       {"unix:///run/consul.sock"},
       {},
       "consul",
       "consul=unix:///run/consul.sock"},
      {"file=-", "file", {"-"}, {}, "file", "file=-"},
      {"file=dir/snap.json", "file", {"dir/snap.json"}, {}, "file", "file=dir/snap.json"},
      {"eureka=http://e:8761/eureka", "eureka", {"http://e:8761/eureka"}, {}, "eureka", "eureka=http://e:8761/eureka"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto [spec, problems] = parsed(row.text);
    CHECK(join(problems, "\n").empty());
    CHECK(spec.kind == row.kind);
    CHECK((spec.addresses == row.addresses));
    CHECK((spec.values == row.values));
    CHECK(spec.name == row.name);
    CHECK(spec.named == row.values.contains("name"));
    CHECK(spec.text == row.shown);
  }
}

TEST_CASE("source: user info is kept for the connection and never shown") {
  const auto [spec, problems] = parsed("consul=https://user:hunter2@c:8501?name=west");
  CHECK(problems.empty());
  CHECK(spec.addresses == std::vector<std::string>{"https://user:hunter2@c:8501"});
  CHECK(spec.text == "consul=https://c:8501");
}

TEST_CASE("source: what is wrong is said without a password in it") {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"consul=", "--from consul: the address is empty"},
      {"consul= , ", "--from consul: the address is empty"},
      {"consul?datacentre=dc2",
       "consul: unknown setting \"datacentre\" (did you mean \"datacenter\"?); there are name,"},
      {"consul?datacenter", "consul: \"datacenter\" has no value: expected datacenter=…"},
      {"consul?token=hunter2", "consul: token: a secret must not stand in a flag"},
      {"consul=https://c:8501?password=hunter2", "consul=https://c:8501: password: a secret must not stand in a flag"},
      {"consul?name=a%20b", "consul: the name \"a b\" cannot be a label's value in Kubernetes"},
      {"consul?name=", "consul: the name \"\" cannot be a label's value in Kubernetes"},
      {"consul?merge=", "consul: merge: the name \"\" cannot be a label's value in Kubernetes"},
      {"consul?merge=a%2Fb", "consul: merge: the name \"a/b\" cannot be a label's value in Kubernetes"},
      {"file=x.json?datacenter=dc1", "file=x.json: unknown setting \"datacenter\""},
      {"consul=https://user:hunter2?@c:8501", "a '?' or '@' in a password must be written as %3F or %40"},
      {"consul=https://user:hun?ter2=x@c:8501?datacenter=a", "a '?' or '@' in a password"},
      {"=x", "the name \"\" cannot be a label's value in Kubernetes"},
  };
  for (const auto& [text, message] : rows) {
    CAPTURE(text);
    const auto [spec, problems] = parsed(text);
    const std::string all = join(problems, "\n");
    CAPTURE(all);
    CHECK(all.find(message) != std::string::npos);
    CHECK(all.find("hun") == std::string::npos);
    CHECK(spec.text.find("hun") == std::string::npos);
  }
}

TEST_CASE("source: every fault of one text is said") {
  CHECK(parsed("consul=?datacentre=x&token=y&name=").problems.size() == 4);
}

TEST_CASE("source: names tell sources apart, those of files apart from the rest") {
  const auto problems_of = [](const std::vector<std::string_view>& texts) {
    Problems problems;
    std::vector<SourceSpec> specs;
    for (const std::string_view text : texts) specs.push_back(parse_source(text, problems));
    check_names(specs, problems);
    return problems.lines();
  };
  CHECK(problems_of({"consul", "eureka", "file=a", "file=b"}).empty());
  CHECK(problems_of({"consul?name=a", "consul?name=b"}).empty());
  CHECK(problems_of({"consul", "consul?name=b"}).empty());
  CHECK(problems_of({"consul", "consul"}).size() == 1);
  CHECK(problems_of({"exec=a", "exec=b", "exec=a?name=west"}).empty());
  CHECK(problems_of({"exec=a?arguments=x", "exec=a?arguments=y"}).size() == 1);
  CHECK(problems_of({"consul?name=a", "eureka?name=a", "consul?name=a"}).size() == 3);
}

TEST_CASE("source: the name of a merge is no source's that is not in it") {
  const auto problems_of = [](const std::vector<std::string_view>& texts) {
    Problems problems;
    std::vector<SourceSpec> specs;
    for (const std::string_view text : texts) specs.push_back(parse_source(text, problems));
    check_names(specs, problems);
    return join(problems.lines(), "\n");
  };
  CHECK(parsed("consul?merge=shop").spec.merge == "shop");
  CHECK(problems_of({"consul?merge=shop", "exec=x?merge=shop"}).empty());
  CHECK(problems_of({"consul?merge=consul", "exec=x?merge=consul"}).empty());
  CHECK(problems_of({"consul?merge=a", "consul?name=b&merge=c"}).empty());
  CHECK(problems_of({"consul?merge=west", "consul?name=west"}) ==
        "consul is merged into \"west\", the name of consul, which is not: give that one merge=west, too, or take "
        "another "
        "name");
  CHECK(problems_of({"consul?merge=west", "consul?name=west&merge=east"}).find("consul is merged into") == 0);
}

}  // namespace
}  // namespace r2i::config
