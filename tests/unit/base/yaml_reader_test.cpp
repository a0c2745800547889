#include "base/yaml_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i {
namespace {

/// The JSON of all documents, one a line; or the fault.
std::string read(std::string_view text) {
  const auto documents = read_yaml(text);
  if (!documents) {
    const auto& fault = documents.error();
    return std::to_string(fault.place.line) + ":" + std::to_string(fault.place.column) + ": " + fault.message;
  }
  std::string all;
  for (const YamlDocument& document : *documents) all += (all.empty() ? "" : "\n") + document.json;
  return all;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("yaml reader: documents become the JSON that Kubernetes' reader makes of them") {
  struct Row {
    std::string_view yaml;
    std::string_view json;
  };
  const std::vector<Row> rows = {
      {"a: 1\nb: [x, \"1\", yes, 010, '', , ~]\n", R"({"a":1,"b":["x","1",true,8,"",null,null]})"},
      {"a:\n- b: 1\n  c: {d: e}\n-\n", R"({"a":[{"b":1,"c":{"d":"e"}},null]})"},
      {"a: |\n  x\n  y\nb: >-\n  c\n  d\n", R"({"a":"x\ny\n","b":"c d"})"},
      {"a: \"\\u00e9\\t\\x41\"\n", "{\"a\":\"\xC3\xA9\\tA\"}"},
      {"a: b\r\nc: 'd'\r\n", R"({"a":"b","c":"d"})"},
      {"\xEF\xBB\xBF"
       "a: b\n",
       R"({"a":"b"})"},
      {"a: b", R"({"a":"b"})"},
      {"on: yes\n010: x\n1.50: v\n'2': z\n", R"({"true":true,"8":"x","1.5":"v","2":"z"})"},
      {"a: 1\na: 2\n", R"({"a":1,"a":2})"},
      {"a: !!str 5\nb: !!int \"7\"\nc: !!float 1\nd: !local x\ne: !local [v]\n",
       R"({"a":"5","b":7,"c":1,"d":"x","e":["v"]})"},
      {"%YAML 1.2\n---\na: 1\n", R"({"a":1})"},
      {"just text\n", R"("just text")"},
      {"[]", "[]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.yaml);
    CHECK(read(row.yaml) == row.json);
  }
}

TEST_CASE("yaml reader: several documents, and what is no document") {
  CHECK(read("a: 1\n---\nb: 2\n--- # again\nc: 3\n...\n") == "{\"a\":1}\n{\"b\":2}\n{\"c\":3}");
  CHECK(read("a: 1\n...\n# not yet\n\nb: 2\n") == "{\"a\":1}\n{\"b\":2}");
  CHECK(read("---\n# nothing\n---\n\n---\na: 1\n---\nnull\n---\n") == "{\"a\":1}");
  CHECK(read("a: |\n  ---\n  x\n---\nb: 1") == "{\"a\":\"---\\nx\\n\"}\n{\"b\":1}");
  CHECK(read_yaml("").value().empty());
  CHECK(read_yaml("# only a comment\n").value().empty());
  CHECK(read_yaml("---\n").value().empty());
}

TEST_CASE("yaml reader: JSON stays as it is") {
  const std::string_view json = "{\n\t\"a\": 1e3,\n\t\"b\": [\"\\ud83d\\ude00\\/\"]\n}\n";
  const auto documents = read_yaml(json);
  REQUIRE(documents);
  REQUIRE(documents->size() == 1);
  CHECK(documents->front().json == json);
  CHECK(documents->front().place(json.find('[')).line == 3);
  CHECK(documents->front().place(json.find('[')).column == 7);
  CHECK(read("{\"a\": 1,}") == R"({"a":1})");
}

TEST_CASE("yaml reader: aliases are written out") {
  CHECK(read("a: &x {b: [1, c]}\nd: *x\ne: [*x, *x]\n") ==
        R"({"a":{"b":[1,"c"]},"d":{"b":[1,"c"]},"e":[{"b":[1,"c"]},{"b":[1,"c"]}]})");
  CHECK(read("&a b: 1\nc: *a\nd: {*a : 2}\n") == R"({"b":1,"c":"b","d":{"b":2}})");
  CHECK(read("a: &x 1\nb: &x 2\nc: *x\n*x : d\n") == R"({"a":1,"b":2,"c":2,"2":"d"})");
  CHECK(read("a: &x 1\n---\nb: *x\n").starts_with("3:4: "));
  CHECK(read("a: &x [*x]\n") == "1:8: an alias stands inside of what it repeats");
  CHECK(read("a: &x []\n*x : 1\n") == "2:1: a key is a list or a map; is a \"}\" or a \"]\" missing?");
}

TEST_CASE("yaml reader: aliases cannot fill the memory") {
  std::string bomb = "a0: &a0 [lol]\n";
  std::string tower = "a0: &a0 [lol]\n";
  for (int i = 1; i < 300; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " [" + repeated(last + ",", 10) + "]\n";
    tower += name + ": &" + name + " [" + last + "]\n";
  }
  CHECK(read(bomb) == "8:10: the aliases repeat more than 16 MiB of text");
  CHECK(read(tower).ends_with(": nested too deeply"));
}

TEST_CASE("yaml reader: each value keeps its place") {
  const auto documents = read_yaml("# one\na:\n  bc: 1\n  d:\n  - x\n  - &n {e: 2}\n  - *n\n");
  REQUIRE(documents);
  const YamlDocument& document = documents->front();
  REQUIRE(document.json == R"({"a":{"bc":1,"d":["x",{"e":2},{"e":2}]}})");
  const auto place = [&](std::string_view value, std::size_t from = 0) {
    const LineColumn found = document.place(document.json.find(value, from));
    return std::to_string(found.line) + ":" + std::to_string(found.column);
  };
  CHECK(place("{\"a\"") == "2:1");
  CHECK(place("{\"bc\"") == "3:3");
  CHECK(place("1") == "3:7");
  CHECK(place("[") == "5:3");
  CHECK(place("\"x\"") == "5:5");
  CHECK(place("{\"e\"") == "6:5");
  CHECK(place("2}") == "6:12");
  CHECK(place("{\"e\"", 29) == "7:5");
  CHECK(place("2}", 33) == "6:12");
  CHECK(place("}}") == "6:12");
}

TEST_CASE("yaml reader: the second document's places are those of the text") {
  const auto documents = read_yaml("a: 1\n---\n\nb: 22\n");
  REQUIRE(documents);
  REQUIRE(documents->size() == 2);
  CHECK(documents->back().place(5).line == 4);
  CHECK(documents->back().place(5).column == 4);
}

TEST_CASE("yaml reader: faults say where and what") {
  struct Row {
    std::string_view yaml;
    std::string_view fault;
  };
  const std::vector<Row> rows = {
      {"a:\n\tb: c\n", "2:1: a tab cannot indent YAML, only blanks can"},
      {"a: b\n\tc: d\n", "2:1: a tab cannot indent YAML, only blanks can"},
      {"a: b: c\n", "1:5: there may be no \": \" here; is the indentation right, does text lack quotes?"},
      {"a:\n  b: 1\n c: 2\n",
       "3:2: the map does not end where it should; is the indentation right, is a \"}\" missing?"},
      {"- a\nb: c\n", "2:1: this does not belong to what precedes it; is the indentation right?"},
      {"a: @x\n", "1:4: a character that cannot begin a value (text that starts with it needs quotes)"},
      {"\n, a: b\n", "2:1: a character that cannot begin a value (text that starts with it needs quotes)"},
      {"]\n", "1:1: this bracket does not close what was opened last"},
      {"a: [1, 2\nb: 3\n", "2:2: the list is not closed: a comma or \"]\" is missing"},
      {"a: [1}\n", "1:6: this bracket does not close what was opened last"},
      {"a: \"x\n", "1:4: the quoted text is not closed"},
      {"a: b\nc: &d !!str 'x''\n\n", "2:4: the quoted text is not closed"},
      {"a: \"\\ud8", "1:9: an escape is incomplete or none that YAML knows"},
      {"a: .inf\n", "1:4: .inf cannot be expressed in JSON; put it in quotes if text is meant"},
      {"a: !!int x\n", "1:4: the tag !!int does not fit \"x\""},
      {"a: !!bool 1\n", "1:4: the tag !!bool does not fit \"1\""},
      {"a: !!binary aGk=\n", "1:4: the tag !!binary is not supported"},
      {"a: b\n~: c\n", "2:1: a key is missing or null"},
      {"? [a]\n: b\n", "1:3: a key is a list or a map; is a \"}\" or a \"]\" missing?"},
      {"a:\n  <<: {b: c}\n", "2:3: merge keys (<<) are not supported; write out the keys that it would bring in"},
      {"a: \xFF\n", "1:4: the text is not UTF-8"},
      {"a: b\nc: \x01\n", "2:4: the character U+0001 is not allowed in YAML"},
      {"a: \xC2\x80\n", "1:4: the character U+0080 is not allowed in YAML"},
      {"a: 1\n---\n\xEF\xBB\xBF"
       "b: 2\n",
       "3:1: the character U+FEFF is not allowed in YAML"},
      {std::string_view("a: \0\n", 5), "1:4: the character U+0000 is not allowed in YAML"},
      {"{\"a\": \"x\" \"b\": 1}\n", "1:11: the map is not closed: a comma or \"}\" is missing"},
      {"{\"a\": \"x\n", "2:1: a string is not closed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.yaml);
    CHECK(read(row.yaml) == row.fault);
  }
}

TEST_CASE("yaml reader: a fault anywhere gives no document") {
  CHECK_FALSE(read_yaml("a: 1\n---\nb: 2\n---\nc: [\n"));
}

TEST_CASE("yaml reader: deep nesting is an error, not a crash") {
  std::string stairs;
  for (std::size_t i = 0; i < 1000; ++i) stairs += std::string(i, ' ') + "a:\n";
  for (const std::string& text :
       {repeated("[", 100'000), repeated("- ", 100'000), repeated("{a: ", 100'000), repeated("a: [", 100'000),
        repeated("{\"a\":", 100'000), stairs, repeated("[", 100'000) + repeated("]", 100'000)}) {
    CHECK_FALSE(read_yaml(text));
  }
  const std::string deep = repeated("[", 190) + repeated("]", 190);
  CHECK(read("a: " + deep) == "{\"a\":" + deep + "}");
}

}  // namespace
}  // namespace r2i
