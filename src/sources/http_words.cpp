#include "sources/http_words.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <string_view>

namespace r2i::sources {

namespace {

std::string after_attempts(int attempts) {
  return attempts > 1 ? fmt::format(" after {} attempts", attempts) : "";
}

/// Without the query: it may be long or hold a token, and a reader wants the path.
std::string shown(const net::HttpRequest& request) {
  const std::string_view url = request.url;
  return fmt::format("{} {}", net::to_string(request.method), url.substr(0, url.find('?')));
}

}  // namespace

std::string describe_failure(const net::HttpRequest& request, const net::HttpAnswer& answer) {
  std::string text = fmt::format("{}: {}{}", shown(request), answer.status, after_attempts(answer.attempts));
  const auto body = trim(answer.body);
  return body.empty() ? text : fmt::format("{}: {}", text, in_quotes(body, 200));
}

std::string describe_failure(const net::HttpRequest& request, const net::HttpFailure& failure) {
  const bool too_large = failure.kind == net::HttpFailure::Kind::too_large;
  return fmt::format("{}: {}{}{}", shown(request), failure.message, after_attempts(failure.attempts),
                     too_large ? "; maxAnswerBytes sets how many may come" : "");
}

}  // namespace r2i::sources
