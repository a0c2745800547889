#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace r2i {
namespace {

using namespace std::string_view_literals;

TEST_CASE("hash: the first digits of SHA-256") {
  constexpr auto kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"sv;
  CHECK(short_hash("abc") == kOfAbc.substr(0, 8));
  CHECK(short_hash("abc", 10) == kOfAbc.substr(0, 10));
  CHECK(short_hash("abc", 64) == kOfAbc);
  CHECK(short_hash("abc", 65) == kOfAbc);
  CHECK(short_hash("") == "e3b0c442");
  CHECK(short_hash("a\0b"sv) != short_hash("a"));
}

}  // namespace
}  // namespace r2i
