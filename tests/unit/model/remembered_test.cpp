#include "model/remembered.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i {
namespace {

/// What the items of a list mean, with a star before those that were read.
template <std::size_t kMost>
std::string read_all(std::string text, std::size_t& findings) {
  JsonCursor cursor;
  DocumentReader reader(cursor);
  Remembered<std::string, kMost> remembered;
  std::string result;
  REQUIRE(cursor.open(text));
  reader.list([&] {
    bool was_read = false;
    const std::string meaning = remembered.read(reader, [&] {
      was_read = true;
      std::string joined;
      if (cursor.type() == JsonCursor::Type::null) {
        cursor.skip();
        return joined;
      }
      std::vector<std::string> texts;
      reader.read(texts);
      for (const std::string& one : texts) joined += one;
      return joined;
    });
    result += (was_read ? "*" : "") + meaning + " ";
  });
  findings = reader.finish().size();
  return result;
}

TEST_CASE("remembered: what is written alike is read once") {
  std::size_t findings = 0;
  CHECK(read_all<1>(R"([["a","b"],["a","b"],["a", "b"],["a","b"]])", findings) == "*ab ab *ab *ab ");
  CHECK(read_all<2>(R"([["a","b"],["a","b"],["a", "b"],["a","b"]])", findings) == "*ab ab *ab ab ");
  CHECK(read_all<2>(R"([[],[],["a"],[]])", findings) == "*  *a  ");
  CHECK(findings == 0);
}

TEST_CASE("remembered: what is none of a list's own is read each time, and what has faults tells of each") {
  std::size_t findings = 0;
  CHECK(read_all<2>("[null,null , null,[\"a\"]]", findings) == "* * * *a ");
  CHECK(findings == 0);
  CHECK(read_all<2>(R"([["a",1],["a",1],"b"])", findings) == "*a *a * ");
  CHECK(findings == 3);
}

}  // namespace
}  // namespace r2i
