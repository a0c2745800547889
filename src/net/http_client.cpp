#include "net/http_client.hpp"

#include "base/error.hpp"
#include "net/multi.hpp"
#include "net/tls.hpp"
#include "net/transfer.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <random>
#include <utility>
#include <variant>
#include <vector>

namespace r2i::net {
namespace {

using Clock = std::chrono::steady_clock;

/// The longest time without a look around. Everything that matters wakes us; this bounds the harm of what does not.
constexpr std::chrono::milliseconds kLongestWait{1000};

constexpr long kTooManyRequests = 429;

/// A transfer between two attempts.
struct Pause {
  Clock::time_point end;
  Transfer* transfer;
  friend bool operator>(const Pause& a, const Pause& b) { return a.end > b.end; }
};

/// A batch of one.
class SingleRequest : public HttpBatch {
 public:
  explicit SingleRequest(HttpRequest request) : request_(std::move(request)) {}
  std::optional<HttpRequest> next() override { return std::exchange(request_, std::nullopt); }
  void done(HttpRequest /*request*/, HttpResult result) override { result_ = std::move(result); }
  HttpResult take_result() {
    if (result_) return *std::move(result_);
    return tl::unexpected(HttpFailure{HttpFailure::Kind::interrupted, "interrupted", 0});
  }

 private:
  std::optional<HttpRequest> request_;
  std::optional<HttpResult> result_;
};

}  // namespace

std::string_view to_string(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::patch:
      return "PATCH";
    case HttpMethod::delete_:
      return "DELETE";
  }
  return "GET";
}

class HttpClient::Impl {
 public:
  Impl(HttpOptions options, RetryPolicy policy)
      : options_(std::move(options)),
        policy_(policy),
        tls_(options_),
        budget_(policy.budget),
        random_(std::random_device{}()) {
    multi_.set<CURLMOPT_PIPELINING>(static_cast<long>(CURLPIPE_MULTIPLEX));
    // By default the cache of connections shrinks with the number of handles, that is, at the end of each batch.
    multi_.set<CURLMOPT_MAXCONNECTS>(static_cast<long>(window()));
    idle_.reserve(window());
    running_.reserve(window());
    paused_.reserve(window());
  }

  void run(HttpBatch& batch, const std::stop_token& stop);

 private:
  [[nodiscard]] std::size_t window() const { return std::max(options_.window, 1U); }

  void resume_paused();
  void start_new(HttpBatch& batch);
  void launch(Transfer& transfer);
  void limit_connections();
  bool collect(HttpBatch& batch);
  void settle(Transfer& transfer, CURLcode code, HttpBatch& batch);
  bool pause_before_retry(Transfer& transfer, const HttpAnswer* answer);
  void deliver(Transfer& transfer, HttpResult result, HttpBatch& batch);
  void interrupt(HttpBatch& batch);
  void abandon_all() noexcept;
  Transfer& idle_transfer();
  [[nodiscard]] std::chrono::milliseconds longest_wait() const;

  const HttpOptions options_;
  const RetryPolicy policy_;
  const TlsSetup tls_;
  Multi multi_;
  std::deque<Transfer> transfers_;  ///< never more than the window; a deque, since their addresses must hold
  std::vector<Transfer*> idle_;
  std::vector<Transfer*> running_;
  std::vector<Pause> paused_;  ///< a heap, the earliest end first
  RetryBudget budget_;
  std::minstd_rand random_;
  bool share_ = true;  ///< wait for connections that may turn out to be HTTP/2
  bool https_ = false;
  bool more_ = false;  ///< next() is worth asking
  bool in_use_ = false;
};

void HttpClient::Impl::run(HttpBatch& batch, const std::stop_token& stop) {
  if (std::exchange(in_use_, true)) throw Error(ErrorKind::bug, "an HTTP client was used from within its own batch");
  struct Cleaner {
    Impl& impl;
    ~Cleaner() {
      impl.abandon_all();
      impl.in_use_ = false;
    }
  } const cleaner{*this};
  const std::stop_callback waker(stop, [this] { multi_.wake(); });

  more_ = true;
  while (!stop.stop_requested()) {
    resume_paused();
    start_new(batch);
    if (running_.empty() && paused_.empty()) return;
    multi_.perform();
    if (collect(batch)) continue;
    multi_.wait(batch.work() ? std::chrono::milliseconds{0} : longest_wait());
  }
  interrupt(batch);
}

void HttpClient::Impl::resume_paused() {
  const auto now = paused_.empty() ? Clock::time_point{} : Clock::now();
  while (!paused_.empty() && paused_.front().end <= now) {
    std::ranges::pop_heap(paused_, std::greater{});
    Transfer& transfer = *paused_.back().transfer;
    paused_.pop_back();
    transfer.start_attempt(share_);
    launch(transfer);
  }
}

