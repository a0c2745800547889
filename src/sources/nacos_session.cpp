#include "sources/nacos_session.hpp"

#include "base/base64.hpp"
#include "base/hmac.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "sources/nacos_api.hpp"
#include "sources/nacos_login.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace r2i::sources::nacos {

namespace {

constexpr long kOk = 200;
constexpr long kForbidden = 403;

}  // namespace

Session::Session(const Options& options, const Place& place, Secrets& secrets, Context& context)
    : options_(options), place_(place), secrets_(secrets), context_(context), client_(place.server.http) {}

net::HttpRequest Session::request(std::string_view path, std::string_view query, std::string_view service) const {
  std::string url = fmt::format("{}/{}{}", place_.server.base_url, path, query);
  const auto question = url.size() - query.size();
  sign(url, service);
  if (question < url.size()) url[question] = '?';
  net::HttpRequest request{std::move(url)};
  // Every version takes a token from this header; in the query it would stand in the logs of proxies.
  if (!token_.empty()) request.headers.emplace_back("Authorization", Secret("Bearer " + token_.reveal()));
  if (!options_.identity_key.empty()) {
    request.headers.emplace_back(options_.identity_key, secrets_.identity_value.value());
  }
  return request;
}

/// As Alibaba's MSE wants it (nacos-client, NamingResourceInjector): the time and the service, signed.
void Session::sign(std::string& url, std::string_view service) const {
  if (options_.access_key.empty()) return;
  const auto now = context_.now().time_since_epoch();
  std::string data = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  if (!service.empty()) data += fmt::format("@@{}", service);
  url += parameter("ak", options_.access_key) + parameter("data", data) +
         parameter("signature", encode_base64(hmac_sha1(secrets_.secret_key.value(), data)));
}

tl::expected<net::HttpAnswer, Refusal> Session::get(std::string_view path, std::string_view query,
                                                    std::string_view service) {
  const bool must_log_in = !place_.user.empty() && (token_.empty() || is_stale());
  if (must_log_in) {
    // Which says nothing about the API that was asked for.
    if (auto refusal = log_in()) return tl::make_unexpected(Refusal{std::move(refusal->fault)});
  }
  for (bool again = false;; again = true) {
    const unsigned used = generation_;
    net::HttpRequest asked = request(path, query, service);
    net::HttpResult result = client_.get(asked, context_.stop);
    context_.check_interrupt();
    if (!result) {
      return tl::make_unexpected(Refusal{{Code::source_unreachable, describe_failure(asked, result.error())}});
    }
    if (result->status == kOk) return std::move(*result);
    if (result->status != kForbidden || again || !renew(used)) {
      return tl::make_unexpected(Refusal{{Code::source_unreachable, describe_failure(asked, *result)}, result->status});
    }
  }
}

std::string Session::about(std::string_view path, std::string_view why) const {
  return fmt::format("GET {}/{}: {}", place_.server.base_url, path, why);
}

bool Session::is_stale() const {
  return stale_from_ && std::chrono::steady_clock::now() >= *stale_from_;
}

bool Session::renew(unsigned generation) {
  if (generation < generation_) return true;
  if (!place_.user.empty()) {
    (void)secrets_.password.reload();
    return !log_in();
  }
  const bool has_new = secrets_.secret_key.reload() || secrets_.identity_value.reload();
  if (has_new) ++generation_;
  return has_new;
}

net::HttpRequest Session::login_request(std::string_view path) const {
  net::HttpRequest request{fmt::format("{}/{}", place_.server.base_url, path)};
  request.method = net::HttpMethod::post;
  const Secret& password = place_.password.empty() ? secrets_.password.value() : place_.password;
  request.body = fmt::format("username={}&password={}", percent_encode(place_.user), percent_encode(password.reveal()));
  request.content_type = "application/x-www-form-urlencoded";
  return request;
}

std::optional<Refusal> Session::log_in() {
  constexpr std::array<std::string_view, 3> kPaths = {"v3/auth/user/login", "v1/auth/users/login", "v1/auth/login"};
  // Even if it fails: what is left is asked with the token that there is, and refused.
  stale_from_.reset();
  std::optional<Refusal> refusal;
  for (const std::string_view path : kPaths) {
    net::HttpRequest asked = login_request(path);
    const auto before = std::chrono::steady_clock::now();
    net::HttpResult result = client_.get(asked, context_.stop);
    context_.check_interrupt();
    if (!result) return Refusal{{Code::source_unreachable, describe_failure(asked, result.error())}};
    if (result->status != kOk) {
      const auto status = result->status;
      // The first one that is there speaks for itself; if none is, the newest says enough.
      if (!refusal || !is_absent(status)) {
        refusal = Refusal{{Code::source_unreachable, describe_failure(asked, *result)}, status};
      }
      if (is_absent(status)) continue;
      return refusal;
    }
    auto login = parse_login(cursor_, result->body);
    if (!login) {
      return Refusal{
          {Code::source_unreachable, fmt::format("POST {}/{}: {}", place_.server.base_url, path, login.error())}};
    }
    token_ = std::move(login->token);
    ++generation_;
    if (login->ttl.count() > 0) stale_from_ = before + std::chrono::milliseconds(login->ttl) * 9 / 10;
    return std::nullopt;
  }
  return refusal;
}

}  // namespace r2i::sources::nacos
