#include "net/grpc.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace std::string_literals;

namespace r2i::net {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

/// "STATUS BODY", or the problem and whether it may pass.
std::string opened(long status, const Lines& lines, std::string body) {
  HttpAnswer answer_as_it_came{.status = status, .headers = {}, .body = std::move(body)};
  for (const auto& [name, value] : lines) answer_as_it_came.headers.add(name, value);
  const auto result = open_grpc(std::move(answer_as_it_came), "h:1");
  if (const auto* problem = std::get_if<Problem>(&result))
    return problem->message + (problem->outcome == Outcome::transient ? " (again)" : "");
  const auto& answer = std::get<HttpAnswer>(result);
  return fmt::format("{} {}", answer.status, answer.body);
}

Lines headers(std::string status, std::string message = "") {
  Lines all = {{"content-type", "application/grpc+proto"}, {"grpc-status", std::move(status)}};
  if (!message.empty()) all.emplace_back("grpc-message", std::move(message));
  return all;
}

TEST_CASE("gRPC: a call") {
  const HttpRequest call = grpc_call("http://h/p.S/M", std::string(258, 'x'));
  CHECK(call.body == "\0\0\0\1\2"s + std::string(258, 'x'));
  CHECK(call.method == HttpMethod::post);
  CHECK(call.url == "http://h/p.S/M");
}

TEST_CASE("gRPC: an answer") {
  CHECK(opened(200, headers("0"), "\0\0\0\0\3abc"s) == "200 abc");
  CHECK(opened(200, headers("0"), "\0\0\0\0\0"s) == "200 ");
}

TEST_CASE("gRPC: an error has the status that HTTP would have given it") {
  CHECK(opened(200, headers("1"), "") == "499 ");
  CHECK(opened(200, headers("7", "no%20%C3%BC%"), "") == "403 no ü%");
  CHECK(opened(200, headers("8"), "") == "429 ");
  CHECK(opened(200, headers("12"), "") == "501 ");
  CHECK(opened(200, headers("14", "no leader"), "\0\0\0\0\0"s) == "503 no leader");
  CHECK(opened(200, headers("16"), "") == "401 ");
  CHECK(opened(200, headers("17"), "") == "500 ");
  CHECK(opened(200, headers("99999999999999999999"), "") == "h:1 ended an answer without saying how it went (again)");
}

TEST_CASE("gRPC: what is none") {
  CHECK(opened(502, {{"content-type", "text/html"}}, "<html>") == "502 <html>");
  CHECK(opened(200, {{"content-type", "text/html"}}, "<html>") == "h:1 does not speak gRPC");
  CHECK(opened(200, {}, "") == "h:1 does not speak gRPC");
  CHECK(opened(200, {{"content-type", "application/grpc"}}, "\0\0\0\0\0"s) ==
        "h:1 ended an answer without saying how it went (again)");
  for (const std::string& body : {""s, "\0\0\0\0"s, "\0\0\0\0\1"s, "\1\0\0\0\0"s, "\0\0\0\0\0x"s})
    CHECK(opened(200, headers("0"), body) == "h:1 sent something else than one message");
}

}  // namespace
}  // namespace r2i::net
