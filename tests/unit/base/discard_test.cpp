#include "base/discard.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace r2i {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20U;

TEST_CASE("discard: nothing outside of what is given goes") {
  std::string text(kLarge, 'x');
  constexpr std::size_t kEdge = 10;
  discard(std::span(text).subspan(kEdge, kLarge - 2 * kEdge));
  CHECK(text.substr(0, kEdge) == std::string(kEdge, 'x'));
  CHECK(text.substr(kLarge - kEdge) == std::string(kEdge, 'x'));
  CHECK(std::ranges::count(text, '\0') > static_cast<std::ptrdiff_t>(kLarge / 2));
  text.assign(kLarge, 'y');  // it can be written again
  CHECK(std::ranges::count(text, 'y') == static_cast<std::ptrdiff_t>(kLarge));
}

TEST_CASE("discard: what is less than a page stays") {
  std::string text(100, 'x');
  discard(text);
  discard(std::span(text).first(0));
  discard({});
  CHECK(text == std::string(100, 'x'));
}

}  // namespace
}  // namespace r2i
