#include "base/text.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kFffd = "\xEF\xBF\xBD";

TEST_CASE("text: case is ASCII's alone") {
  CHECK(to_lower('Z') == 'z');
  CHECK(to_lower('[') == '[');
  CHECK(to_lower("PayÄ-1_X") == "payÄ-1_x");
  CHECK(equals_ignoring_case("Pay", "pAY"));
  CHECK(equals_ignoring_case("", ""));
  CHECK_FALSE(equals_ignoring_case("pay", "pays"));
  CHECK_FALSE(equals_ignoring_case("Ä", "ä"));
}

TEST_CASE("text: letters and digits are ASCII's alone") {
  for (const char c : "azAZ09"sv) CHECK(is_alnum(c));
  for (const char c : "-_./@[`{: \xC3"sv) CHECK_FALSE(is_alnum(c));
}

TEST_CASE("text: trim takes blanks and line breaks from both ends") {
  CHECK(trim(" \t\r\n a b \n") == "a b");
  CHECK(trim("a") == "a");
  CHECK(trim(" \n ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("text: split keeps empty parts, join is its inverse") {
  struct Row {
    std::string_view text;
    std::vector<std::string> parts;
  };
  const std::vector<Row> rows = {
      {"", {""}}, {"a", {"a"}}, {"a.b", {"a", "b"}}, {".a..b.", {"", "a", "", "b", ""}}, {".", {"", ""}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(split(row.text, '.') == row.parts);
    CHECK(join(row.parts, ".") == row.text);
  }
  CHECK(join({}, ", ").empty());
}

TEST_CASE("text: counted") {
  CHECK(counted(0, "service") == "0 services");
  CHECK(counted(1, "service") == "1 service");
  CHECK(counted(2, "service") == "2 services");
  CHECK(counted(1, "entry") == "1 entry");
  CHECK(counted(2, "entry") == "2 entries");
  CHECK(counted(2, "key") == "2 keys");
}

TEST_CASE("text: the closest candidate is at most a third of the text away") {
  const std::vector<std::string> known = {"datacenter", "namespace", "partition", "peer"};
  struct Row {
    std::string_view text;
    std::optional<std::string> found;
  };
  const std::vector<Row> rows = {
      {"datacentre", "datacenter"},
      {"Datacenter", "datacenter"},
      {"namespaces", "namespace"},
      {"per", "peer"},
      {"pear", "peer"},
      {"poor", std::nullopt},
      {"dc", std::nullopt},
      {"", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(closest(row.text, known) == row.found);
  }
  CHECK(did_you_mean("pear", known) == " (did you mean \"peer\"?)");
  CHECK(did_you_mean("xyz", known).empty());
  CHECK(did_you_mean("pear", {}).empty());
}

TEST_CASE("text: what Kubernetes' YAML reader refuses or changes is replaced") {
  struct Row {
    std::string_view text;
    std::string cleaned;
  };
  const std::string bad(kFffd);
  const std::vector<Row> rows = {
      {"", ""},
      {"plain ascii ~", "plain ascii ~"},
      {"tab\tand\nbreak", "tab\tand\nbreak"},
      {"ümlaut ☃ 😀", "ümlaut ☃ 😀"},
      {"\xC2\xA0", "\xC2\xA0"},
      {"a\0b"sv, "a" + bad + "b"},
      {"a\rb", "a" + bad + "b"},
      {"\x1b[31m", bad + "[31m"},
      {"\x7F", bad},
      {"\xC2\x80\xC2\x85\xC2\x9F", bad + bad + bad},
      {"\xE2\x80\xA8\xE2\x80\xA9", bad + bad},
      {"\xEF\xBB\xBFx", bad + "x"},
      {"\xEF\xBF\xBE", bad},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(clean_text(row.text) == row.cleaned);
    CHECK(is_clean_text(row.text) == (row.text == row.cleaned));
    CHECK(is_clean_text(row.cleaned));
  }
}

TEST_CASE("text: a run of bad UTF-8 becomes one U+FFFD") {
  struct Row {
    std::string_view text;
    std::string repaired;
  };
  const std::string bad(kFffd);
  const std::vector<Row> rows = {
      {"a\xFF\xFE\xC3", "a" + bad},  // bytes that start nothing
      {"\xC3x", bad + "x"},          // a lead byte without its rest
      {"\xE2\x82", bad},             // a character that ends early
      {"\xC0\xAF", bad},             // too long for '/'
      {"\xED\xA0\x80", bad},         // a surrogate
      {"\xF4\x90\x80\x80", bad},     // beyond U+10FFFF
      {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
      {"\xFFx\xFF", bad + "x" + bad},
      {"\x01", "\x01"},  // no UTF-8 fault
  };
  for (const Row& row : rows) {
    CAPTURE(row.repaired);
    CHECK(valid_utf8(row.text) == row.repaired);
    CHECK(valid_utf8(row.repaired) == row.repaired);
  }
}

TEST_CASE("text: in quotes, every character shows, and long texts are cut") {
  CHECK(in_quotes("pay") == R"("pay")");
  CHECK(in_quotes("") == R"("")");
  CHECK(in_quotes("a\"b\\c\nd\te") == R"("a\"b\\c\nd\te")");
  CHECK(in_quotes("\x1b[0m") == "\"" + std::string(kFffd) + "[0m\"");
  CHECK(in_quotes("abcdef", 3) == "\"abc…\"");
  CHECK(in_quotes("abc", 3) == "\"abc\"");
  CHECK(is_clean_text(in_quotes("ääää", 3)));
}

}  // namespace
}  // namespace r2i
