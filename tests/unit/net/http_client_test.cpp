#include "net/http_client.hpp"

#include "base/error.hpp"
#include "support/loopback_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace r2i::net {
namespace {

using Kind = HttpFailure::Kind;
using Then = testing::ServerReply::Then;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::LoopbackServer;
using testing::reply;
using testing::ServerReply;
using testing::ServerRequest;

/// Retries that do not take a test's time.
const RetryPolicy kQuick{.base = milliseconds{1}, .cap = milliseconds{2}};

HttpResult get(const std::string& url, HttpOptions options = {}) {
  return HttpClient(std::move(options), kQuick).get({.url = url}, {});
}

HttpAnswer answered(HttpResult result) {
  REQUIRE_MESSAGE(result.has_value(), result.error().message);
  return *std::move(result);
}

HttpFailure failed(HttpResult result) {
  REQUIRE_FALSE(result.has_value());
  return result.error();
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Asks for a list of URLs and keeps what came, by the place in the list.
class List : public HttpBatch {
 public:
  explicit List(std::vector<std::string> urls) : urls_(std::move(urls)), results_(urls_.size()) {}
  List(std::size_t count, const std::string& url) : List(std::vector<std::string>(count, url)) {}

  std::optional<HttpRequest> next() override {
    if (next_ == urls_.size()) return std::nullopt;
    HttpRequest request{.url = urls_[next_], .tag = next_};
    ++next_;
    return request;
  }
  void done(HttpRequest request, HttpResult result) override {
    CHECK(request.url == urls_.at(request.tag));
    results_[request.tag] = std::move(result);
    ++done_;
  }
  [[nodiscard]] const HttpResult& result(std::size_t which) const { return results_.at(which).value(); }
  [[nodiscard]] std::size_t asked() const { return next_; }
  [[nodiscard]] std::size_t done_count() const { return done_; }

 private:
  std::vector<std::string> urls_;
  std::vector<std::optional<HttpResult>> results_;
  std::size_t next_ = 0;
  std::size_t done_ = 0;
};

TEST_CASE("an answer with its status, headers and body") {
  LoopbackServer server([](const ServerRequest& request) {
    CHECK(request.target == "/v1/x?dc=eu");
    return reply(200, "hello", "X-Consul-Index: 7\r\nETag: \"a\"\r\n");
  });
  const auto answer = answered(get(server.url("/v1/x?dc=eu")));
  CHECK(answer.status == 200);
  CHECK(answer.body == "hello");
  CHECK(answer.header("x-consul-index") == "7");
  CHECK(answer.header("etag") == "\"a\"");
  CHECK(answer.header("x-other").empty());
  CHECK(answer.attempts == 1);
}

TEST_CASE("an error status is an answer, with its body, and is not tried again") {
  LoopbackServer server([](const ServerRequest&) { return reply(403, "Permission denied"); });
  const auto answer = answered(get(server.url("/")));
  CHECK(answer.status == 403);
  CHECK(answer.body == "Permission denied");
  CHECK(server.requests() == 1);
}

TEST_CASE("what is sent") {
  std::string head;
  LoopbackServer server([&](const ServerRequest& request) {
    head = request.head;
    CHECK(request.header("x-consul-token") == "t0ken");
    CHECK(request.header("user-agent") == "r2i/1");
    CHECK(request.header("authorization") == "Basic YWRhOnM6ZWNyZXQ=");
    CHECK(has(request.header("accept-encoding"), "gzip"));
    CHECK(request.header("host") == "127.0.0.1:" + std::to_string(server.port()));
    return reply(200, "");
  });
  HttpClient client({.user_agent = "r2i/1", .basic_user = "ada", .basic_password = Secret("s:ecret")});
  answered(client.get(
      {.url = server.url("/"), .headers = {{"X-Consul-Token", Secret("t0ken")}, {"X-Empty", Secret("")}}}, {}));
  CHECK(has(head, "GET / HTTP/1.1\r\n"));
  CHECK(has(head, "X-Empty:\r\n"));
}

TEST_CASE("headers of an answer: without those of an interim one, without trailers") {
  LoopbackServer server([](const ServerRequest&) {
    return ServerReply{
        "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
        "HTTP/1.1 200 OK\r\nX-Spaced:   a b  \r\nX-Twice: 1\r\nX-Twice: 2\r\nX-Empty:\r\nX-Folded: a\r\n  b\r\n"
        "Transfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n"};
  });
  const auto answer = answered(get(server.url("/")));
  CHECK(answer.body == "ok");
  CHECK(answer.header("x-spaced") == "a b");
  CHECK(answer.headers.find_all("x-twice") == std::vector<std::string_view>{"1", "2"});
  CHECK(answer.headers.find_all("x-empty") == std::vector<std::string_view>{""});
  CHECK(answer.header("x-folded") == "a b");
  CHECK(answer.header("trailer") == "X-Late");
  CHECK(answer.headers.find_all("x-interim").empty());
  CHECK(answer.headers.find_all("x-late").empty());
}

TEST_CASE("headers are those of the request alone") {
  std::vector<std::string> tokens;
  LoopbackServer server([&](const ServerRequest& request) {
    tokens.push_back(request.header("x-token"));
    return reply(200, "");
  });
  HttpClient client({});
  for (const char* token : {"one", "two", "", "two"}) {
    HttpRequest request{.url = server.url("/")};
    if (*token != '\0') request.headers.emplace_back("X-Token", Secret(token));
    answered(client.get(std::move(request), {}));
  }
  CHECK(tokens == std::vector<std::string>{"one", "two", "", "two"});
  CHECK(server.connections() == 1);
}

TEST_CASE("methods and bodies, one after the other on one handle") {
  std::vector<std::string> seen;
  LoopbackServer server([&](const ServerRequest& request) {
    seen.push_back(request.method() + " " + request.header("content-type") + " " + request.header("content-length") +
                   " " + request.body);
    CHECK(request.header("expect").empty());
    return reply(200, "");
  });
  HttpClient client({});
  const auto send = [&](HttpMethod method, const std::string& body, const std::string& type) {
    answered(client.get({.url = server.url("/"), .method = method, .body = body, .content_type = type}, {}));
  };
  send(HttpMethod::patch, "one", "a/b");
  send(HttpMethod::get, "", "");
  send(HttpMethod::patch, "two", "a/b");
  send(HttpMethod::delete_, "three", "c/d");
  send(HttpMethod::post, "four", "c/d");
  send(HttpMethod::get, "", "");
  send(HttpMethod::post, "", "");
  send(HttpMethod::delete_, "", "");
  CHECK(seen == std::vector<std::string>{"PATCH a/b 3 one", "GET   ", "PATCH a/b 3 two", "DELETE c/d 5 three",
                                         "POST c/d 4 four", "GET   ", "POST  0 ", "DELETE  0 "});
  CHECK(server.connections() == 1);
}

TEST_CASE("a large body is sent at once, and again with each attempt") {
  const std::string body(2 << 20, 'b');
  LoopbackServer server([&](const ServerRequest& request) {
    CHECK(request.header("expect").empty());
    CHECK(request.body == body);
    if (request.number == 1) return ServerReply{"", Then::reset};
    return reply(request.number == 2 ? 503 : 200, "");
  });
  HttpClient client({}, kQuick);
  const auto answer = answered(
      client.get({.url = server.url("/"), .method = HttpMethod::patch, .body = body, .content_type = "a/b"}, {}));
  CHECK(answer.status == 200);
  CHECK(answer.attempts == 3);
}

TEST_CASE("a redirect takes the body along, or is refused") {
  LoopbackServer server([](const ServerRequest& request) {
    if (request.target == "/old") return reply(308, "", "Location: /new\r\n");
    if (request.target == "/see") return reply(303, "", "Location: /new\r\n");
    return reply(200, request.method() + " " + request.body);
  });
  HttpClient client({});
  const auto patch = [&](const char* target) {
    return client.get({.url = server.url(target), .method = HttpMethod::patch, .body = "x", .content_type = "a/b"}, {});
  };
  CHECK(answered(patch("/old")).body == "PATCH x");
  const auto failure = failed(patch("/see"));
  CHECK(failure.kind == Kind::redirect);
  CHECK(has(failure.message, "redirects a PATCH (303)"));
}

TEST_CASE("a batch works while it waits for answers") {
  struct Worker : HttpBatch {
    std::string url;
    int left = 2;
    int worked = 0;
    std::atomic<bool> release = false;
    std::optional<HttpRequest> next() override {
      return left-- > 0 ? std::optional(HttpRequest{.url = url}) : std::nullopt;
    }
    void done(HttpRequest, HttpResult result) override { CHECK(result.has_value()); }
    bool work() override {
      if (worked == 3) release = true;
      return ++worked <= 3;
    }
  } worker;
  LoopbackServer server([&](const ServerRequest&) {
    while (!worker.release) std::this_thread::yield();  // would hang if nothing worked meanwhile
    return reply(200, "");
  });
  worker.url = server.url("/");
  HttpClient({}).run(worker, {});
  CHECK(worker.worked >= 4);
}

TEST_CASE("the budget of retries is the policy's") {
  LoopbackServer server([](const ServerRequest&) { return reply(503, ""); });
  List list(10, server.url("/"));
  HttpClient({.window = 2}, {.base = milliseconds{1}, .cap = milliseconds{2}, .budget = 3}).run(list, {});
  CHECK(server.requests() == 10 + 3);
}

TEST_CASE("a server that asks for patience takes nothing from the budget") {
  LoopbackServer server([](const ServerRequest& request) {
    return request.number <= 4 ? reply(429, "", "Retry-After: 1\r\n") : reply(200, "");
  });
  List list(4, server.url("/"));
  HttpClient({.window = 4}, {.base = milliseconds{1}, .cap = milliseconds{2}, .budget = 0}).run(list, {});
  for (std::size_t i = 0; i < 4; ++i) CHECK(list.result(i)->status == 200);
}

TEST_CASE("a proxy that is not there is named") {
  const auto failure = failed(get("http://consul.invalid/", {.proxy = "http://127.0.0.1:1"}));
  CHECK(
      has(failure.message, "cannot reach consul.invalid:80 through the proxy: Failed to connect to 127.0.0.1 port 1"));
}

TEST_CASE("a header value with a line break is refused and not repeated") {
  HttpClient client({});
  for (const auto& value : {std::string("s3cret\r\nX-Evil: 1"), std::string("s3cret\n"), std::string("s3cret\0x", 8)}) {
    try {
      client.get({.url = "http://127.0.0.1:1/", .headers = {{"X-Token", Secret(value)}}}, {});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK(has(error.what(), "X-Token"));
      CHECK_FALSE(has(error.what(), "s3cret"));
    }
  }
}

TEST_CASE("connections are kept, and are no more than the window") {
  LoopbackServer server([](const ServerRequest& request) { return reply(200, request.target); });
  HttpClient client({.window = 4}, kQuick);
  std::vector<std::string> urls;
  for (int i = 0; i < 300; ++i) urls.push_back(server.url("/" + std::to_string(i)));
  for (int round = 0; round < 2; ++round) {
    List list(urls);
    client.run(list, {});
    REQUIRE(list.done_count() == urls.size());
    for (std::size_t i = 0; i < urls.size(); ++i) CHECK(list.result(i)->body == "/" + std::to_string(i));
  }
  CHECK(server.requests() == 600);
  CHECK(server.connections() <= 4);
}

TEST_CASE("the window is filled and not exceeded") {
  constexpr int kWindow = 4;
  std::mutex mutex;
  std::condition_variable grown;
  int arrived = 0;
  int in_work = 0;
  int most = 0;
  LoopbackServer server([&](const ServerRequest&) {
    std::unique_lock lock(mutex);
    const int group_end = (arrived++ / kWindow + 1) * kWindow;
    most = std::max(most, ++in_work);
    grown.notify_all();
    grown.wait(lock, [&] { return arrived >= group_end; });  // would hang if the window were never full
    --in_work;
    return reply(200, "");
  });
  List list(5 * kWindow, server.url("/"));
  HttpClient({.window = kWindow}).run(list, {});
  CHECK(list.done_count() == 5 * kWindow);
  CHECK(most == kWindow);
  CHECK(server.connections() == kWindow);
}

TEST_CASE("answers may lead to more requests") {
  struct Pages : HttpBatch {
    std::string first;
    std::vector<std::string> todo, bodies;
    std::optional<HttpRequest> next() override {
      if (todo.empty()) return std::nullopt;
      HttpRequest request{.url = todo.back()};
      todo.pop_back();
      return request;
    }
    void done(HttpRequest, HttpResult result) override {
      bodies.push_back(result->body);
      if (bodies.size() < 3) todo.push_back(first + std::to_string(bodies.size()));
    }
  } pages;
  LoopbackServer server([](const ServerRequest& request) { return reply(200, request.target); });
  pages.first = server.url("/p");
  pages.todo = {pages.first + "0"};
  HttpClient({}).run(pages, {});
  CHECK(pages.bodies == std::vector<std::string>{"/p0", "/p1", "/p2"});
}

TEST_CASE("503 twice, then 200") {
  LoopbackServer server([](const ServerRequest& request) { return reply(request.number <= 2 ? 503 : 200, "x"); });
  const auto answer = answered(get(server.url("/")));
  CHECK(answer.status == 200);
  CHECK(answer.attempts == 3);
  CHECK(server.requests() == 3);
}

TEST_CASE("a status that stays transient is answered in the end") {
  LoopbackServer server([](const ServerRequest&) { return reply(500, "rpc error: no leader"); });
  const auto answer = answered(get(server.url("/")));
  CHECK(answer.status == 500);
  CHECK(answer.body == "rpc error: no leader");
  CHECK(answer.attempts == 4);
  CHECK(server.requests() == 4);
}

TEST_CASE("the retries of one client have a common budget") {
  LoopbackServer server([](const ServerRequest&) { return reply(503, ""); });
  List list(50, server.url("/"));
  HttpClient({.window = 2}, kQuick).run(list, {});
  CHECK(list.done_count() == 50);
  CHECK(server.requests() == 50 + 20);
}

TEST_CASE("Retry-After is waited for") {
  LoopbackServer server([](const ServerRequest& request) {
    return request.number == 1 ? reply(429, "", "Retry-After: 1\r\n") : reply(200, "");
  });
  const auto begin = std::chrono::steady_clock::now();
  CHECK(answered(get(server.url("/"))).status == 200);
  CHECK(std::chrono::steady_clock::now() - begin >= seconds{1});
}

TEST_CASE("a Retry-After that is too long is not waited for") {
  LoopbackServer server([](const ServerRequest&) { return reply(429, "", "Retry-After: 3600\r\n"); });
  CHECK(answered(get(server.url("/"))).status == 429);
  CHECK(server.requests() == 1);
}

TEST_CASE("a Retry-After counts for its own answer alone") {
  LoopbackServer server([](const ServerRequest& request) {
    if (request.target == "/busy") return reply(429, "", "Retry-After: 3600\r\n");
    return request.number == 2 ? ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", Then::reset}
                               : reply(request.number == 3 ? 503 : 200, "");
  });
  HttpClient client({}, kQuick);
  CHECK(answered(client.get({.url = server.url("/busy")}, {})).status == 429);
  CHECK(answered(client.get({.url = server.url("/")}, {})).attempts == 3);
}

TEST_CASE("a connection that is reset is tried again") {
  LoopbackServer server([](const ServerRequest& request) {
    if (request.number == 1) return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", Then::reset};
    return reply(200, "whole");
  });
  const auto answer = answered(get(server.url("/")));
  CHECK(answer.body == "whole");
  CHECK(answer.attempts == 2);
}

TEST_CASE("a connection that is closed without an answer is tried again") {
  LoopbackServer server([](const ServerRequest& request) {
    return request.number == 1 ? ServerReply{"", Then::close} : reply(200, "whole");
  });
  CHECK(answered(get(server.url("/"))).body == "whole");
}

TEST_CASE("a body that is always cut is a failure") {
  LoopbackServer server([](const ServerRequest&) {
    return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", Then::close};
  });
  const auto failure = failed(get(server.url("/v1?token=s3cret")));
  CHECK(failure.kind == Kind::broken);
  CHECK(failure.attempts == 4);
  CHECK(has(failure.message, "ended the connection in the middle of an answer"));
  CHECK_FALSE(has(failure.message, "s3cret"));
  CHECK(server.requests() == 4);
}

TEST_CASE("what is not HTTP is not tried again") {
  LoopbackServer server([](const ServerRequest&) { return ServerReply{"220 smtp.example ESMTP\r\n", Then::close}; });
  const auto failure = failed(get(server.url("/")));
  CHECK(failure.kind == Kind::broken);
  CHECK(has(failure.message, "is not HTTP"));
  CHECK(server.requests() == 1);
}

TEST_CASE("an answer that is too large") {
  const std::string body(1 << 20, 'x');
  LoopbackServer server([&](const ServerRequest&) { return reply(200, body); });
  const auto failure = failed(get(server.url("/"), {.max_answer_bytes = 64 << 10}));
  CHECK(failure.kind == Kind::too_large);
  CHECK(failure.attempts == 1);
  CHECK(has(failure.message, "64 KiB"));
  CHECK(server.requests() == 1);
  CHECK(answered(get(server.url("/"), {.max_answer_bytes = body.size()})).body == body);
}

TEST_CASE("an answer that never ends") {
  LoopbackServer server([](const ServerRequest&) {
    return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", Then::trickle};
  });
  HttpClient client({.request_timeout = milliseconds{100}}, {.max_attempts = 2, .base = milliseconds{1}});
  const auto failure = failed(client.get({.url = server.url("/")}, {}));
  CHECK(failure.kind == Kind::timeout);
  CHECK(failure.attempts == 2);
  CHECK(has(failure.message, "within 100 ms"));
  CHECK(server.requests() == 2);
}

TEST_CASE("an answer that stalls") {
  LoopbackServer server([](const ServerRequest&) {
    return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx", Then::silence};
  });
  HttpClient client({.request_timeout = milliseconds{0}, .stall_timeout = seconds{1}}, {.max_attempts = 1});
  const auto failure = failed(client.get({.url = server.url("/")}, {}));
  CHECK(failure.kind == Kind::timeout);
  CHECK(has(failure.message, "nothing came"));
}

TEST_CASE("a connection that is refused") {
  std::string url;
  std::uint16_t port = 0;
  {
    const LoopbackServer server([](const ServerRequest&) { return reply(200, ""); });
    url = server.url("/v1/catalog?token=s3cret");
    port = server.port();
  }
  const auto failure = failed(get(url));
  CHECK(failure.kind == Kind::connect);
  CHECK(failure.attempts == 4);
  CHECK(failure.message == "connection refused by 127.0.0.1:" + std::to_string(port));
}

TEST_CASE("a connection that does not come about") {
  // A full queue: the kernel drops what knocks until somebody accepts, which nobody does.
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  void* const place = &address;
  auto* const generic = static_cast<sockaddr*>(place);
  std::array<int, 9> fds{};
  for (int& fd : fds) fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(fds[0], generic, length) == 0);
  REQUIRE(::listen(fds[0], 0) == 0);
  REQUIRE(::getsockname(fds[0], generic, &length) == 0);
  for (std::size_t i = 1; i < fds.size(); ++i) static_cast<void>(::connect(fds[i], generic, length));

  HttpClient client({.connect_timeout = milliseconds{150}}, {.max_attempts = 2, .base = milliseconds{1}});
  const std::string where = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  const auto failure = failed(client.get({.url = "http://" + where + "/"}, {}));
  CHECK(failure.kind == Kind::timeout);
  CHECK(failure.attempts == 2);
  CHECK(failure.message == "no connection to " + where + " within 150 ms");
  for (const int fd : fds) ::close(fd);
}

TEST_CASE("a name that does not exist, and an address that is none") {
  const std::string where = std::string(64, 'a') + ":8500";  // a label too long to ask the DNS about
  const auto failure = failed(get("http://" + where + "/"));
  CHECK(failure.kind == Kind::connect);
  CHECK(failure.message == "the name of " + where + " cannot be resolved");
  CHECK(failed(get("http://a b/")).attempts == 1);
  CHECK(failed(get("ftp://127.0.0.1/")).attempts == 1);
}

TEST_CASE("redirects within the origin are followed, with the headers") {
  LoopbackServer server([](const ServerRequest& request) {
    CHECK(request.header("x-token") == "t0ken");
    if (request.target == "/a/b?x=1") return reply(301, "moved", "Location: ../c?y=2\r\n");
    if (request.target == "/c?y=2") {
      return reply(307, "", "Location: http://127.0.0.1:" + request.header("host").substr(10) + "/d e#f\r\n");
    }
    return reply(200, request.target);
  });
  HttpClient client({});
  const auto answer =
      answered(client.get({.url = server.url("/a/b?x=1"), .headers = {{"X-Token", Secret("t0ken")}}}, {}));
  CHECK(answer.status == 200);
  CHECK(answer.body == "/d%20e");
  CHECK(answer.attempts == 1);
  CHECK(server.requests() == 3);
  CHECK(server.connections() == 1);
}

TEST_CASE("redirects to another origin are refused") {
  LoopbackServer other([](const ServerRequest&) { return reply(200, "secrets welcome"); });
  std::string target;
  LoopbackServer server([&](const ServerRequest&) { return reply(302, "", "Location: " + target + "\r\n"); });
  const std::string port = std::to_string(server.port());
  const std::string other_port = std::to_string(other.port());
  struct Row {
    std::string location;
    std::string names;
  };
  const std::vector<Row> rows = {
      {"http://127.0.0.1:" + other_port + "/x?token=s3cret", "to http://127.0.0.1:" + other_port + ","},
      {"http://ada:s3cret@127.0.0.1:" + other_port + "/", "to http://127.0.0.1:" + other_port + ","},
      {"//127.0.0.1:" + other_port + "/", "to http://127.0.0.1:" + other_port + ","},
      {"https://127.0.0.1:" + port + "/", "to https://127.0.0.1:" + port + ","},
      {"http://localhost:" + port + "/", "to http://localhost:" + port + ","},
      {"http://127.0.0.1:" + port + "@evil.example/", "to http://evil.example:80,"},
      {"file:///etc/passwd", "to what is not an address"},
      {"gopher://s3cret.example/", "to gopher://s3cret.example"},
      {"http://[::1/", "to what is not an address"},
  };
  HttpClient client({.basic_user = "ada", .basic_password = Secret("s3cret")}, kQuick);
  for (const Row& row : rows) {
    CAPTURE(row.location);
    target = row.location;
    const auto failure = failed(client.get({.url = server.url("/"), .headers = {{"X-Token", Secret("t0ken")}}}, {}));
    CHECK(failure.kind == Kind::redirect);
    CHECK(failure.attempts == 1);
    CAPTURE(failure.message);
    CHECK(has(failure.message, row.names));
    CHECK_FALSE(has(failure.message, "s3cret@"));
    CHECK_FALSE(has(failure.message, "token"));
  }
  CHECK(other.requests() == 0);
  CHECK(other.connections() == 0);
}

TEST_CASE("a redirect's user name and password are not used") {
  LoopbackServer server([](const ServerRequest& request) {
    if (request.target == "/") {
      return reply(302, "", "Location: http://eve:pw@" + request.header("host") + "/next\r\n");
    }
    CHECK(request.header("authorization").empty());
    return reply(200, "ok");
  });
  CHECK(answered(get(server.url("/"))).body == "ok");
}

TEST_CASE("redirects that go round") {
  LoopbackServer server([](const ServerRequest&) { return reply(302, "", "Location: /\r\n"); });
  const auto failure = failed(get(server.url("/")));
  CHECK(failure.kind == Kind::redirect);
  CHECK(server.requests() == 6);
  LoopbackServer lost([](const ServerRequest&) { return reply(302, "no location"); });
  CHECK(answered(get(lost.url("/"))).status == 302);
}

/// gzip of one stored block, so that no compressor is needed.
std::string gzip(std::string_view text) {
  std::string bytes("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
  const auto append = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xffU);
  };
  const auto length = static_cast<std::uint32_t>(text.size());
  append(length, 2);
  append(~length, 2);
  bytes += text;
  std::uint32_t crc = ~0U;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  append(~crc, 4);
  append(length, 4);
  return bytes;
}

