#include "kube/session.hpp"

#include "base/text.hpp"
#include "kube/warning_header.hpp"
#include "model/codes.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace r2i::kube {

namespace {

constexpr long kUnauthorized = 401;

/// More patient than with a registry: a write that is given up leaves the user with half of a plan. The budget lets
/// every request that was in flight be sent again when the connection they share breaks, twice.
net::RetryPolicy patient(unsigned window) {
  return {.max_attempts = 5, .budget = static_cast<int>(std::min(window, 1000U)) * 2 + 20};
}

net::HttpOptions options_for(const Connection& connection, unsigned window, std::chrono::milliseconds request_timeout) {
  net::HttpOptions options = connection.http;
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

/// A batch of somebody's, with credentials. What may take seconds (a plugin) is not done while requests are under way:
/// no more are started, and when all have ended the run ends; Session::run() goes on from there.
class Session::Authorized : public net::HttpBatch {
 public:
  Authorized(Session& session, net::HttpBatch& inner) : session_(session), inner_(inner) {}

  /// Whether the run ended only for new credentials, or with something left to be sent again.
  [[nodiscard]] bool is_unfinished() const { return pausing_ || !again_.empty(); }

  void go_on() {
    pausing_ = false;
    // Without new credentials, what was refused stays so.
    for (Refused& refused : std::exchange(refused_, {})) {
      if (refused.flight.generation == session_.credentials_.generation()) {
        hand_on(refused.flight, std::move(refused.request), std::move(refused.result));
      } else {
        refused.flight.sent_again = true;
        again_.emplace_back(refused.flight, std::move(refused.request));
      }
    }
  }

  std::optional<net::HttpRequest> next() override {
    if (session_.credentials_.is_due()) pausing_ = true;
    if (pausing_) return std::nullopt;
    Flight flight;
    std::optional<net::HttpRequest> request;
    if (!again_.empty()) {
      std::tie(flight, request) = std::move(again_.back());
      again_.pop_back();
    } else {
      request = inner_.next();
      if (!request) return std::nullopt;
      flight.tag = request->tag;
    }
    flight.generation = session_.credentials_.generation();
    request->headers = session_.headers();
    request->compressed = session_.connection_.compressed;
    request->tag = ++last_tag_;
    flights_.emplace(last_tag_, flight);
    return request;
  }

  void done(net::HttpRequest request, net::HttpResult result) override {
    const auto place = flights_.find(request.tag);
    const Flight flight = place->second;
    flights_.erase(place);
    if (result) {
      const bool refused = result->status == kUnauthorized;
      session_.credentials_.judged(flight.generation, !refused);
      if (refused && !flight.sent_again && session_.credentials_.may_change()) {
        refused_.push_back({flight, std::move(request), std::move(result)});
        pausing_ = true;
        return;
      }
      session_.report_warnings(*result);
    }
    hand_on(flight, std::move(request), std::move(result));
  }

  bool work() override { return inner_.work(); }

  /// Fails everything that has not been sent.
  void fail(const net::HttpFailure& failure) {
    for (Refused& refused : std::exchange(refused_, {})) {
      hand_on(refused.flight, std::move(refused.request), tl::unexpected(failure));
    }
    for (auto& [flight, request] : std::exchange(again_, {})) {
      hand_on(flight, std::move(request), tl::unexpected(failure));
    }
    if (failure.kind == net::HttpFailure::Kind::interrupted) return;
    while (auto request = inner_.next()) inner_.done(*std::move(request), tl::unexpected(failure));
  }

 private:
  /// What there is to know about a request that is on its way.
  struct Flight {
    std::uint64_t tag = 0;  ///< the inner batch's
    unsigned generation = 0;
    bool sent_again = false;
  };
  struct Refused {
    Flight flight;
    net::HttpRequest request;
    net::HttpResult result;
  };

  void hand_on(const Flight& flight, net::HttpRequest request, net::HttpResult result) {
    request.tag = flight.tag;
    inner_.done(std::move(request), std::move(result));
  }

  Session& session_;
  net::HttpBatch& inner_;
  std::map<std::uint64_t, Flight> flights_;
  std::uint64_t last_tag_ = 0;
  std::vector<Refused> refused_;
  std::vector<std::pair<Flight, net::HttpRequest>> again_;
  bool pausing_ = false;
};

Session::Session(Context& context, Connection connection, unsigned parallelism,
                 std::chrono::milliseconds request_timeout)
    : context_(context),
      connection_(std::move(connection)),
      credentials_(connection_, context.now),
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

std::vector<std::pair<std::string, Secret>> Session::headers() const {
  std::vector<std::pair<std::string, Secret>> lines = connection_.impersonation;
  lines.emplace_back("Accept", Secret("application/json"));
  if (!credentials_.token().empty()) {
    lines.emplace_back("Authorization", Secret("Bearer " + credentials_.token().reveal()));
  }
  return lines;
}

void Session::run(net::HttpBatch& batch, const std::stop_token& stop) {
  Authorized authorized(*this, batch);
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

void Session::report_warnings(const net::HttpAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "warning") continue;
    for (std::string& text : read_warnings(value)) {
      text = clean_text(text);
      if (!warnings_.insert(text).second) continue;
      context_.diagnostics.report(diagnose(Code::api_warning, connection_.server, std::move(text)));
    }
  }
}

}  // namespace r2i::kube
