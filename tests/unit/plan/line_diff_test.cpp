#include "plan/line_diff.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

namespace r2i::plan {
namespace {

/// " a-b+c": each line with its sign.
std::string told(const std::vector<DiffLine>& script) {
  std::string text;
  for (const DiffLine& line : script) {
    text += line.kind == DiffLine::Kind::common ? ' ' : line.kind == DiffLine::Kind::removed ? '-' : '+';
    text += line.text;
  }
  return text;
}

/// One side of a script, as a text.
std::string side(const std::vector<DiffLine>& script, DiffLine::Kind kind) {
  std::string text;
  for (const DiffLine& line : script) {
    if (line.kind == DiffLine::Kind::common || line.kind == kind) text += fmt::format("{}\n", line.text);
  }
  return text;
}

TEST_CASE("what goes is told before what comes") {
  CHECK(told(line_diff("", "")) == "");
  CHECK(told(line_diff("a\n", "a\n")) == " a");
  CHECK(told(line_diff("", "a\nb\n")) == "+a+b");
  CHECK(told(line_diff("a\nb\n", "")) == "-a-b");
  CHECK(told(line_diff("a\nb\nc\nd\n", "a\nx\ny\nd\n")) == " a-b-c+x+y d");
  CHECK(told(line_diff("a\nb\nc\n", "a\nc\n")) == " a-b c");
  CHECK(told(line_diff("a\na\na\n", "a\na\n")) == " a a-a");
  CHECK(told(line_diff("x\na\nb\nc\ny\n", "a\nb\nc\n")) == "-x a b c-y");
}

TEST_CASE("property: the script leads from one text to the other, at most by way of replacing all") {
  std::mt19937 random(3);
  const auto below = [&](std::size_t most) { return random() % most; };
  // The last rounds have so many differences that the library gives up looking for the shortest way.
  for (int round = 0; round < 300; ++round) {
    const std::size_t lines = round < 295 ? below(60) : 6000;
    const std::size_t kinds = round < 295 ? 1 + below(20) : 100 + below(4000);
    const auto text = [&] {
      std::string all;
      for (std::size_t i = 0; i < lines + below(7); ++i) all += fmt::format("line {}\n", below(kinds));
      return all;
    };
    const std::string before = text();
    const std::string after = text();
    const auto script = line_diff(before, after);
    REQUIRE((side(script, DiffLine::Kind::removed) == before));
    REQUIRE((side(script, DiffLine::Kind::added) == after));
  }
}

}  // namespace
}  // namespace r2i::plan
