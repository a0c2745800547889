#include "base/markdown.hpp"

#include <doctest/doctest.h>

namespace r2i {
namespace {

TEST_CASE("markdown: a code span is closed by no text") {
  CHECK(markdown_code("a b") == "`a b`");
  CHECK(markdown_code("<b>@user [x](y)") == "`<b>@user [x](y)`");
  CHECK(markdown_code("a`b") == "`` a`b ``");
  CHECK(markdown_code("``") == "``` `` ```");
}

}  // namespace
}  // namespace r2i
