#include "base/pattern_set.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("patterns: one glob against whole names") {
  struct Row {
    std::string glob;
    std::string_view name;
    bool matches;
  };
  const std::vector<Row> rows = {
      {"pay", "pay", true},
      {"pay", "pays", false},
      {"pay", "prepay", false},
      {"pay", "Pay", false},
      {"pay*", "pay", true},
      {"pay*", "payments", true},
      {"*", "", true},
      {"*", "any / thing\n", true},
      {"*-test-*", "a-test-b", true},
      {"*-test-*", "a-test", false},
      {"p?y", "pay", true},
      {"p?y", "py", false},
      {"p?y", "paay", false},
      {"web-[0-9]", "web-7", true},
      {"web-[0-9]", "web-a", false},
      {"web-[!0-9]", "web-a", true},
      {"web-[!0-9]", "web-7", false},
      {"web-[^0-9]", "web-a", true},
      {"[]x]", "]", true},
      {"[]x]", "x", true},
      {"[!]]", "]", false},
      {"[!]]", "x", true},
      {"[a\\]", "\\", true},
      {R"(a\*b)", "a*b", true},
      {R"(a\*b)", "axb", false},
      {R"(a\?)", "a?", true},
      {R"(\[a])", "[a]", true},
      {"a.b", "a.b", true},
      {"a.b", "axb", false},
      {"a+(b)|c^$", "a+(b)|c^$", true},
      {"über*", "über-uns", true},
      {"?ber", "über", true},
      {"[ü]ber", "über", true},
      {"/pay-[0-9]+/", "pay-17", true},
      {"/pay-[0-9]+/", "prepay-17", false},
      {"/pay-[0-9]+/", "pay-17x", false},
      {"/a|b/", "b", true},
      {"//", "", true},
      {"/", "/", true},
      {"/usr", "/usr", true},
      {"a\\", "a\\", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.glob);
    CAPTURE(row.name);
    CHECK(PatternSet({row.glob}).matches(row.name) == row.matches);
  }
}

TEST_CASE("patterns: of several one must match, of none none does") {
  const PatternSet several({"test-*", "*-canary"});
  CHECK_FALSE(several.empty());
  CHECK(several.matches("test-a"));
  CHECK(several.matches("a-canary"));
  CHECK_FALSE(several.matches("a"));
  const PatternSet none({});
  CHECK(none.empty());
  CHECK_FALSE(none.matches(""));
  CHECK(none.matching("").empty());
}

TEST_CASE("patterns: which of them match") {
  const PatternSet several({"b*", "a*", "/.*b/", "*"});
  CHECK(several.matching("b") == std::vector<int>{0, 2, 3});
  CHECK(several.matching("ab") == std::vector<int>{1, 2, 3});
  CHECK(several.matching("c") == std::vector<int>{3});
  const PatternSet texts({"b", "/b|c/", "b", "a.b", "b?", R"(b\*)", "/"});
  CHECK(texts.matching("b") == std::vector<int>{0, 1, 2});
  CHECK(texts.matching("c") == std::vector<int>{1});
  CHECK(texts.matching("axb").empty());
  CHECK(texts.matching("a.b") == std::vector<int>{3});
  CHECK(texts.matching("b*") == std::vector<int>{4, 5});
  CHECK(texts.matches("/"));
  CHECK_FALSE(texts.matches("B"));
  const PatternSet beginnings({"pay*", "pay-*", "p*", "pay", "pay*", "/pay.*/", R"(pay\*)", "*pay*"});
  CHECK(beginnings.matching("pay-1") == std::vector<int>{0, 1, 2, 4, 5, 7});
  CHECK(beginnings.matching("pay") == std::vector<int>{0, 2, 3, 4, 5, 7});
  CHECK(beginnings.matching("p\n") == std::vector<int>{2});
  CHECK(beginnings.matching("pay*") == std::vector<int>{0, 2, 4, 5, 6, 7});
  CHECK(beginnings.matching("q").empty());
  CHECK(PatternSet({"pay*"}).matches("pays"));
  CHECK_FALSE(PatternSet({"pay*"}).matches("pa"));
  CHECK_FALSE(PatternSet({"pay*"}).empty());
}

TEST_CASE("patterns: a malformed one is the user's mistake") {
  for (const std::string glob : {"[", "web-[0-9", "[]", "[!]", "[9-0]", "/(/", "/(?=x)/"}) {
    CAPTURE(glob);
    try {
      const PatternSet globs({"fine", glob});
      FAIL("taken");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK(std::string_view(error.what()).starts_with("\"" + glob + "\": "));
    }
  }
}

}  // namespace
}  // namespace r2i
