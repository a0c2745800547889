#include "model/document_reader.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

constexpr std::array<std::string_view, 3> kKnown = {"name", "ports", "weight"};

/// Reads `{"name": string, "ports": [number…], "weight": number}` and tells "OFFSET message" for each finding.
std::vector<std::string> findings_of(std::string text) {
  JsonCursor cursor;
  DocumentReader reader(cursor);
  if (cursor.open(text)) {
    reader.object(kKnown, [&](std::string_view key) {
      if (key == "name") {
        std::string name;
        reader.read(name);
      } else if (key == "ports") {
        reader.list([&] {
          std::int64_t port = 0;
          reader.read(port);
        });
      } else if (key == "weight") {
        double weight = 0;
        reader.read(weight);
      } else {
        return false;
      }
      return true;
    });
  }
  std::vector<std::string> told;
  for (const Finding& finding : reader.finish()) told.push_back(std::to_string(finding.offset) + " " + finding.message);
  return told;
}

TEST_CASE("document reader: a key that comes twice is found among any number of keys") {
  for (const std::size_t count : {1U, 2U, 31U, 32U, 33U, 500U}) {
    CAPTURE(count);
    for (const std::size_t again : {std::size_t{0}, count / 2, count - 1}) {
      CAPTURE(again);
      std::string text = "{";
      for (std::size_t i = 0; i < count; ++i) text += "\"key-" + std::to_string(i) + "\":{\"a\":1,\"b\":2},";
      text += "\"key-" + std::to_string(again) + "\":{\"a\":1}}";
      JsonCursor cursor;
      DocumentReader reader(cursor);
      REQUIRE(cursor.open(text));
      std::size_t inner = 0;
      reader.object({}, [&](std::string_view) {
        reader.object({}, [&](std::string_view) {
          ++inner;
          return true;
        });
        return true;
      });
      CHECK(inner == 2 * count + 1);
      const auto findings = reader.finish();
      REQUIRE(findings.size() == 1);
      CHECK(findings[0].message == "key-" + std::to_string(again) + ": the key comes twice");
    }
  }
}

TEST_CASE("document reader: what is wrong, with path and offset, all of it") {
  struct Row {
    std::string text;
    std::vector<std::string> findings;
  };
  const std::vector<Row> rows = {
      {R"({})", {}},
      {R"({"name":"a","ports":[80,443],"weight":0.5})", {}},
      {R"([])", {"0 expected an object, got a list"}},
      {R"({"name":1})", {"8 name: expected a string, got a number"}},
      {R"({"name":null})", {"8 name: expected a string, got null"}},
      {R"({"ports":{}})", {"9 ports: expected a list, got an object"}},
      {R"({"ports":[80,"81",1.5]})",
       {"13 ports[1]: expected a whole number, got a string", "18 ports[2]: expected a whole number, got 1.5"}},
      {R"({"weight":true,"name":[]})",
       {"10 weight: expected a number, got true or false", "22 name: expected a string, got a list"}},
      {R"({"nme":"a","port":[1,{"x":2}],"name":"b"})",
       {"7 nme: unknown key (did you mean \"name\"?)", "18 port: unknown key (did you mean \"ports\"?)"}},
      {R"({"something":1})", {"13 something: unknown key"}},
      {R"({"name":"a","name":"b"})", {"19 name: the key comes twice"}},
      {R"({"name":"a",})", {"12 not valid JSON"}},
      {R"({"name":1,"ports":[)", {"8 name: expected a string, got a number", "19 the document ends in the middle"}},
      {"", {"0 the document is empty"}},
      {R"({} x)", {"3 there is more text after the end of the document"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto findings = findings_of(row.text);
    REQUIRE(findings.size() == row.findings.size());
    for (std::size_t i = 0; i < findings.size(); ++i) CHECK(findings[i] == row.findings[i]);
  }
}

TEST_CASE("document reader: a key may come again in another object") {
  std::string text = R"([{"a":"1","b":"2"},{"a":"3"},{"o":{"a":"4"},"a":"5"}])";
  JsonCursor cursor;
  DocumentReader reader(cursor);
  REQUIRE(cursor.open(text));
  std::string values;
  const auto on_key = [&](auto& self) -> bool {
    if (cursor.type() == JsonCursor::Type::object) {
      reader.object({}, [&](std::string_view) { return self(self); });
    } else {
      std::string value;
      reader.read(value);
      values += value;
    }
    return true;
  };
  reader.list([&] { reader.object({}, [&](std::string_view) { return on_key(on_key); }); });
  CHECK(values == "12345");
  CHECK(reader.finish().empty());
}

TEST_CASE("document reader: members of a structure, of which a key that comes twice is read twice") {
  std::string text = R"({"a":"1","skipped":{"a":[1]},"b":{"a":"2","rest":3},"a":"\u0034"})";
  JsonCursor cursor;
  DocumentReader reader(cursor);
  REQUIRE(cursor.open(text));
  std::string values;
  reader.members([&](std::string_view key) {
    std::string_view value;
    if (key == "a") reader.read(value);
    if (key == "b") {
      reader.members([&](std::string_view) {
        reader.read(value);
        reader.leave();
      });
    }
    values += value;
  });
  CHECK(values == "124");
  CHECK(reader.finish().empty());
}

TEST_CASE("document reader: members of what is no object") {
  std::string text = R"({"a":[1],"b":{"c":2}})";
  JsonCursor cursor;
  DocumentReader reader(cursor);
  REQUIRE(cursor.open(text));
  reader.members([&](std::string_view) {
    reader.members([&](std::string_view) {
      std::string_view value = "kept";
      reader.read(value);
      CHECK(value == "kept");
    });
  });
  const auto findings = reader.finish();
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].message == "a: expected an object, got a list");
  CHECK(findings[1].message == "b.c: expected a string, got a number");
}

TEST_CASE("document reader: pairs and lists of strings replace what was there") {
  std::string text = R"({"p":{"b":"2","a":"1"},"l":["x","y"]})";
  JsonCursor cursor;
  DocumentReader reader(cursor);
  REQUIRE(cursor.open(text));
  Pairs pairs = {{"old", ""}};
  std::vector<std::string> list = {"old"};
  reader.object({}, [&](std::string_view key) {
    if (key == "p") {
      reader.read(pairs);
    } else {
      reader.read(list);
    }
    return true;
  });
  CHECK(reader.finish().empty());
  CHECK(pairs == Pairs{{"b", "2"}, {"a", "1"}});
  CHECK(list == std::vector<std::string>{"x", "y"});
}

TEST_CASE("document reader: whole numbers up to 2^53, both ways") {
  const std::vector<std::pair<std::string, std::int64_t>> rows = {
      {"0", 0}, {"-5", -5}, {"1e3", 1000}, {"80.0", 80}, {"9007199254740992", 9007199254740992}};
  for (const auto& [number, value] : rows) {
    CAPTURE(number);
    std::string text = "[" + number + "]";
    JsonCursor cursor;
    DocumentReader reader(cursor);
    REQUIRE(cursor.open(text));
    std::int64_t read = -1;
    reader.list([&] { reader.read(read); });
    CHECK(reader.finish().empty());
    CHECK(read == value);
  }
  CHECK(findings_of(R"({"ports":[1e300]})").size() == 1);
  CHECK(findings_of(R"({"ports":[18446744073709551616]})").size() == 1);
}

TEST_CASE("document reader: a path shows foreign keys harmlessly") {
  const auto findings = findings_of(R"({"x\u001b[0m":1})");
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].find('\x1b') == std::string::npos);
}

}  // namespace
}  // namespace r2i