TEST_CASE("compressed answers") {
  const std::string text(5000, 'z');
  const std::string bytes = gzip(text);
  LoopbackServer server([&](const ServerRequest& request) {
    return reply(200, request.target == "/bad" ? "not gzip" : bytes, "Content-Encoding: gzip\r\n");
  });
  CHECK(answered(get(server.url("/"))).body == text);
  CHECK(failed(get(server.url("/"), {.max_answer_bytes = 4999})).kind == Kind::too_large);
  CHECK(failed(get(server.url("/bad"))).kind == Kind::broken);
}

TEST_CASE("stopped in the middle") {
  std::stop_source stop;
  std::atomic<int> held = 0;
  LoopbackServer server([&](const ServerRequest& request) {
    if (request.target == "/busy") return reply(503, "", "Retry-After: 25\r\n");
    if (++held == 3) stop.request_stop();
    return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", Then::silence};
  });
  HttpClient client({.window = 4});
  List list({server.url("/busy"), server.url("/"), server.url("/"), server.url("/"), server.url("/never")});
  const auto begin = std::chrono::steady_clock::now();
  client.run(list, stop.get_token());
  CHECK(std::chrono::steady_clock::now() - begin < seconds{5});
  CHECK(list.asked() == 4);
  CHECK(list.done_count() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(list.result(i).error().kind == Kind::interrupted);
  CHECK(failed(client.get({.url = server.url("/")}, stop.get_token())).kind == Kind::interrupted);
}

TEST_CASE("a client can be used after a run that ended early") {
  struct Thrower : HttpBatch {
    std::string url;
    int left = 8;
    std::optional<HttpRequest> next() override {
      return left-- > 0 ? std::optional(HttpRequest{.url = url}) : std::nullopt;
    }
    void done(HttpRequest, HttpResult) override { throw std::runtime_error("enough"); }
  } thrower;
  LoopbackServer server([](const ServerRequest&) { return reply(200, "ok"); });
  thrower.url = server.url("/");
  HttpClient client({.window = 4});
  for (int i = 0; i < 3; ++i) {
    thrower.left = 8;
    CHECK_THROWS_AS(client.run(thrower, {}), std::runtime_error);
    CHECK(answered(client.get({.url = server.url("/")}, {})).body == "ok");
  }
  HttpClient moved = std::move(client);
  CHECK(answered(moved.get({.url = server.url("/")}, {})).body == "ok");
}

TEST_CASE("a batch that uses its own client is told so") {
  struct Nested : HttpBatch {
    HttpClient* client = nullptr;
    std::string url;
    bool asked = false;
    std::optional<HttpRequest> next() override {
      return std::exchange(asked, true) ? std::nullopt : std::optional(HttpRequest{.url = url});
    }
    void done(HttpRequest, HttpResult) override { client->get({.url = url}, {}); }
  } nested;
  LoopbackServer server([](const ServerRequest&) { return reply(200, "ok"); });
  HttpClient client({});
  nested.client = &client;
  nested.url = server.url("/");
  CHECK_THROWS_AS(client.run(nested, {}), Error);
  CHECK(answered(client.get({.url = server.url("/")}, {})).body == "ok");
}

/// A directory that is gone afterwards.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "r2i-net-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

TEST_CASE("unix sockets") {
  const TemporaryDirectory directory;
  const std::string path = directory / "consul.sock";
  LoopbackServer server([](const ServerRequest& request) { return reply(200, request.header("host")); }, path);
  CHECK(answered(get("http://consul/v1/x", {.unix_socket = path})).body == "consul");
  const std::string missing = directory / "missing.sock";
  const auto failure = failed(get("http://consul/v1/x", {.unix_socket = missing}));
  CHECK(failure.kind == Kind::connect);
  CHECK(failure.message == "cannot connect to the socket " + missing + ": No such file or directory");
}

TEST_CASE("a proxy is asked for every host, and not for loopback if it is the environment's") {
  LoopbackServer proxy([](const ServerRequest& request) { return reply(200, request.target); });
  LoopbackServer server([](const ServerRequest&) { return reply(200, "direct"); });
  const std::string address = proxy.url("");
  CHECK(answered(get("http://consul.invalid:8500/v1", {.proxy = address})).body == "http://consul.invalid:8500/v1");
  CHECK(answered(get(server.url("/v1"), {.proxy = address})).body == server.url("/v1"));
  ::setenv("http_proxy", address.c_str(), 1);
  CHECK(answered(get("http://consul.invalid:8500/v1")).body == "http://consul.invalid:8500/v1");
  CHECK(answered(get(server.url("/v1"))).body == "direct");
  ::unsetenv("http_proxy");
}

TEST_CASE("a server that closes every connection") {
  LoopbackServer server([](const ServerRequest&) {
    return ServerReply{"HTTP/1.0 200 OK\r\n\r\nuntil the end", Then::close};
  });
  List list(20, server.url("/"));
  HttpClient({.window = 4}).run(list, {});
  for (std::size_t i = 0; i < 20; ++i) CHECK(list.result(i)->body == "until the end");
}

}  // namespace
}  // namespace r2i::net
