#include "sources/etcd_session.hpp"

#include "base/text.hpp"
#include "net/grpc.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

namespace r2i::sources::etcd {

namespace {

constexpr long kOk = 200;
constexpr long kBadRequest = 400;
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;
constexpr long kNotFound = 404;
constexpr long kNotImplemented = 501;

constexpr std::chrono::milliseconds kProbeTimeout{5000};

/// Where the gateway is: 3.4 and later, 3.3, 3.2.
constexpr std::array<std::string_view, 3> kGateways = {"/v3", "/v3beta", "/v3alpha"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// etcd's own authentication takes the place of HTTP's.
net::HttpOptions http_options(const Server& server, bool grpc) {
  net::HttpOptions http = server.http;
  http.basic_user.clear();
  http.basic_password = Secret();
  http.grpc = grpc;
  return http;
}

/// What etcd's message leaves open.
std::string_view remedy(std::string_view message, bool logged_in) {
  // embed/serve.go: where users are wanted, the gateway refuses to be mistaken for one that knows them by certificate.
  if (contains(message, "CommonName of client"))
    return "; give a client's certificate whose subject has no CommonName, or api=grpc";
  if (contains(message, "user name is empty")) return "; it wants a user: username and passwordFile";
  if (contains(message, "permission denied")) {
    return logged_in ? "; the user needs the right to read every key of the prefix"
                     : "; it wants a user who may read every key of the prefix: username and passwordFile";
  }
  return "";
}

}  // namespace

Session::Session(const Options& options, const Server& server, SecretFile& password, Context& context)
    : options_(options),
      server_(server),
      password_(password),
      context_(context),
      client_(http_options(server, false)),
      user_(server.http.basic_user.empty() ? options.username : server.http.basic_user) {}

const Secret& Session::password() const {
  return server_.http.basic_user.empty() ? password_.value() : server_.http.basic_password;
}

net::HttpRequest Session::authorized(net::HttpRequest request) const {
  if (!token_.empty()) request.headers.emplace_back(api_->token_header(), token_);
  return request;
}

net::HttpResult Session::send(const net::HttpRequest& request) {
  net::HttpResult result = client_.get(request, context_.stop);
  context_.check_interrupt();
  return result;
}

Fault Session::fault(const net::HttpRequest& request, const net::HttpResult& result) {
  return {Code::source_unreachable, result ? describe(request, *result) : describe_failure(request, result.error())};
}

std::string Session::describe(const net::HttpRequest& request, const net::HttpAnswer& answer) {
  net::HttpAnswer shown = answer;
  if (std::string message = api_->message(answer.body); !message.empty()) shown.body = std::move(message);
  return fmt::format("{}{}", describe_failure(request, shown), remedy(shown.body, !token_.empty()));
}

Verdict Session::judge(const net::HttpAnswer& answer) {
  if (answer.status == kOk) return Verdict::good;
  const std::string message = api_->message(answer.body);
  // A load balancer may ask a member that has not come as far as the one before it.
  if (contains(message, "has been compacted") || contains(message, "is a future revision")) return Verdict::compacted;
  if (token_.empty()) return Verdict::failed;
  const bool outdated = contains(message, "invalid auth token") || contains(message, "revision of auth store is old") ||
                        contains(message, "user name is empty");
  return answer.status == kUnauthorized || outdated ? Verdict::log_in : Verdict::failed;
}

tl::expected<void, Fault> Session::open() {
  auto status = find_api();
  if (!status) return tl::make_unexpected(status.error());
  if (!user_.empty()) {
    if (auto logged_in = log_in(); !logged_in) return logged_in;
  }
  return options_.serializable ? check_leader(std::move(*status)) : tl::expected<void, Fault>{};
}

tl::expected<net::HttpAnswer, Fault> Session::find_api() {
  if (options_.api == ApiChoice::json) return find_gateway();
  if (options_.api == ApiChoice::grpc) return open_grpc();
  if (auto status = try_grpc()) return std::move(*status);
  return find_gateway();
}

/// Whether gRPC gets through shows in one attempt. Where anything is in its way, what is said is what the gateway says.
std::optional<net::HttpAnswer> Session::try_grpc() {
  net::HttpOptions http = http_options(server_, true);
  if (http.request_timeout.count() == 0 || http.request_timeout > kProbeTimeout) http.request_timeout = kProbeTimeout;
  auto api = make_grpc_api(server_.base_url);
  net::HttpResult result =
      net::HttpClient(std::move(http), net::RetryPolicy{.max_attempts = 1}).get(api->status(), context_.stop);
  context_.check_interrupt();
  if (!result || !net::is_grpc(*result) || result->status == kNotImplemented) return std::nullopt;
  api_ = std::move(api);
  client_ = net::HttpClient(http_options(server_, true));
  return std::move(*result);
}

tl::expected<net::HttpAnswer, Fault> Session::open_grpc() {
  api_ = make_grpc_api(server_.base_url);
  client_ = net::HttpClient(http_options(server_, true));
  const net::HttpRequest asked = api_->status();
  net::HttpResult result = send(asked);
  if (!result || !net::is_grpc(*result)) return tl::make_unexpected(fault(asked, result));
  return std::move(*result);
}

/// Any answer but 404 says that the API is there; the one that it is asked for is allowed to everybody, or to nobody.
tl::expected<net::HttpAnswer, Fault> Session::find_gateway() {
  for (const std::string_view path : kGateways) {
    api_ = make_json_api(fmt::format("{}{}", server_.base_url, path));
    const net::HttpRequest asked = api_->status();
    net::HttpResult result = send(asked);
    if (!result) return tl::make_unexpected(fault(asked, result));
    if (result->status != kNotFound) return std::move(*result);
  }
  return tl::make_unexpected(Fault{
      Code::source_unreachable,
      fmt::format("{}: neither /v3 nor /v3beta nor /v3alpha is there: this is no etcd of version 3.2 or later, or its "
                  "JSON gateway is off (--enable-grpc-gateway){}",
                  server_.base_url, options_.api == ApiChoice::json ? "" : " and gRPC does not get through")});
}

/// Of a server that answers by itself: whether it has a leader, without which it knows nothing new.
tl::expected<void, Fault> Session::check_leader(net::HttpAnswer answer) {
  const net::HttpRequest asked = authorized(api_->status());
  if (answer.status != kOk) {
    net::HttpResult result = send(asked);
    if (result && result->status == kForbidden)
      return api_->asks_for_leader() ? tl::expected<void, Fault>{} : check_health();
    if (!result || result->status != kOk) return tl::make_unexpected(fault(asked, result));
    answer = std::move(*result);
  }
  const auto leader = api_->leader(answer.body);
  if (!leader) {
    return tl::make_unexpected(Fault{Code::source_unreachable, fmt::format("{}: {}", asked.url, leader.error())});
  }
  if (!leader->empty() && *leader != "0") return {};
  return tl::make_unexpected(Fault{Code::stale_answer, fmt::format("{} has no leader", server_.base_url)});
}

/// Since 3.6 only root may ask for the status. Anybody may ask whether the server is well, for which it needs a leader.
tl::expected<void, Fault> Session::check_health() {
  const net::HttpRequest asked{fmt::format("{}/health", server_.base_url)};
  const net::HttpResult result = send(asked);
  if (result && result->status == kOk && contains(result->body, R"("health":"true")")) return {};
  Fault unwell = fault(asked, result);
  unwell.code = Code::stale_answer;
  return tl::make_unexpected(std::move(unwell));
}

tl::expected<void, Fault> Session::log_in() {
  token_ = Secret();
  while (true) {
    const net::HttpRequest asked = api_->authenticate(user_, password());
    net::HttpResult result = send(asked);
    if (!result) return tl::make_unexpected(fault(asked, result));
    if (result->status == kOk) {
      auto token = api_->token(result->body);
      if (!token || token->empty()) {
        const std::string why = token ? "there is no token in it" : token.error();
        return tl::make_unexpected(Fault{Code::source_unreachable, fmt::format("POST {}: {}", asked.url, why)});
      }
      token_ = Secret(std::move(*token));
      return {};
    }
    // etcd's own client goes on without a token, too.
    if (contains(api_->message(result->body), "authentication is not enabled")) return {};
    const bool refused = result->status == kBadRequest || result->status == kUnauthorized;
    if (!refused || !server_.http.basic_user.empty() || !password_.reload())
      return tl::make_unexpected(fault(asked, result));
  }
}

}  // namespace r2i::sources::etcd
