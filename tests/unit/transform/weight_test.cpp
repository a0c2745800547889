#include "transform/weight.hpp"

#include "support/collected.hpp"
#include "support/services.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using Weights = std::vector<std::uint32_t>;

TEST_CASE("weights: as they are, fractions scaled once for all, equal ones left out") {
  struct Row {
    std::vector<double> weights;
    Weights scaled;
  };
  const std::vector<Row> rows = {
      {{}, {}},
      {{1}, {}},
      {{5, 5, 5}, {}},
      {{0.3, 0.3}, {}},
      {{1, 2}, {1, 2}},
      {{10, 1, 65535}, {10, 1, 65535}},
      {{0.5, 1}, {5, 10}},
      {{0.1, 0.25, 3}, {10, 25, 300}},
      {{0.1, 0.2}, {1, 2}},
      {{1.0 / 3, 1}, {333, 1000}},
      {{0.0001, 1}, {1, 1000}},
      {{1e7, 1}, {1'000'000, 1}},
      {{1e300, 1e299}, {1'000'000, 100'000}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.weights.size());
    CAPTURE(row.weights.empty() ? 0 : row.weights.front());
    CHECK(scale_weights(row.weights) == row.scaled);
  }
}

TEST_CASE("weights: left out, too, where they come out equal") {
  CHECK(scale_weights({0.0005, 0.001}).empty());
  CHECK(scale_weights({1, 1 + 1e-12}).empty());
}

TEST_CASE("weights: are positive, sum up in 32 bits, and keep their order") {
  std::mt19937 random(1);
  for (int round = 0; round < 1000; ++round) {
    std::vector<double> weights;
    for (auto count = 2 + random() % 10; count > 0; --count)
      weights.push_back(std::pow(10.0, static_cast<double>(random() % 12) - 5) *
                        static_cast<double>(1 + random() % 99));
    const Weights scaled = scale_weights(weights);
    if (scaled.empty()) continue;
    REQUIRE(scaled.size() == weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      REQUIRE(scaled[i] >= 1);
      REQUIRE(scaled[i] <= std::numeric_limits<std::uint32_t>::max() / 4096);
      for (std::size_t j = 0; j < weights.size(); ++j) REQUIRE((weights[i] > weights[j] || scaled[i] <= scaled[j]));
    }
  }
}

TEST_CASE("weights: what is no number, or below 0, counts as 1") {
  const auto weight_for = [](std::optional<double> weight) {
    Instance instance = testing::an_instance("10.0.0.1");
    instance.weight = weight;
    const Service service = testing::a_service("pay", {instance});
    testing::Collected told;
    const double counted = weight_of(service, service.instances[0], {}, told);
    return std::pair(counted, told.codes());
  };
  CHECK(weight_for({}) == std::pair(1.0, std::string()));
  for (const double good : {0.0, 1.0, 0.001, 1e300, 5e-324}) CHECK(weight_for(good) == std::pair(good, std::string()));
  for (const double bad : {-1.0, std::numeric_limits<double>::infinity(), std::nan("")})
    CHECK(weight_for(bad) == std::pair(1.0, std::string("2053")));
}

}  // namespace
}  // namespace r2i::transform
