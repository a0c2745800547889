#include "sources/etcd_session.hpp"

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace r2i::sources::etcd {

namespace {

constexpr long kOk = 200;
constexpr long kBadRequest = 400;
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;
constexpr long kNotFound = 404;

/// The paths of the API: 3.4 and later, 3.3, 3.2.
constexpr std::array<std::string_view, 3> kApis = {"/v3", "/v3beta", "/v3alpha"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// etcd's own authentication takes the place of HTTP's.
net::HttpOptions without_basic_auth(net::HttpOptions http) {
  http.basic_user.clear();
  http.basic_password = Secret();
  return http;
}

/// What etcd's message leaves open.
std::string_view remedy(std::string_view message) {
  // embed/serve.go: where users are wanted, the gateway refuses to be mistaken for one that knows them by certificate.
  if (contains(message, "CommonName of client")) return "; give a client's certificate whose subject has no CommonName";
  if (contains(message, "user name is empty")) return "; it wants a user: username and passwordFile";
  if (contains(message, "permission denied")) return "; the user needs the right to read every key of the prefix";
  return "";
}

}  // namespace

ApiError parse_error(JsonCursor& cursor, std::string body) {
  ApiError error;
  double code = 0;
  std::string other;
  const auto wrong = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key == "message") {
        reader.read(error.message);
      } else if (key == "error") {
        reader.read(other);
      } else if (key == "code") {
        reader.read(code);
      } else {
        return false;
      }
      return true;
    });
  });
  if (wrong) return {};
  if (error.message.empty()) error.message = std::move(other);
  error.code = code >= 0 && code <= 16 ? static_cast<int>(code) : 0;
  return error;
}

Session::Session(const Options& options, const Server& server, SecretFile& password, Context& context)
    : options_(options),
      server_(server),
      password_(password),
      context_(context),
      client_(without_basic_auth(server.http)),
      user_(server.http.basic_user.empty() ? options.username : server.http.basic_user) {}

const Secret& Session::password() const {
  return server_.http.basic_user.empty() ? password_.value() : server_.http.basic_password;
}

net::HttpRequest Session::request(std::string_view path, std::string body) const {
  net::HttpRequest request{fmt::format("{}{}/{}", server_.base_url, api_, path)};
  request.method = net::HttpMethod::post;
  request.body = std::move(body);
  request.content_type = "application/json";
  if (!token_.empty()) request.headers.emplace_back("Authorization", token_);
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
  const ApiError error = parse_error(cursor_, answer.body);
  net::HttpAnswer shown = answer;
  if (!error.message.empty()) shown.body = error.message;
  return fmt::format("{}{}", describe_failure(request, shown), remedy(shown.body));
}

Verdict Session::judge(const net::HttpAnswer& answer) {
  if (answer.status == kOk) return Verdict::good;
  const ApiError error = parse_error(cursor_, answer.body);
  // A load balancer may ask a member that has not come as far as the one before it.
  if (contains(error.message, "has been compacted") || contains(error.message, "is a future revision"))
    return Verdict::compacted;
  if (token_.empty()) return Verdict::failed;
  const bool outdated = contains(error.message, "invalid auth token") ||
                        contains(error.message, "revision of auth store is old") ||
                        contains(error.message, "user name is empty");
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

/// Any answer but 404 says that the API is there; the one that it is asked for is allowed to everybody, or to nobody.
tl::expected<net::HttpAnswer, Fault> Session::find_api() {
  for (const std::string_view api : kApis) {
    api_ = api;
    const net::HttpRequest asked = request("maintenance/status", "{}");
    net::HttpResult result = send(asked);
    if (!result) return tl::make_unexpected(fault(asked, result));
    if (result->status != kNotFound) return std::move(*result);
  }
  return tl::make_unexpected(Fault{
      Code::source_unreachable,
      fmt::format("{}: neither /v3 nor /v3beta nor /v3alpha is there: this is no etcd of version 3.2 or later, or its "
                  "JSON gateway is off (--enable-grpc-gateway)",
                  server_.base_url)});
}

/// Of a server that answers by itself: whether it has a leader, without which it knows nothing new.
tl::expected<void, Fault> Session::check_leader(net::HttpAnswer answer) {
  const net::HttpRequest asked = request("maintenance/status", "{}");
  if (answer.status != kOk) {
    net::HttpResult result = send(asked);
    if (result && result->status == kForbidden) return check_health();
    if (!result || result->status != kOk) return tl::make_unexpected(fault(asked, result));
    answer = std::move(*result);
  }
  std::string leader;
  const auto wrong = read_document(cursor_, answer.body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key != "leader") return false;
      reader.read(leader);
      return true;
    });
  });
  if (wrong) return tl::make_unexpected(Fault{Code::source_unreachable, fmt::format("{}: {}", asked.url, *wrong)});
  if (!leader.empty() && leader != "0") return {};
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
    std::string body = R"({"name":)";
    append_json_string(body, user_);
    body += R"(,"password":)";
    append_json_string(body, password().reveal());
    body += '}';
    const net::HttpRequest asked = request("auth/authenticate", std::move(body));
    net::HttpResult result = send(asked);
    if (!result) return tl::make_unexpected(fault(asked, result));
    if (result->status == kOk) {
      std::string token;
      const auto wrong = read_document(cursor_, result->body, [&](DocumentReader& reader) {
        reader.object({}, [&](std::string_view key) {
          if (key != "token") return false;
          reader.read(token);
          return true;
        });
      });
      if (wrong || token.empty()) {
        return tl::make_unexpected(
            Fault{Code::source_unreachable,
                  fmt::format("POST {}: {}", asked.url, wrong.value_or("there is no token in it"))});
      }
      token_ = Secret(std::move(token));
      return {};
    }
    const ApiError error = parse_error(cursor_, result->body);
    // etcd's own client goes on without a token, too.
    if (contains(error.message, "authentication is not enabled")) return {};
    const bool refused = result->status == kBadRequest || result->status == kUnauthorized;
    if (!refused || !server_.http.basic_user.empty() || !password_.reload())
      return tl::make_unexpected(fault(asked, result));
  }
}

}  // namespace r2i::sources::etcd