void HttpClient::Impl::start_new(HttpBatch& batch) {
  while (more_ && running_.size() + paused_.size() < window()) {
    auto request = batch.next();
    if (!request) {
      more_ = false;
      return;
    }
    Transfer& transfer = idle_transfer();
    transfer.assign(*std::move(request));
    transfer.start_attempt(share_);
    launch(transfer);
  }
}

void HttpClient::Impl::launch(Transfer& transfer) {
  running_.push_back(&transfer);
  if (options_.one_connection && std::exchange(https_, transfer.is_https()) != transfer.is_https()) limit_connections();
  multi_.add(transfer.easy());
}

/// HTTP/2 alone can have several requests on one connection, and without TLS there is none.
void HttpClient::Impl::limit_connections() {
  multi_.set<CURLMOPT_MAX_HOST_CONNECTIONS>(options_.one_connection && https_ && share_ ? 1L : 0L);
}

/// Whether any transfer had ended.
bool HttpClient::Impl::collect(HttpBatch& batch) {
  bool any = false;
  while (const auto finished = multi_.next_finished()) {
    any = true;
    Transfer& transfer = *static_cast<Transfer*>(finished->who);
    multi_.remove(transfer.easy());
    std::erase(running_, &transfer);
    settle(transfer, finished->code, batch);
  }
  return any;
}

void HttpClient::Impl::settle(Transfer& transfer, CURLcode code, HttpBatch& batch) {
  auto result = transfer.finish(code);
  if (transfer.redirected()) {
    transfer.start_hop(share_);
    launch(transfer);
    return;
  }
  // A server without keep-alive would be asked by one connection after another.
  if (code == CURLE_OK && share_ && transfer.is_https_without_multiplexing()) {
    share_ = false;
    limit_connections();
  }

  auto* const problem = std::get_if<Problem>(&result);
  const Outcome outcome = problem != nullptr ? problem->outcome : classify(std::get<HttpAnswer>(result).status);
  if (outcome == Outcome::transient && pause_before_retry(transfer, std::get_if<HttpAnswer>(&result))) return;
  if (problem != nullptr) {
    deliver(transfer, tl::unexpected(HttpFailure{problem->kind, std::move(problem->message), transfer.attempt()}),
            batch);
    return;
  }
  if (outcome == Outcome::done) budget_.succeeded();
  deliver(transfer, std::get<HttpAnswer>(std::move(result)), batch);
}

bool HttpClient::Impl::pause_before_retry(Transfer& transfer, const HttpAnswer* answer) {
  const std::chrono::seconds retry_after{answer == nullptr ? 0 : transfer.easy().amount<CURLINFO_RETRY_AFTER>()};
  const double random = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
  const auto delay = retry_delay(transfer.attempt(), policy_, retry_after, random);
  // A server that is well, but busy, and names the time to come back is none to be spared.
  const bool invited = answer != nullptr && answer->status == kTooManyRequests && retry_after.count() > 0;
  if (!delay || (!invited && !budget_.take())) return false;
  paused_.push_back({Clock::now() + *delay, &transfer});
  std::ranges::push_heap(paused_, std::greater{});
  return true;
}

void HttpClient::Impl::deliver(Transfer& transfer, HttpResult result, HttpBatch& batch) {
  HttpRequest request = transfer.take_request();
  idle_.push_back(&transfer);
  more_ = true;
  batch.done(std::move(request), std::move(result));
}

void HttpClient::Impl::interrupt(HttpBatch& batch) {
  std::vector<Transfer*> given_up = running_;
  for (const Pause& pause : paused_) given_up.push_back(pause.transfer);
  abandon_all();
  for (Transfer* transfer : given_up) {
    batch.done(transfer->take_request(),
               tl::unexpected(HttpFailure{HttpFailure::Kind::interrupted, "interrupted", transfer->attempt()}));
  }
}

void HttpClient::Impl::abandon_all() noexcept {
  for (const Transfer* transfer : running_) multi_.remove(transfer->easy());
  running_.clear();
  paused_.clear();
  idle_.clear();
  for (Transfer& transfer : transfers_) idle_.push_back(&transfer);
}

Transfer& HttpClient::Impl::idle_transfer() {
  if (idle_.empty()) return transfers_.emplace_back(options_, tls_);
  Transfer& transfer = *idle_.back();
  idle_.pop_back();
  return transfer;
}

std::chrono::milliseconds HttpClient::Impl::longest_wait() const {
  if (paused_.empty()) return kLongestWait;
  // Rounded up: a wait that is a fraction too short would spin until the pause is over.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(paused_.front().end - Clock::now());
  return std::clamp(left, std::chrono::milliseconds{0}, kLongestWait);
}

HttpClient::HttpClient(HttpOptions options, RetryPolicy policy)
    : impl_(std::make_unique<Impl>(std::move(options), policy)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

HttpResult HttpClient::get(HttpRequest request, const std::stop_token& stop) {
  SingleRequest single(std::move(request));
  run(single, stop);
  return single.take_result();
}

void HttpClient::run(HttpBatch& batch, const std::stop_token& stop) {
  impl_->run(batch, stop);
}

}  // namespace r2i::net
