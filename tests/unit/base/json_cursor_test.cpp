#include "base/json_cursor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using r2i::JsonCursor;

namespace {

/// The document as the cursor tells it, in a notation of its own, or "fault@OFFSET: message".
std::string retell(JsonCursor& cursor) {
  std::string told;
  switch (cursor.type()) {
    case JsonCursor::Type::object:
      told += '{';
      cursor.enter_object();
      while (const auto key = cursor.next_key()) {
        told += std::string(*key) + ':';
        told += retell(cursor) + ' ';
      }
      return told + '}';
    case JsonCursor::Type::list:
      told += '[';
      cursor.enter_list();
      while (cursor.next_item()) told += retell(cursor) + ' ';
      return told + ']';
    case JsonCursor::Type::string:
      return "'" + std::string(cursor.string()) + "'";
    case JsonCursor::Type::number:
      return std::to_string(cursor.integer());
    case JsonCursor::Type::boolean:
      return cursor.boolean() ? "true" : "false";
    case JsonCursor::Type::null:
      cursor.skip();
      return "null";
  }
  return told;
}

std::string retell(std::string text) {
  JsonCursor cursor;
  std::string told;
  if (cursor.open(text)) told = retell(cursor);
  if (cursor.finish()) return told;
  return "fault@" + std::to_string(cursor.fault()->offset) + ": " + cursor.fault()->message;
}

/// Opens the document and walks past it without reading anything.
bool is_sound(std::string text) {
  JsonCursor cursor;
  cursor.open(text);
  return cursor.finish();
}

}  // namespace

TEST_CASE("json cursor: documents are told as they are") {
  CHECK(retell("{}") == "{}");
  CHECK(retell("[]") == "[]");
  CHECK(retell(R"({"a":[1,-2,{"b":null}],"c":"x\ny","d":true,"e":{}})") ==
        "{a:[1 -2 {b:null } ] c:'x\ny' d:true e:{} }");
  CHECK(retell("\xEF\xBB\xBF{\"a\":1}") == "{a:1 }");
  CHECK(retell("  [ [ ] , { } ]\n") == "[[] {} ]");
}

TEST_CASE("json cursor: how an object or a list was written, and past one that is written like it") {
  std::string text =
      R"([{"a": [1, {"b":"}"}]} , {"a": [1, {"b":"}"}]},{"a": [1, {"b":"}"}], "c":2},[3,4] , [3,4],[3],"x"])";
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  REQUIRE(cursor.enter_list());
  REQUIRE(cursor.next_item());
  std::size_t start = cursor.offset();
  CHECK(retell(cursor) == "{a:[1 {b:'}' } ] }");
  const std::string_view object = cursor.written(start);
  CHECK(object == R"({"a": [1, {"b":"}"}]})");
  REQUIRE(cursor.next_item());
  CHECK_FALSE(cursor.skip_like({}));
  CHECK_FALSE(cursor.skip_like("[]"));
  CHECK(cursor.skip_like(object));
  CHECK_FALSE(cursor.skip_like(object));  // nothing waits to be read
  REQUIRE(cursor.next_item());
  CHECK_FALSE(cursor.skip_like(object));
  CHECK(retell(cursor) == "{a:[1 {b:'}' } ] c:2 }");
  REQUIRE(cursor.next_item());
  start = cursor.offset();
  cursor.skip();
  const std::string_view list = cursor.written(start);
  CHECK(list == "[3,4]");
  REQUIRE(cursor.next_item());
  CHECK(cursor.skip_like(list));
  REQUIRE(cursor.next_item());
  CHECK_FALSE(cursor.skip_like(list));
  cursor.skip();
  REQUIRE(cursor.next_item());
  CHECK_FALSE(cursor.skip_like(list));
  CHECK(cursor.string() == "x");
  CHECK_FALSE(cursor.next_item());
  CHECK(cursor.finish());
}

TEST_CASE("json cursor: what ends the text, and what follows a fault, is written like nothing else") {
  std::string text = R"([[1],[1)";
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  cursor.enter_list();
  REQUIRE(cursor.next_item());
  std::size_t start = cursor.offset();
  cursor.skip();
  const std::string_view list = cursor.written(start);
  CHECK(list == "[1]");
  REQUIRE(cursor.next_item());
  CHECK_FALSE(cursor.skip_like(list));
  start = cursor.offset();
  cursor.skip();
  CHECK(cursor.written(start).empty());
  CHECK_FALSE(cursor.finish());
}

