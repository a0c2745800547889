#include "base/json_cursor.hpp"

#include <doctest/doctest.h>

#include <string>
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

TEST_CASE("line and column are counted from 1") {
  CHECK(r2i::line_column("ab\ncd", 0).line == 1);
  CHECK(r2i::line_column("ab\ncd", 4).line == 2);
  CHECK(r2i::line_column("ab\ncd", 4).column == 2);
  CHECK(r2i::line_column("ab\ncd", 99).column == 3);
}
