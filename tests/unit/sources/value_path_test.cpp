#include "sources/value_path.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i::sources {
namespace {

/// The texts that a path leads to, from the member `item` of the value: "a,b".
std::string followed(const std::string& path, std::string value) {
  const auto parsed = ValuePath::parse(path);
  if (!parsed) return parsed.error();
  FlatJson tree;
  if (const auto wrong = tree.read(value)) return *wrong;
  std::string told;
  parsed->each_node(tree, tree.member(0, "item").value_or(0), [&](std::size_t node) {
    told += (told.empty() ? "" : ",") + std::string(tree.node(node).text);
    return true;
  });
  return told;
}

TEST_CASE("value path: the way ends where somebody has seen enough") {
  std::string value = R"({"a":[{"b":[1,2]},{"b":[3]}]})";
  FlatJson tree;
  REQUIRE_FALSE(tree.read(value));
  for (const std::size_t enough : {1, 2, 3}) {
    std::size_t seen = 0;
    ValuePath::parse("a[*].b[*]").value().each_node(tree, 0, [&](std::size_t) { return ++seen < enough; });
    CHECK(seen == enough);
  }
}

TEST_CASE("value path: what it leads to") {
  struct Row {
    const char* path;
    const char* value;
    const char* texts;
  };
  const std::vector<Row> rows = {
      {"Addr", R"({"Addr":"x"})", "x"},
      {"a.b", R"({"a":{"b":7}})", "7"},
      {"a.b", R"({"a":{"c":7}})", ""},
      {"a.b", R"({"a":"b"})", ""},
      {"a[1]", R"({"a":["x","y"]})", "y"},
      {"a[2]", R"({"a":["x","y"]})", ""},
      {"a[*]", R"({"a":["x","y"]})", "x,y"},
      {"a[*].b", R"({"a":[{"b":1},{"c":2},{"b":3}]})", "1,3"},
      {"[0]", R"(["x"])", "x"},
      {"['a.b']", R"({"a.b":"x"})", "x"},
      {"a['b c'].d", R"({"a":{"b c":{"d":"x"}}})", "x"},
      {"$.v", R"({"v":1,"item":{"v":2}})", "1"},
      {"v", R"({"v":1,"item":{"v":2}})", "2"},
      {"$['v']", R"({"v":1})", "1"},
      {" v ", R"({"v":1})", "1"},
      {"v?weight", R"({"v":"u"})", "u"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(followed(row.path, row.value) == row.texts);
  }
}

TEST_CASE("value path: what is none") {
  const std::vector<const char*> paths = {"",     "?",     ".a", "$a", "a..b", "a.",   "a[",
                                          "a[x]", "a['b]", "{",  "{}", "{a",   "a{b}", "a]"};
  for (const char* path : paths) {
    CAPTURE(path);
    CHECK_FALSE(ValuePath::parse(path));
  }
}

TEST_CASE("value path: kinds and names") {
  CHECK(ValuePath::parse("{id}")->part() == "id");
  CHECK_FALSE(ValuePath::parse("{id}")->needs_json());
  CHECK_FALSE(ValuePath::parse("$")->needs_json());
  CHECK(ValuePath::parse("$.a")->needs_json());
  CHECK(ValuePath::parse("{url}?")->parameter() == "");
  CHECK_FALSE(ValuePath::parse("{url}")->parameter());
  CHECK(ValuePath::parse("$.meta.zone")->name() == "zone");
  CHECK(ValuePath::parse("{url}?weight")->name() == "weight");
  CHECK(ValuePath::parse("{url}")->name() == "url");
}

}  // namespace
}  // namespace r2i::sources
