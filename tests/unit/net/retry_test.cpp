#include "net/retry.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <optional>

namespace r2i::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("which statuses are worth another attempt") {
  for (const long status : {408L, 429L, 500L, 502L, 503L, 504L, 507L, 520L, 599L}) {
    CAPTURE(status);
    CHECK(classify(status) == Outcome::transient);
  }
  for (const long status : {200L, 204L, 301L, 304L, 400L, 401L, 403L, 404L, 409L, 410L, 501L, 505L, 511L, 600L}) {
    CAPTURE(status);
    CHECK(classify(status) == Outcome::done);
  }
}

TEST_CASE("how long to wait before the next attempt") {
  const RetryPolicy policy{
      .max_attempts = 10, .base = milliseconds{200}, .cap = milliseconds{5000}, .max_retry_after = milliseconds{30000}};
  constexpr std::optional<seconds> kNone;
  constexpr std::optional<milliseconds> kNever;
  struct Row {
    const char* what;
    int attempt;
    std::optional<seconds> retry_after;
    double random;
    std::optional<milliseconds> delay;
  };
  const Row rows[] = {
      {"no luck, no wait", 1, kNone, 0.0, milliseconds{0}},
      {"the first ceiling is the base", 1, kNone, 1.0, milliseconds{200}},
      {"full jitter", 1, kNone, 0.5, milliseconds{100}},
      {"doubles", 2, kNone, 1.0, milliseconds{400}},
      {"doubles again", 3, kNone, 1.0, milliseconds{800}},
      {"still below the cap", 5, kNone, 1.0, milliseconds{3200}},
      {"the cap", 6, kNone, 1.0, milliseconds{5000}},
      {"jitter below the cap", 9, kNone, 0.25, milliseconds{1250}},
      {"the last attempt but one", 9, kNone, 1.0, milliseconds{5000}},
      {"exhausted", 10, kNone, 0.0, kNever},
      {"more than exhausted", 11, kNone, 0.0, kNever},
      {"the server's wish is a floor", 1, seconds{3}, 0.0, milliseconds{3000}},
      {"and the jitter lies on top", 1, seconds{3}, 0.5, milliseconds{3100}},
      {"the server may ask for more than the cap", 1, seconds{30}, 0.0, milliseconds{30000}},
      {"but not for more than its own bound", 1, seconds{31}, 0.0, kNever},
      {"however much", 1, seconds::max(), 0.0, kNever},
      {"a wish does not add attempts", 10, seconds{1}, 0.0, kNever},
      {"a wish for the past", 1, seconds{-5}, 1.0, milliseconds{200}},
      {"a wish for now", 1, seconds{0}, 1.0, milliseconds{200}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(retry_delay(row.attempt, policy, row.retry_after, row.random) == row.delay);
  }
}

TEST_CASE("policies at the edge") {
  constexpr int kMany = std::numeric_limits<int>::max();
  CHECK_FALSE(retry_delay(1, {.max_attempts = 1}, std::nullopt, 0.0).has_value());
  CHECK_FALSE(retry_delay(1, {.max_attempts = 0}, std::nullopt, 0.0).has_value());
  CHECK(retry_delay(kMany - 1, {.max_attempts = kMany}, std::nullopt, 1.0) == milliseconds{5000});
  CHECK(retry_delay(kMany - 1, {.max_attempts = kMany, .cap = milliseconds::max()}, std::nullopt, 0.0) ==
        milliseconds{0});
  CHECK(retry_delay(kMany - 1, {.max_attempts = kMany, .base = milliseconds{0}, .cap = milliseconds{0}}, std::nullopt,
                    1.0) == milliseconds{0});
  CHECK(retry_delay(1, {.base = milliseconds{9000}, .cap = milliseconds{50}}, std::nullopt, 1.0) == milliseconds{50});
}

TEST_CASE("the budget of retries") {
  RetryBudget budget(2);
  CHECK(budget.take());
  CHECK(budget.take());
  CHECK_FALSE(budget.take());
  for (int i = 0; i < 9; ++i) budget.succeeded();
  CHECK_FALSE(budget.take());
  budget.succeeded();
  CHECK(budget.take());
  CHECK_FALSE(budget.take());
  for (int i = 0; i < 1000; ++i) budget.succeeded();
  CHECK(budget.take());
  CHECK(budget.take());
  CHECK_FALSE(budget.take());
}

}  // namespace
}  // namespace r2i::net
