#pragma once

#include "net/http.hpp"
#include "net/retry.hpp"

#include <memory>
#include <optional>
#include <stop_token>

namespace r2i::net {

/// A stream of requests and what becomes of them. Called on the thread that calls HttpClient::run; what it throws ends
/// the run and comes out of it. It must not use the client that runs it.
class HttpBatch {
 public:
  HttpBatch() = default;
  HttpBatch(const HttpBatch&) = delete;
  HttpBatch& operator=(const HttpBatch&) = delete;
  virtual ~HttpBatch() = default;

  /// The next request, or nothing for now: it is asked again after each done().
  virtual std::optional<HttpRequest> next() = 0;
  /// An answer, or the failure that remained after all attempts. May make next() give more requests (further pages).
  /// The clocks of the other requests go on meanwhile, so what takes seconds is for another thread.
  virtual void done(HttpRequest request, HttpResult result) = 0;
  /// Called while answers are awaited and none is there: a piece of work of some milliseconds, best one that next() and
  /// done() have put off so that the next request goes out first. Says whether it did anything; if not, it is asked
  /// again once something has happened, or after a second. Work may be left over when the run ends.
  virtual bool work() { return false; }
};

/// An HTTP client for registries and clusters: bounded parallel requests over kept connections, with retries
/// (net/retry.hpp), three clocks, a bound on the size of an answer, and redirects within one origin only. One thread
/// drives it.
class HttpClient {
 public:
  /// Throws Error{usage} if a certificate or CA file cannot be read. The first client of a process starts libcurl.
  explicit HttpClient(HttpOptions options, RetryPolicy policy = {});
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// One request with its retries. Throws as run().
  HttpResult get(HttpRequest request, const std::stop_token& stop);

  /// Runs the batch until next() has nothing and nothing is in flight, or until `stop` fires; then what is in flight is
  /// given up and done() is called for each with Kind::interrupted. Throws Error{usage} if a header's value contains a
  /// line break.
  void run(HttpBatch& batch, const std::stop_token& stop);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace r2i::net
