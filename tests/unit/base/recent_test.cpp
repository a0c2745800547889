#include "base/recent.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace r2i {
namespace {

TEST_CASE("recent: the latest that fits, and no more than the few") {
  Recent<std::pair<int, int>, 3> recent;
  const auto found = [&](int key) {
    const auto* one = recent.find([&](const auto& pair) { return pair.first == key; });
    return one != nullptr ? one->second : 0;
  };
  CHECK(found(1) == 0);
  CHECK(recent.add({1, 10}).second == 10);
  recent.add({2, 20});
  recent.add({1, 11});
  CHECK(found(1) == 11);
  CHECK(found(2) == 20);
  recent.add({3, 30});
  CHECK(found(1) == 11);
  recent.add({4, 40});
  CHECK(found(2) == 0);
  CHECK(found(1) == 11);
  recent.add({5, 50});
  CHECK(found(1) == 0);
}

}  // namespace
}  // namespace r2i