TEST_CASE("json cursor: faults say where and what") {
  CHECK(retell("") == "fault@0: the document is empty");
  CHECK(retell("3") == "fault@0: expected an object or a list");
  CHECK(retell("{} {}") == "fault@3: there is more text after the end of the document");
  CHECK(retell(R"({"a":"x)") == "fault@7: a string is not closed");
  CHECK(retell(R"({"a":[1)").starts_with("fault@"));
  CHECK(retell(R"([1.5])") == "fault@1: expected a whole number");
  CHECK(retell(R"({"a":)" + std::string(300, '[') + std::string(300, ']') + "}").ends_with("nested too deeply"));
}

TEST_CASE("json cursor: a wrong type is a fault at its place") {
  std::string text = R"({"port":"80"})";
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  REQUIRE(cursor.enter_object());
  REQUIRE(cursor.next_key() == "port");
  CHECK(cursor.integer() == 0);
  REQUIRE(cursor.fault());
  CHECK(cursor.fault()->offset == 8);
  CHECK(cursor.fault()->message == "expected a number, got a string");
  CHECK_FALSE(cursor.next_key());
}

TEST_CASE("json cursor: rubbish is found in what is read") {
  for (const char* text : {R"({"x":tru})", R"([nul])", R"({"x":"\q"})", R"([01])", R"([1 2])", R"({"a" 1})",
                           R"({"a":1,})", R"([1,])", R"({"a":1)", R"({"a":?})", R"({"a":-})", R"({"a":1 "b":2})"}) {
    CAPTURE(text);
    CHECK(retell(text).starts_with("fault@"));
    std::string walked = text;
    JsonCursor cursor;
    if (cursor.open(walked)) cursor.walk();
    CHECK_FALSE(cursor.finish());
  }
}

TEST_CASE("json cursor: what is skipped needs sound strings and brackets") {
  // "a" is read after it, or the end of the document is.
  for (const char* value :
       {"{}", "[]", R"({"x":true,"y":[1,{"z":"}]"}]})", R"(["\"",null,-1.5e3])", "null", "7", R"("\u00e9")"}) {
    CAPTURE(value);
    std::string text = std::string(R"({"skip":)") + value + R"(,"a":3})";
    JsonCursor cursor;
    REQUIRE(cursor.open(text));
    REQUIRE(cursor.enter_object());
    CHECK(cursor.next_key() == "skip");
    CHECK(cursor.next_key() == "a");
    CHECK(cursor.integer() == 3);
    CHECK_FALSE(cursor.next_key());
    CHECK(cursor.finish());
    CHECK(is_sound(std::string(R"({"skip":)") + value + "}"));
  }
  for (const char* text :
       {R"({"skip":{"x":[1,2})", R"({"skip":[{"x":1})", R"({"skip":"x})", R"({"skip":[1,2)", "{\"skip\":\"\x01\"}"}) {
    CAPTURE(text);
    CHECK_FALSE(is_sound(text));
  }
}

TEST_CASE("json cursor: every cut of a document is a fault") {
  const std::string whole = R"({"a":[1,{"b":"c"}],"d":null,"e":-1.5e3})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(whole.substr(0, length));
    CHECK_FALSE(is_sound(whole.substr(0, length)));
  }
  CHECK(is_sound(whole));
}

TEST_CASE("json cursor: bad UTF-8 is replaced and told") {
  std::string text = "{\"a\":\"x\xff\xfey\"}";
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  CHECK(cursor.repaired());
  REQUIRE(cursor.enter_object());
  REQUIRE(cursor.next_key());
  CHECK(cursor.string() == "x\xEF\xBF\xBDy");
}

TEST_CASE("json cursor: one cursor reads many documents") {
  JsonCursor cursor;
  for (int i = 0; i < 3; ++i) {
    std::string text = "[" + std::to_string(i) + "]";
    REQUIRE(cursor.open(text));
    CHECK(retell(cursor) == "[" + std::to_string(i) + " ]");
    CHECK(cursor.finish());
    std::string bad = "[";
    CHECK_FALSE((cursor.open(bad) && (cursor.skip(), cursor.finish())));
  }
}

TEST_CASE("json cursor: what is left of an object or a list is left out") {
  std::string text = R"([{"a":1,"b":{"c":[2,"}"]},"d":3},[4,[5,6]],7])";
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  REQUIRE(cursor.enter_list());
  REQUIRE(cursor.next_item());
  REQUIRE(cursor.enter_object());
  SUBCASE("at once") {}
  SUBCASE("before a value is read") {
    CHECK(cursor.next_key() == "a");
  }
  SUBCASE("after one is read") {
    CHECK(cursor.next_key() == "a");
    CHECK(cursor.integer() == 1);
  }
  SUBCASE("before one that holds more") {
    CHECK(cursor.next_key() == "a");
    CHECK(cursor.next_key() == "b");
  }
  SUBCASE("behind one that was left, too") {
    CHECK(cursor.next_key() == "a");
    CHECK(cursor.next_key() == "b");
    CHECK(cursor.enter_object());
    cursor.leave();
  }
  SUBCASE("at its end") {
    CHECK(cursor.next_key() == "a");
    CHECK(cursor.next_key() == "b");
    CHECK(cursor.next_key() == "d");
  }
  cursor.leave();
  REQUIRE(cursor.next_item());
  REQUIRE(cursor.enter_list());
  cursor.leave();
  REQUIRE(cursor.next_item());
  CHECK(cursor.integer() == 7);
  CHECK_FALSE(cursor.next_item());
  CHECK(cursor.finish());
}

