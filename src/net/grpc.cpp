#include "net/grpc.hpp"

#include "base/url.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace r2i::net {
namespace {

constexpr std::string_view kContentType = "application/grpc";
constexpr std::size_t kPrefix = 5;  // of a message: whether it is compressed, and its length
constexpr long kOk = 200;
constexpr long kInternalError = 500;

// OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED,
// RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS,
// UNAUTHENTICATED
constexpr std::array<long, 17> kHttpStatus = {kOk, 499, 500, 400, 504, 404, 409, 403, 429,
                                              400, 409, 400, 501, 500, 503, 500, 401};

std::optional<long> status_of(const HttpAnswer& answer) {
  const auto text = answer.header("grpc-status");
  std::size_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return code < kHttpStatus.size() ? kHttpStatus[code] : kInternalError;
}

/// Whether the body is one message, not compressed, as nobody asked for that.
bool is_one_message(std::string_view body) {
  if (body.size() < kPrefix || body[0] != '\0') return false;
  std::uint32_t length = 0;
  for (const char byte : body.substr(1, kPrefix - 1)) length = length << 8U | static_cast<unsigned char>(byte);
  return length == body.size() - kPrefix;
}

}  // namespace

HttpRequest grpc_call(std::string url, std::string_view message) {
  HttpRequest request{std::move(url)};
  request.method = HttpMethod::post;
  request.content_type = kContentType;
  request.compressed = false;
  request.headers.emplace_back("te", Secret("trailers"));
  request.body.reserve(kPrefix + message.size());
  request.body += '\0';
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    request.body += static_cast<char>(static_cast<std::uint32_t>(message.size()) >> shift & 0xffU);
  request.body += message;
  return request;
}

bool is_grpc(const HttpAnswer& answer) {
  return answer.header("content-type").starts_with(kContentType);
}

std::variant<HttpAnswer, Problem> open_grpc(HttpAnswer answer, std::string_view where) {
  const auto broken = [&](std::string_view what, Outcome outcome) {
    return Problem{HttpFailure::Kind::broken, fmt::format("{} {}", where, what), outcome};
  };
  if (!is_grpc(answer)) {
    if (answer.status != kOk) return answer;
    return broken("does not speak gRPC", Outcome::done);
  }
  const auto status = status_of(answer);
  if (!status) return broken("ended an answer without saying how it went", Outcome::transient);
  answer.status = *status;
  if (*status != kOk) {
    answer.body = percent_decode(answer.header("grpc-message"));
  } else if (is_one_message(answer.body)) {
    answer.body.erase(0, kPrefix);
  } else {
    return broken("sent something else than one message", Outcome::done);
  }
  return answer;
}

}  // namespace r2i::net
