#include "base/natural_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace r2i {
namespace {

using Keys = std::vector<std::string>;

Keys sorted(const Keys& keys) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& key : keys) entries.emplace_back(key, "value of " + key);
  sort_keys(entries);
  Keys result;
  for (const auto& [key, value] : entries) {
    CHECK(value == "value of " + key);
    result.push_back(key);
  }
  return result;
}

TEST_CASE("keys come in kubectl's order") {
  const std::vector<Keys> rows = {
      {"0", "1", "2", "10", "A", "Ab", "Z", "a", "a-b", "a.b", "a/b", "a_b"},
      {"a1", "a1-b", "a1.b", "a01", "a001", "a2", "a10"},
      {"x-", "x-1", "x-a", "x.", "x.1", "x.9", "x.10", "x/", "x_", "x0", "x1.9", "x1.10", "x9", "xa"},
      {"", "_", "a", "é"},
      {"v_a", "vA"},
      {"v2", "v10"},
      {"a9", "a10", "a100", "a101"},
      {"app", "app.kubernetes.io/name", "version"},
      {"address", "labels", "locality", "network", "ports", "serviceAccount", "weight"}};
  std::mt19937 random(1);
  for (const auto& row : rows) {
    for (int i = 0; i < 20; ++i) {
      Keys shuffled = row;
      std::shuffle(shuffled.begin(), shuffled.end(), random);
      CHECK(sorted(shuffled) == row);
    }
  }
}

TEST_CASE("a circle is sorted by bytes") {
  CHECK(is_naturally_before("a2", "a10"));
  CHECK(is_naturally_before("a10", "a1b"));
  CHECK(is_naturally_before("a1b", "a2"));
  CHECK(sorted({"a2", "a10", "a1b"}) == Keys{"a10", "a1b", "a2"});
}

TEST_CASE("the result does not depend on the order before") {
  std::mt19937 random(2);
  const std::string characters = "a01-b";
  for (int i = 0; i < 2000; ++i) {
    Keys keys;
    for (std::size_t n = random() % 8; n > 0; --n) {
      std::string key;
      for (std::size_t length = random() % 5; length > 0; --length) key += characters[random() % characters.size()];
      keys.push_back(key);
    }
    Keys shuffled = keys;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    CHECK(sorted(keys) == sorted(shuffled));
  }
}

TEST_CASE("no key comes before itself, and no two before each other") {
  const Keys keys = {"", "0", "00", "1", "10", "1a", "a", "a0", "a00", "a1", "a99999999999999999999", "é", "-", "a-"};
  for (const auto& a : keys) {
    for (const auto& b : keys) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK((is_naturally_before(a, b) != is_naturally_before(b, a)) == (a != b));
    }
  }
}

TEST_CASE("very many keys are sorted by bytes") {
  Keys keys;
  for (int i = 0; i < 1500; ++i) keys.push_back("v" + std::to_string(i));
  Keys expected = keys;
  std::sort(expected.begin(), expected.end());
  CHECK(sorted(keys) == expected);
}

}  // namespace
}  // namespace r2i
