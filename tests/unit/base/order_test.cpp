#include "base/order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace r2i {
namespace {

std::vector<int> up_to(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

TEST_CASE("order: whatever the distance of what is out of its place") {
  std::mt19937 random(1);
  for (const std::ptrdiff_t distance : {1, 2, 16, 63, 64, 65, 66, 200, 999}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<int> numbers = up_to(1000);
      for (int swaps = 0; swaps < 30; ++swaps) {
        const auto at = static_cast<std::ptrdiff_t>(random() % static_cast<std::size_t>(1000 - distance));
        std::swap(numbers[static_cast<std::size_t>(at)], numbers[static_cast<std::size_t>(at + distance)]);
      }
      bring_in_order(numbers);
      CHECK(numbers == up_to(1000));
    }
  }
}

TEST_CASE("order: the shortest lists, backwards, and by a key") {
  std::vector<int> none;
  bring_in_order(none);
  CHECK(none.empty());
  std::vector<int> backwards = {3, 2, 1};
  bring_in_order(backwards);
  CHECK(backwards == std::vector<int>{1, 2, 3});
  std::vector<std::pair<int, std::string>> pairs = {{1, "c"}, {2, "a"}, {3, "b"}};
  bring_in_order(pairs, std::greater(), &std::pair<int, std::string>::second);
  CHECK(pairs == std::vector<std::pair<int, std::string>>{{1, "c"}, {3, "b"}, {2, "a"}});
}

TEST_CASE("order: what is equal stays as it came while little is out of its place") {
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i < 500; ++i) pairs.emplace_back(i / 10, i);
  const auto in_order = pairs;
  for (std::size_t i = 0; i + 20 < pairs.size(); i += 30) std::rotate(&pairs[i], &pairs[i] + 10, &pairs[i] + 20);
  CHECK(pairs != in_order);
  bring_in_order(pairs, std::less(), &std::pair<int, int>::first);
  CHECK(pairs == in_order);
}

}  // namespace
}  // namespace r2i
