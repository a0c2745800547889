#include "unit/sources/fetched.hpp"

#include "base/text.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources {
namespace {

using testing::fetched;
using testing::snapshot;
using testing::TempDir;

SourceSpec file_at(const std::string& path, std::map<std::string, std::string> values = {}) {
  SourceSpec spec;
  spec.kind = "file";
  spec.name = "file";
  spec.text = "file=" + path;
  spec.addresses = {path};
  spec.values = std::move(values);
  return spec;
}

TEST_CASE("file: a snapshot") {
  const TempDir dir;
  const auto result = fetched(file_at(dir.write("a.json", snapshot("west", R"({"name":"pay"},{"name":"web"})"))));
  CHECK(result->services.names() == "pay web");
  REQUIRE(result->states.size() == 1);
  CHECK(result->states[0].source->name == "west");
  CHECK(result->complete());
  CHECK(result->diagnostics.all.empty());
}

TEST_CASE("file: a directory of snapshots, by name") {
  const TempDir dir;
  dir.write("b.json", snapshot("b", R"({"name":"web"})"));
  dir.write("a.json", snapshot("a", R"({"name":"pay"})"));
  dir.write("notes.txt", "no snapshot");
  dir.write(".hidden.json", "no snapshot");
  const auto result = fetched(file_at(dir.path()));
  CHECK(result->services.names() == "pay web");
  CHECK(result->states.size() == 2);
  CHECK(result->complete());
}

TEST_CASE("file: what cannot be read or is empty is not complete") {
  const TempDir dir;
  for (const std::string& path : {dir.path("missing.json"), dir.path()}) {
    CAPTURE(path);
    const auto result = fetched(file_at(path));
    CHECK(result->diagnostics.codes() == "1001");
    REQUIRE(result->states.size() == 1);
    CHECK_FALSE(result->complete());
  }
}

TEST_CASE("file: one that is no snapshot is told with line and column, and the others are read") {
  const TempDir dir;
  dir.write("a.json", snapshot("a", "{\"name\":\"pay\",\n  \"scop\":\"dc1\"}"));
  dir.write("b.json", snapshot("b", R"({"name":"web"})"));
  const auto result = fetched(file_at(dir.path()));
  CHECK(result->diagnostics.codes() == "1020");
  CHECK(result->diagnostics.first(Code::snapshot_invalid) ==
        dir.path("a.json") + ":4:10: services[0].scop: unknown key (did you mean \"scope\"?)");
  REQUIRE(result->states.size() == 2);
  CHECK_FALSE(result->states[0].complete());
  CHECK(result->states[1].complete());
}

TEST_CASE("file: a snapshot that says it is incomplete is not believed to be more") {
  const TempDir dir;
  const auto result = fetched(file_at(
      dir.write("a.json", snapshot("a", R"({"name":"pay"})", R"("complete":false,"problems":["no leader","x"])"))));
  CHECK(result->services.names() == "pay");
  CHECK_FALSE(result->complete());
  CHECK(result->diagnostics.codes() == "1021");
  CHECK(result->diagnostics.first(Code::snapshot_incomplete).find("no leader (and 1 more)") != std::string::npos);
}

TEST_CASE("file: a service that was not read in full makes its scope incomplete, unless it is excluded") {
  const TempDir dir;
  const std::string path = dir.write("a.json", snapshot("a", R"({"name":"pay"},{"name":"web","complete":false})"));
  CHECK_FALSE(fetched(file_at(path))->complete());
  const auto without = fetched(file_at(path), {{}, {"web"}});
  CHECK(without->complete());
  CHECK(without->services.names() == "pay");
  CHECK(without->diagnostics.codes() == "2003");
}

TEST_CASE("file: names are filtered, and what is left is judged by the expectations") {
  const TempDir dir;
  const std::string path = dir.write("a.json", snapshot("a", R"({"name":"pay"},{"name":"web"})"));
  const auto included = fetched(file_at(path), {{"pay"}, {}});
  CHECK(included->services.names() == "pay");
  CHECK(included->diagnostics.first(Code::excluded_by_name) ==
        "service \"web\" of a/dc1: left out: no --include matches");
  CHECK(fetched(file_at(path, {{"expect.minServices", "2"}}))->complete());
  CHECK_FALSE(fetched(file_at(path, {{"expect.minServices", "2"}}), {{"pay"}, {}})->complete());
}

TEST_CASE("file: the order of tags and metadata does not show") {
  const TempDir dir;
  const auto result = fetched(file_at(dir.write(
      "a.json", snapshot("a", R"({"name":"pay","instances":[{"tags":["b","a"],"metadata":{"y":"1","x":"2"}}]})"))));
  const Instance& instance = result->services.all.at(0).instances.at(0);
  CHECK(instance.tags == std::vector<std::string>{"a", "b"});
  CHECK(instance.metadata == Pairs{{"x", "2"}, {"y", "1"}});
}

TEST_CASE("file: bad UTF-8 is repaired, and told") {
  const TempDir dir;
  const auto result = fetched(file_at(dir.write("a.json", snapshot("a", "{\"name\":\"p\xFF\"}"))));
  CHECK(result->services.names() == "p\xEF\xBF\xBD");
  CHECK(result->diagnostics.codes() == "1011");
}

TEST_CASE("sources: an unknown kind, or a file without a path, is the user's mistake") {
  const Environment environment;
  SourceSpec unknown;
  unknown.kind = "consol";
  unknown.text = "consol";
  const std::string all = join(kinds(), ", ");
  CHECK_THROWS_WITH_AS(
      make_source(unknown, {}, environment),
      ("consol: unknown kind of source \"consol\" (did you mean \"consul\"?); there are " + all).c_str(), Error);
  for (const std::vector<std::string>& addresses : {std::vector<std::string>{}, {"a", "b"}}) {
    SourceSpec spec = file_at("a");
    spec.addresses = addresses;
    CHECK_THROWS_AS(make_source(spec, {}, environment), Error);
  }
}

}  // namespace
}  // namespace r2i::sources
