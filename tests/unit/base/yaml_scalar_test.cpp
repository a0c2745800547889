#include "base/yaml_scalar.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i {
namespace {

using namespace std::string_view_literals;

std::string as_value(std::string_view text, std::string out = "k: ") {
  const std::size_t start = out.size();
  append_yaml_string(out, text, 2);
  return out.substr(start);
}

std::string as_key(std::string_view text) {
  std::string out;
  append_yaml_key(out, text, 0);
  return out;
}

std::string quoted_by(char quote, std::string_view text) {
  std::string quoted(1, quote);
  for (const char c : text) quoted.append(c == '\'' && quote == '\'' ? 2 : 1, c);
  return quoted + quote;
}

TEST_CASE("text that would be read as another type is double-quoted") {
  const std::vector<std::string_view> rows = {
      // booleans and nulls
      "true", "True", "TRUE", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y",
      "n", "N", "false", "False", "FALSE", "null", "Null", "NULL", "~", "",
      // integers
      "0", "00", "-0", "123", "+1", "-1", "010", "09", "1_000", "1__0", "1_", "0b1", "0b-1", "0o17", "0x1f", "-0x1",
      "9223372036854775807", "0xffffffffffffffff", "-0x8000000000000000", "100000000000000000000",
      // floats
      "1.10", "1.", "0.0", ".5", ".5_0", "5e-1", "1e3", "1E3", "1e+3", "1e-400", ".inf", "+.inf", "-.INF", ".nan",
      ".NaN",
      // dates, times, numbers to base 60
      "2024-01-01", "2024-1-1", "2024-01-01T00:00:00Z", "2024-01-01t0:0:0,5+01:00", "2024-01-01  1:2:3.25",
      "2024-02-29", "12:30:45", "1:2", "190:20:30", "-1_0:59.5_"};
  for (const auto text : rows) {
    CAPTURE(text);
    CHECK(yaml_style(text) == YamlStyle::double_quoted);
    CHECK(as_value(text) == quoted_by('"', text));
    CHECK(as_key(text) == quoted_by('"', text) + ":");
  }
}

TEST_CASE("text that YAML would take for syntax is single-quoted") {
  const std::vector<std::string_view> rows = {// begins with an indicator
                                              "- a", "--- a", "? x", "*x", "*.foo.com", "&x", "!x", "|x", ">x", "@x",
                                              "`x", "%x", "#a", "{a}", "[a]", "[", "]", ",", "\"a\"", "'a'",
                                              // is an indicator or a marker
                                              "-", "---", "...", "?", "::", ":",
                                              // has a colon before a blank or at its end, or a # after a blank
                                              "a: b", "a #b", "a:", "a::", "http:",
                                              // begins or ends with a blank
                                              " a", "a ", " ",
                                              // is a line separator
                                              "\u2028", "a\u2029",
                                              // has a meaning to other readers than Kubernetes'
                                              "<<", "="};
  for (const auto text : rows) {
    CAPTURE(text);
    CHECK(yaml_style(text) == YamlStyle::single_quoted);
    CHECK(as_value(text) == quoted_by('\'', text));
    if (text.find("\xE2\x80") == std::string_view::npos) CHECK(as_key(text) == quoted_by('\'', text) + ":");
  }
}

TEST_CASE("other text is plain") {
  const std::vector<std::string_view> rows = {
      // looks special but is not
      "tRue", "nO", "yEs", "infinity", "NaN", "1e", "e1", "0b", "0o8", "0xg", "_1", "1-2", "1,000", "v1", "1.2.3", ".",
      "..", "--", "a=b", "~a", "+", "._5", ".5_", "1:60", "0x", "0x10000000000000000", "+0x8000000000000000", "1e400",
      "2023-02-29", "2024-13-01", "2024-01-01T00:00:00", "2024-01-01T24:00:00Z", "20240-01-01",
      // has an indicator inside
      "a:b", "a#b", "a,b", "a'b", "a\"b", "a\\b", "a`b", "a@b", "50%", "?x", "x?", ":a", "us-east-1/a",
      // addresses and URLs
      "::1", "fe80::1", "2001:db8::1", "10.0.0.1", "http://x", "https://x:80/y?z=1#a", "a.b", "/", "/v1/x",
      // outside ASCII
      "é", "☃", "\u00a0", "\u00ad", "\u200b", "\ue000", "\ufffd"};
  for (const auto text : rows) {
    CAPTURE(text);
    CHECK(yaml_style(text) == YamlStyle::plain);
    CHECK(as_value(text) == text);
    CHECK(as_key(text) == std::string(text) + ":");
  }
}

struct Row {
  std::string_view text;
  std::string_view written;
};

TEST_CASE("characters that need an escape") {
  const std::vector<Row> rows = {
      {"a\tb", R"("a\tb")"},
      {"\t", R"("\t")"},
      {"\0"sv, R"("\0")"},
      {"\x01", R"("\x01")"},
      {"\a", R"("\a")"},
      {"\b\f\v", R"("\b\f\v")"},
      {"\x1B[0m", R"("\e[0m")"},
      {"\"\t\\", R"("\"\t\\")"},
      {"\ufeff", R"("\uFEFF")"},
      {"a\ufeff", R"("a\uFEFF")"},
      {"\ufeffa b", R"("\uFEFF\x61\x20\x62")"},
      {"\U0001F600", R"("\U0001F600")"},
      {"a\rb", R"("a\rb")"},
      {"a\r\nb", R"("a\r\nb")"},
      {"a \nb", R"("a \nb")"},
      {"a\nb ", R"("a\nb ")"},
      {"a\nb\tc", R"("a\nb\tc")"},
      {"\x7F", R"("\x7F")"},
      {"\u0080", R"("\x80")"},
      {"\u0085", R"("\x85")"},
      {"\ufffe", R"("\uFFFE")"},
      {"a\u2028b", R"("a\Lb")"},
      {"a\n\u2029b", R"("a\n\Pb")"},
  };
  for (const auto& [text, written] : rows) {
    CAPTURE(text);
    CHECK(yaml_style(text) == YamlStyle::double_quoted);
    CHECK(as_value(text) == written);
  }
}

TEST_CASE("lines become a literal block") {
  const std::vector<Row> rows = {
      {"a\nb", "|-\n  a\n  b"},
      {"a\n b", "|-\n  a\n   b"},
      {"a\n\nb", "|-\n  a\n\n  b"},
      {" a\nb", "|2-\n   a\n  b"},
      {"- a\n- b", "|-\n  - a\n  - b"},
      {"a\n", "|\n  a\n"},
      {"a\n\n", "|+\n  a\n\n"},
      {"\na", "|2-\n\n  a"},
      {"\n", "|2+\n\n"},
      {"é: 'x'\n", "|\n  é: 'x'\n"},
  };
  for (const auto& [text, written] : rows) {
    CAPTURE(text);
    CHECK(yaml_style(text) == YamlStyle::literal);
    CHECK(as_value(text) == written);
  }
}

TEST_CASE("keys that cannot stand before a colon") {
  CHECK(as_key(std::string(128, 'a')) == std::string(128, 'a') + ":");
  CHECK(as_key(std::string(129, 'a')) == "? " + std::string(129, 'a') + "\n: ");
  CHECK(as_key(std::string(129, '1')) == "? \"" + std::string(129, '1') + "\"\n: ");
  CHECK(as_key("a\nb") == "? |-\n  a\n  b\n: ");
  CHECK(as_key("a\n") == "? |\n  a\n: ");
  CHECK(as_key("a\rb") == "? \"a\\rb\"\n: ");
  CHECK(as_key("\u2028") == "? '\u2028'\n: ");
  // 128 bytes in fewer characters: bytes count.
  CHECK(as_key("é" + std::string(127, 'a')).starts_with("? "));
  std::string out;
  CHECK(append_yaml_key(out, "a", 4));
  CHECK_FALSE(append_yaml_key(out, "a\nb", 4));
  CHECK(out == "a:? |-\n      a\n      b\n    : ");
}

TEST_CASE("long text is folded at a blank after column 80") {
  const std::string a70(70, 'a');
  const std::string a80(80, 'a');
  CHECK(as_value(std::string(100, 'a')) == std::string(100, 'a'));
  CHECK(as_value(a70 + " " + a70) == a70 + " " + a70);
  CHECK(as_value(a70 + " " + a70 + " b") == a70 + " " + a70 + "\n  b");
  CHECK(as_value(a80 + " b c") == a80 + "\n  b c");
  CHECK(as_value(a80 + "  b") == a80 + "  b");
  CHECK(as_value(a80 + " b", "k:\n") == a80 + " b");  // ends in column 80, not after it
  CHECK(as_value(a80 + "a b", "k:\n") == a80 + "a\n  b");
  CHECK(as_value(a80 + " 'x': b") == "'" + a80 + "\n  ''x'': b'");
  CHECK(as_value(a80 + ": b ") == "'" + a80 + ":\n  b '");
  CHECK(as_value("\t" + a80 + " b c") == "\"\\t" + a80 + "\n  b c\"");
  CHECK(as_value("\t" + a80 + "   b") == "\"\\t" + a80 + "\n  \\  b\"");
  CHECK(as_value(a80 + " b\n") == "|\n  " + a80 + " b\n");
}

TEST_CASE("a column is a character, not a byte") {
  std::string text;
  for (int i = 0; i < 78; ++i) text += "é";
  CHECK(as_value(text + " b") == text + "\n  b");
  CHECK(as_value(text.substr(2) + " b") == text.substr(2) + " b");
  CHECK(as_value(text + " b", "é: ") == text + "\n  b");
}

TEST_CASE("keys are not folded") {
  const std::string a80(90, 'a');
  CHECK(as_key(a80 + " b") == a80 + " b:");
  CHECK(as_key(a80 + "\t b") == "\"" + a80 + "\\t b\":");
}

TEST_CASE("bad UTF-8 becomes U+FFFD") {
  CHECK(as_value("a\xFFz") == "a\uFFFDz");
  CHECK(as_value("\xC3\n") == "|\n  \uFFFD\n");
  CHECK(as_key("\xED\xA0\x80\nx").starts_with("? |-\n  \uFFFD"));
}

}  // namespace
}  // namespace r2i
