#include "base/flat_json.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace r2i {
namespace {

TEST_CASE("flat json: members, items and scalars as they were written") {
  FlatJson tree;
  std::string text = R"({"a":{"b":[1.10,"x",true,null]},"c":-1e3,"c":"later"})";
  REQUIRE_FALSE(tree.read(text));
  const auto list = tree.member(*tree.member(0, "a"), "b");
  REQUIRE(list);
  CHECK(tree.node(*tree.item(*list, 0)).text == "1.10");
  CHECK(tree.node(*tree.item(*list, 1)).text == "x");
  CHECK(tree.node(*tree.item(*list, 2)).text == "true");
  CHECK(tree.node(*tree.item(*list, 3)).type == JsonCursor::Type::null);
  CHECK_FALSE(tree.item(*list, 4));
  CHECK_FALSE(tree.item(0, 0));
  CHECK_FALSE(tree.member(*list, "b"));
  CHECK_FALSE(tree.member(0, "d"));
  // As Go's encoding/json: the last one holds.
  CHECK(tree.node(*tree.member(0, "c")).text == "later");
}

TEST_CASE("flat json: what is no document leaves it empty, and the next one is read") {
  FlatJson tree;
  for (std::string text : {"", "{", "[1,]", "{} x", "7", "\"text\"", "{\"a\":nul}"}) {
    CAPTURE(text);
    CHECK(tree.read(text));
    CHECK(tree.empty());
  }
  std::string deep(300, '[');
  deep.append(300, ']');
  CHECK(tree.read(deep));
  std::string good = R"(["x"])";
  CHECK_FALSE(tree.read(good));
  CHECK(tree.node(1).text == "x");
}

}  // namespace
}  // namespace r2i
