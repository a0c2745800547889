#include "base/line_splitter.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i {
namespace {

/// The lines that come of these pieces, each between angle brackets.
std::string lines_of(const std::vector<std::string_view>& pieces) {
  std::string shown;
  LineSplitter lines([&](std::string_view line) { shown += "<" + std::string(line) + ">"; });
  for (const std::string_view piece : pieces) lines.add(piece);
  lines.finish();
  return shown;
}

TEST_CASE("lines: wherever the pieces end") {
  CHECK(lines_of({}).empty());
  CHECK(lines_of({""}).empty());
  CHECK(lines_of({"one\ntwo\n"}) == "<one><two>");
  CHECK(lines_of({"o", "ne\nt", "", "wo", "\n"}) == "<one><two>");
  CHECK(lines_of({"one\n", "no line break"}) == "<one><no line break>");
}

TEST_CASE("lines: blank ones are left out, and what redraws a line ends it") {
  CHECK(lines_of({"\n\none\r\n \t\ntwo\n\n"}) == "<one><two>");
  CHECK(lines_of({"10 %\r20 %\r30 %"}) == "<10 %><20 %><30 %>");
}

TEST_CASE("lines: what a terminal would act upon is made harmless") {
  CHECK(lines_of({"\x1b[2Jone\a\n"}) == "<\uFFFD[2Jone\uFFFD>");
  CHECK(lines_of({"bad \xFF\xFE bytes\n"}) == "<bad \uFFFD bytes>");
  CHECK(lines_of({std::string_view("a\0b", 3)}) == "<a\uFFFDb>");
}

TEST_CASE("lines: one without an end comes in pieces") {
  const std::string piece(4096, 'x');
  CHECK(lines_of({piece, piece, "end\n"}) == "<" + piece + "><" + piece + "><end>");
  CHECK(lines_of({std::string(3000, 'x'), std::string(3000, 'x')}) ==
        "<" + piece + "><" + std::string(1904, 'x') + ">");
  CHECK(lines_of({piece + "\nnext\n"}) == "<" + piece + "><next>");
}

}  // namespace
}  // namespace r2i