namespace {

/// Longer than what is looked at in one go, a value a line.
std::string long_list(std::size_t values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values; ++i) text += "\n{\"number\"\n:" + std::to_string(i) + ",\"text\":\"a\\tb\"\n},";
  text.back() = '\n';
  return text + "]";
}

constexpr std::size_t kValues = 60'000;

}  // namespace

TEST_CASE("json cursor: a long text is as good as a short one") {
  std::string text = long_list(kValues);
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  REQUIRE(cursor.enter_list());
  std::int64_t expected = 0;
  std::vector<std::string_view> texts;
  while (cursor.next_item()) {
    if (expected % 7 == 3) {  // skipped, wherever it is cut
      ++expected;
      continue;
    }
    REQUIRE(cursor.enter_object());
    REQUIRE(cursor.next_key() == "number");
    REQUIRE(cursor.integer() == expected++);
    REQUIRE(cursor.next_key() == "text");
    texts.push_back(cursor.string());
    REQUIRE_FALSE(cursor.next_key());
  }
  CHECK(cursor.finish());
  CHECK(expected == static_cast<std::int64_t>(kValues));
  CHECK(std::ranges::all_of(texts, [](std::string_view one) { return one == "a\tb"; }));
  CHECK(is_sound(long_list(kValues)));
  CHECK_FALSE(is_sound(long_list(kValues) + "]"));
}

TEST_CASE("json cursor: a lone escape is found wherever it stands, in a key and in a value") {
  constexpr std::size_t kEnough = 1100;  // bytes: past two of the blocks for which escapes are noted
  for (std::size_t before = 0; before < kEnough; ++before) {
    for (const bool in_key : {false, true}) {
      std::string text = R"({"plain":")" + std::string(before, 'x') + R"(",")";
      text += in_key ? R"(k\\ey":"value"})" : R"(key":"va\\lue"})";
      JsonCursor cursor;
      REQUIRE(cursor.open(text));
      REQUIRE(cursor.enter_object());
      REQUIRE(cursor.next_key() == "plain");
      REQUIRE(cursor.string().size() == before);
      REQUIRE(cursor.next_key() == (in_key ? "k\\ey" : "key"));
      REQUIRE(cursor.string() == (in_key ? "value" : "va\\lue"));
      REQUIRE(cursor.finish());
    }
  }
}

TEST_CASE("json cursor: a fault far behind in a long text has its own line") {
  const auto line_of_fault = [](std::string text) -> std::size_t {
    JsonCursor cursor;
    if (cursor.open(text)) cursor.walk();
    if (cursor.finish()) return 0;
    return r2i::line_column(text, cursor.fault()->offset).line;
  };
  const std::string sound = long_list(kValues);
  const std::size_t at = sound.find("\"text\"", sound.size() * 3 / 4);
  const std::size_t line = r2i::line_column(sound, at).line;
  REQUIRE(line_of_fault(sound) == 0);
  for (const char* fault : {"\"text", "\"\x01\"", "tru", ":", "}", "\"\\q\""}) {
    CAPTURE(fault);
    std::string text = sound;
    text.replace(at, 6, fault);
    const std::size_t found = line_of_fault(text);
    CHECK(found >= line);
    CHECK(found <= line + 1);  // what must follow may be what is missing
  }
}

TEST_CASE("json cursor: bad UTF-8 far behind in a long text is replaced before anything is read") {
  std::string text = long_list(kValues);
  text.replace(text.rfind("a\\tb"), 1, "\xff");
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  CHECK(cursor.repaired());
  CHECK(text.find("\xEF\xBF\xBD") != std::string::npos);
}

TEST_CASE("json cursor: an open string does not hide bad UTF-8 in another line") {
  std::string text = "{\n\"a\": 1,\n\"\xff\": 2,\n\"b";
  JsonCursor cursor;
  REQUIRE(cursor.open(text));
  CHECK(cursor.repaired());
  cursor.walk();
  REQUIRE_FALSE(cursor.finish());
  CHECK(cursor.fault()->message == "a string is not closed");
}

TEST_CASE("json cursor: nothing is read behind a line that is no JSON") {
  CHECK(retell("{\"a\": 1,\n\"b\": \"x\n\"c\": 2}") == "fault@16: a string is not closed");
}

TEST_CASE("line and column are counted from 1") {
  CHECK(r2i::line_column("ab\ncd", 0).line == 1);
  CHECK(r2i::line_column("ab\ncd", 4).line == 2);
  CHECK(r2i::line_column("ab\ncd", 4).column == 2);
  CHECK(r2i::line_column("ab\ncd", 99).column == 3);
}
