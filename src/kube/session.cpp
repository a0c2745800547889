#include "kube/session.hpp"

#include "kube/authorized.hpp"

#include <algorithm>
#include <utility>

namespace r2i::kube {

namespace {

/// More patient than with a registry: a write that is given up leaves the user with half of a plan. The budget lets
/// every request that was in flight be sent again when the connection they share breaks, twice.
net::RetryPolicy patient(unsigned window) {
  return {.max_attempts = 5, .budget = static_cast<int>(std::min(window, 1000U)) * 2 + 20};
}

net::HttpOptions options_for(const Connection& connection, unsigned window, std::chrono::milliseconds request_timeout) {
  net::HttpOptions options = connection.http;
  options.user_agent = "registry2istio/" R2I_VERSION;  // what audit logs show
  options.request_timeout = request_timeout;
  // The API server may keep a request waiting in its queues for as long as the request may take.
  options.stall_timeout = std::chrono::seconds{request_timeout.count() > 0 ? 0 : 60};
  options.window = window;
  options.one_connection = true;
  return options;
}

/// A list of requests, and their answers at the same places.
class Several : public net::HttpBatch {
 public:
  explicit Several(std::vector<net::HttpRequest> requests) : requests_(std::move(requests)) {
    results_.resize(requests_.size(), tl::unexpected(net::HttpFailure{net::HttpFailure::Kind::interrupted, "", 0}));
  }
  std::optional<net::HttpRequest> next() override {
    if (next_ == requests_.size()) return std::nullopt;
    requests_[next_].tag = next_;
    return std::move(requests_[next_++]);
  }
  void done(net::HttpRequest request, net::HttpResult result) override { results_[request.tag] = std::move(result); }
  std::vector<net::HttpResult> take_results() { return std::move(results_); }

 private:
  std::vector<net::HttpRequest> requests_;
  std::vector<net::HttpResult> results_;
  std::size_t next_ = 0;
};

}  // namespace

Session::Session(Context& context, Connection connection, unsigned parallelism,
                 std::chrono::milliseconds request_timeout)
    : context_(context),
      connection_(std::move(connection)),
      credentials_(connection_, context.now),
      warnings_(context.diagnostics, connection_.server),
      options_(options_for(connection_, std::max(parallelism, 1U), request_timeout)) {}

net::HttpRequest Session::request(std::string_view path) const {
  return {.url = connection_.server + std::string(path)};
}

net::HttpClient& Session::client() {
  const ExecCredential& exec = credentials_.certificate();
  if (exec.client_certificate != certificate_) {
    certificate_ = exec.client_certificate;
    options_.client_cert_pem = exec.client_certificate;
    options_.client_key_pem = exec.client_key;
    client_.reset();
  }
  if (!client_) client_.emplace(options_, patient(options_.window));
  return *client_;
}

void Session::run(net::HttpBatch& batch, const std::stop_token& stop) {
  Authorized authorized(connection_, credentials_, warnings_, batch);
  do {
    if (stop.stop_requested()) {
      authorized.fail({net::HttpFailure::Kind::interrupted, "interrupted", 0});
      return;
    }
    if (const auto refreshed = credentials_.refresh(context_.stop); !refreshed) {
      authorized.fail({net::HttpFailure::Kind::connect, refreshed.error(), 0});
      return;
    }
    authorized.go_on();
    client().run(authorized, stop);
  } while (authorized.is_unfinished());
}

std::vector<net::HttpResult> Session::run_all(std::vector<net::HttpRequest> requests) {
  Several several(std::move(requests));
  run(several, context_.stop);
  context_.check_interrupt();
  return several.take_results();
}

}  // namespace r2i::kube
