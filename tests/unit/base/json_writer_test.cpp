#include "base/json_writer.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

using namespace std::string_view_literals;

template <typename Tell>
std::string written(int indent, Tell tell) {
  StringOutput out;
  JsonWriter json(out, indent);
  tell(json);
  return out.text();
}

std::string written_string(std::string_view text) {
  return written(0, [&](JsonWriter& json) { json.string(text); });
}

void tell_sample(Sink& sink) {
  sink.begin_map();
  sink.key("empty");
  sink.begin_map();
  sink.end_map();
  sink.key("hosts");
  sink.begin_list();
  sink.string("a");
  sink.begin_list();
  sink.end_list();
  sink.begin_map();
  sink.key("port");
  sink.integer(80);
  sink.key("tls");
  sink.boolean(true);
  sink.end_map();
  sink.end_list();
  sink.key("weight");
  sink.number(0.5);
  sink.end_map();
}

TEST_CASE("indented as kubectl does it") {
  CHECK(written(4, tell_sample) == R"({
    "empty": {},
    "hosts": [
        "a",
        [],
        {
            "port": 80,
            "tls": true
        }
    ],
    "weight": 0.5
})");
}

TEST_CASE("on one line") {
  CHECK(written(0, tell_sample) == R"({"empty":{},"hosts":["a",[],{"port":80,"tls":true}],"weight":0.5})");
}

TEST_CASE("strings") {
  struct Row {
    std::string_view text;
    std::string_view json;
  };
  const std::vector<Row> rows = {{"", R"("")"},
                                 {"a b", R"("a b")"},
                                 {"\"\\/", R"("\"\\/")"},
                                 {"\n\r\t\b\f", R"("\n\r\t\b\f")"},
                                 {"\0\x01\x1F"sv, R"("\u0000\u0001\u001f")"},
                                 {"<>&'\x7F", "\"<>&'\x7F\""},
                                 {"é☃\U0001F600", "\"é☃\U0001F600\""},
                                 {"é\n", "\"é\\n\""}};
  for (const auto& [text, json] : rows) CHECK(written_string(text) == json);
}

TEST_CASE("what must be escaped is seen wherever it stands") {
  const std::vector<std::pair<std::string, std::string>> rows = {{"\"", "\\\""},
                                                                 {"\\", "\\\\"},
                                                                 {"\n", "\\n"},
                                                                 {"\x1f", "\\u001f"},
                                                                 {std::string(1, '\0'), "\\u0000"},
                                                                 {"\xff", "\xef\xbf\xbd"},
                                                                 {"\x7f", "\x7f"},
                                                                 {" ", " "},
                                                                 {"!", "!"},
                                                                 {"#", "#"},
                                                                 {"[", "["},
                                                                 {"]", "]"}};
  for (std::size_t length = 1; length <= 25; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (const auto& [byte, escaped] : rows) {
        const std::string before(place, 'a');
        const std::string behind(length - place - 1, 'z');
        std::string out;
        append_json_string(out, before + byte + behind);
        REQUIRE(out == "\"" + before + escaped + behind + "\"");
      }
    }
  }
}

TEST_CASE("keys are escaped, too") {
  CHECK(written(0, [](JsonWriter& json) {
          json.begin_map();
          json.key("a\"\xFF");
          json.boolean(false);
          json.end_map();
        }) == "{\"a\\\"\uFFFD\":false}");
}

TEST_CASE("bad UTF-8 becomes U+FFFD") {
  for (const auto text : {"\xFF"sv, "\xC3"sv, "\xED\xA0\x80"sv, "\xC0\x80"sv, "\xF4\x90\x80\x80"sv, "\x80"sv}) {
    CAPTURE(text);
    CHECK(nlohmann::json::parse(written_string(text)).get<std::string>().starts_with("\uFFFD"));
  }
  CHECK(written_string("a\n\xFF\"é") == "\"a\\n\uFFFD\\\"é\"");
}

TEST_CASE("numbers") {
  struct Row {
    double value;
    std::string_view json;
  };
  const std::vector<Row> rows = {{0.0, "0"},
                                 {1.0, "1"},
                                 {-0.1, "-0.1"},
                                 {1234567.5, "1234567.5"},
                                 {1e20, "100000000000000000000"},
                                 {1e22, "1e+22"},
                                 {1e-9, "1e-09"},
                                 {std::numeric_limits<double>::infinity(), "null"},
                                 {std::numeric_limits<double>::quiet_NaN(), "null"}};
  for (const auto& [value, json] : rows) {
    CHECK(written(0, [value = value](JsonWriter& writer) { writer.number(value); }) == json);
  }
  CHECK(written(0, [](JsonWriter& json) { json.integer(std::numeric_limits<std::int64_t>::min()); }) ==
        "-9223372036854775808");
}

TEST_CASE("random bytes always make valid JSON, and valid text is read back") {
  std::mt19937 random(7);
  const std::vector<std::string_view> pieces = {"a",  "\"",   "\\",   "\n",     "\x01",     "\x7F",       "é",
                                                "\t", "\xC3", "\0"sv, "\u2028", "\xE2\x80", "\U0001F600", "</x>"};
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    CAPTURE(text);
    const auto replace = nlohmann::json::error_handler_t::replace;
    const bool valid = nlohmann::json::parse(nlohmann::json(text).dump(-1, ' ', false, replace)) == text;
    const auto back = nlohmann::json::parse(written_string(text)).get<std::string>();
    if (valid)
      CHECK(back == text);
    else
      CHECK(back.find("\uFFFD") != std::string::npos);
  }
}

}  // namespace
}  // namespace r2i
