#include "sources/consul_session.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace r2i::sources::consul {

namespace {

constexpr long kOk = 200;
constexpr long kForbidden = 403;

}  // namespace

bool is_filtered_by_acl(const net::HttpAnswer& answer) {
  return equals_ignoring_case(answer.header("x-consul-results-filtered-by-acls"), "true");
}

Session::Session(const Options& options, const Server& agent, SecretFile& token, Context& context)
    : options_(options), agent_(agent), token_(token), context_(context), client_(agent.http) {}

net::HttpRequest Session::request(std::string_view path, std::string_view query, bool of_leader) const {
  const bool stale = options_.consistency == Consistency::stale && !of_leader;
  const bool consistent = options_.consistency == Consistency::consistent;
  const std::string_view consistency = stale ? "&stale=" : consistent ? "&consistent=" : "";
  std::string parameters = fmt::format("{}{}", consistency, query);
  if (!parameters.empty()) parameters[0] = '?';
  net::HttpRequest request{fmt::format("{}/v1/{}{}", agent_.base_url, path, parameters)};
  if (!token_.value().empty()) request.headers.emplace_back("X-Consul-Token", token_.value());
  return request;
}

bool Session::renew(unsigned generation) {
  if (generation < token_generation_) return true;
  if (!token_.reload()) return false;
  ++token_generation_;
  return true;
}

tl::expected<net::HttpAnswer, Fault> Session::get(std::string_view path, std::string_view query, bool of_leader) {
  while (true) {
    const unsigned generation = token_generation_;
    net::HttpRequest asked = request(path, query, of_leader);
    net::HttpResult result = client_.get(asked, context_.stop);
    context_.check_interrupt();
    if (!result) return tl::make_unexpected(Fault{Code::source_unreachable, describe_failure(asked, result.error())});
    if (result->status == kOk) return std::move(*result);
    if (result->status != kForbidden || !renew(generation)) {
      return tl::make_unexpected(Fault{Code::source_unreachable, describe_failure(asked, *result)});
    }
  }
}

tl::expected<net::HttpAnswer, Fault> Session::get(std::string_view path, std::string_view query) {
  return get(path, query, false);
}

tl::expected<net::HttpAnswer, Fault> Session::get_fresh(std::string_view path, std::string_view query) {
  auto answer = get(path, query, false);
  if (!answer || is_fresh(*answer)) return answer;
  answer = get(path, query, true);
  if (answer && is_fresh(*answer)) return answer;
  const std::string after =
      answer ? "the server that was asked for a current answer has no leader either" : answer.error().why;
  return tl::make_unexpected(
      Fault{Code::stale_answer,
            fmt::format("GET {}/v1/{}: the answer came from a server that is out of touch with its leader; {}",
                        agent_.base_url, path, after)});
}

bool Session::is_fresh(const net::HttpAnswer& answer) const {
  // An agent's own streaming view fills neither header in truthfully.
  if (answer.header("x-consul-query-backend") == "streaming") return true;
  if (equals_ignoring_case(answer.header("x-consul-knownleader"), "false")) return false;
  const std::string_view text = answer.header("x-consul-lastcontact");
  std::int64_t milliseconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  return code != std::errc() || milliseconds <= options_.max_stale.count();
}

}  // namespace r2i::sources::consul
