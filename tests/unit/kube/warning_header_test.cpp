#include "kube/warning_header.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i::kube {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("warnings: one, several, with escapes and dates") {
  CHECK(read_warnings(R"(299 - "old")") == Texts{"old"});
  CHECK(read_warnings(R"(299 - "say \"a\", \\b")") == Texts{R"(say "a", \b)"});
  CHECK(read_warnings(R"(299 - "one", 299 - "two"  , 299 kube:443 "three" "Wed, 21 Oct 2015 07:28:00 GMT")") ==
        Texts{"one", "two", "three"});
}

TEST_CASE("warnings: those of caches are not the API server's") {
  CHECK(read_warnings(R"(110 - "Response is stale", 299 - "x")") == Texts{"x"});
}

TEST_CASE("warnings: what is none") {
  for (const char* text :
       {"", " ", ",", "299", "299 -", "299 - ", "299 - text", "299 - \"open", "299 - \"\\", "299 - \"\""}) {
    CAPTURE(text);
    CHECK(read_warnings(text).empty());
  }
}

}  // namespace
}  // namespace r2i::kube
