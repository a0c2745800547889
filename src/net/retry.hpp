#pragma once

#include <chrono>
#include <optional>

namespace r2i::net {

/// What became of one attempt, as far as trying again is concerned.
enum class Outcome {
  done,       ///< an answer that is to be used or reported as it is
  transient,  ///< no connection, a broken transfer, 408, 429 or most of 5xx: worth another attempt
};

struct RetryPolicy {
  int max_attempts = 4;                              ///< of one request, the first one included
  std::chrono::milliseconds base{200};               ///< ceiling of the first delay; doubles with each attempt
  std::chrono::milliseconds cap{5000};               ///< ceiling of every delay that the server does not ask for
  std::chrono::milliseconds max_retry_after{30000};  ///< a server that asks for more than this is not waited for
  int budget = 20;  ///< retries that all requests of a client share (RetryBudget); 429 with Retry-After takes none
};

/// The tokens that retries of all requests of one client share (as gRPC's retry throttling): a server that fails
/// everywhere is not asked again and again for each of four thousand services.
class RetryBudget {
 public:
  explicit RetryBudget(int tokens = 20) : tenths_(tokens * 10), most_(tenths_) {}
  void succeeded() noexcept;           ///< gives back a tenth of a token, up to the number at the start
  [[nodiscard]] bool take() noexcept;  ///< takes a token; false: there is none, do not retry

 private:
  int tenths_;  ///< whole tenths, since ten times 0.1 is not 1
  int most_;
};

/// Whether an HTTP status is worth another attempt. 501, 505 and 511 are not: they say what the server or the way to it
/// is, not how it fares.
Outcome classify(long status) noexcept;

/// How long to wait before attempt `attempt` + 1, or nothing if there must be none. `attempt` counts from 1. `random`
/// is in [0, 1): full jitter over min(cap, base · 2^(attempt-1)), on top of `retry_after` where the server gave one
/// (RFC 9110 §10.2.3).
std::optional<std::chrono::milliseconds> retry_delay(int attempt, const RetryPolicy& policy,
                                                     std::optional<std::chrono::seconds> retry_after, double random);

}  // namespace r2i::net
