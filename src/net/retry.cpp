#include "net/retry.hpp"

#include <algorithm>

namespace r2i::net {

void RetryBudget::succeeded() noexcept {
  tenths_ = std::min(tenths_ + 1, most_);
}

bool RetryBudget::take() noexcept {
  if (tenths_ < 10) return false;
  tenths_ -= 10;
  return true;
}

Outcome classify(long status) noexcept {
  switch (status) {
    case 408:  // request timeout
    case 429:  // too many requests
      return Outcome::transient;
    case 501:  // not implemented
    case 505:  // HTTP version not supported
    case 511:  // network authentication required: a portal's page, until somebody logs in
      return Outcome::done;
    default:
      return status >= 500 && status <= 599 ? Outcome::transient : Outcome::done;
  }
}

std::optional<std::chrono::milliseconds> retry_delay(int attempt, const RetryPolicy& policy,
                                                     std::optional<std::chrono::seconds> retry_after, double random) {
  using std::chrono::milliseconds;
  if (attempt >= policy.max_attempts) return std::nullopt;
  // Compared in seconds: a server may name more of them than fit as milliseconds.
  const auto floor = std::max(retry_after.value_or(std::chrono::seconds{0}), std::chrono::seconds{0});
  if (floor > std::chrono::duration_cast<std::chrono::seconds>(policy.max_retry_after)) return std::nullopt;

  milliseconds ceiling = std::min(policy.base, policy.cap);
  for (int doubled = 1; doubled < attempt && ceiling < policy.cap; ++doubled) {
    ceiling = ceiling > policy.cap / 2 ? policy.cap : ceiling * 2;
  }
  const double jitter = static_cast<double>(ceiling.count()) * std::clamp(random, 0.0, 1.0);
  return milliseconds{floor} + milliseconds{static_cast<milliseconds::rep>(jitter)};
}

}  // namespace r2i::net
