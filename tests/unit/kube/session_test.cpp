#include "kube/session.hpp"

#include "unit/kube/world.hpp"

#include "model/codes.hpp"
#include "support/loopback_server.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace r2i::kube {
namespace {

using std::chrono::seconds;
using testing::LoopbackServer;
using testing::reply;
using testing::ServerRequest;
using testing::TempDir;

/// Accepts one token, and counts what it refuses.
class Guard {
 public:
  explicit Guard(std::string token) : token_(std::move(token)) {}
  testing::ServerReply operator()(const ServerRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.header("authorization") == "Bearer " + token_) return reply(200, request.target);
    ++refused;
    return reply(401, "Unauthorized");
  }
  void change(std::string token) {
    const std::lock_guard lock(mutex_);
    token_ = std::move(token);
  }
  int refused = 0;

 private:
  std::mutex mutex_;
  std::string token_;
};

/// How many of `count` requests are answered with 200.
std::size_t succeeded(Session& session, std::size_t count) {
  std::vector<net::HttpRequest> requests;
  for (std::size_t i = 0; i < count; ++i) requests.push_back(session.request("/" + std::to_string(i)));
  const auto results = session.run_all(std::move(requests));
  std::size_t good = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (results[i] && results[i]->status == 200 && results[i]->body == "/" + std::to_string(i)) ++good;
  }
  return good;
}

std::string plugin(const TempDir& dir, const std::string& token) {
  const std::string path = dir.write(
      "plugin", "#!/bin/sh\necho run >> " + dir.path("runs") +
                    "\necho '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\"," +
                    "\"status\":{\"token\":\"" + token + "\"}}'\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

Connection with_plugin(const LoopbackServer& server, const std::string& path) {
  Connection connection{.server = server.url("")};
  connection.exec =
      ExecEntry{.api_version = "client.authentication.k8s.io/v1", .command = path, .interactive_mode = "Never"};
  return connection;
}

TEST_CASE("session: what is sent") {
  LoopbackServer server([](const ServerRequest& request) {
    CHECK(request.header("authorization") == "Bearer tok");
    CHECK(request.header("impersonate-user") == "bob");
    CHECK(request.header("accept") == "application/json");
    CHECK(request.header("accept-encoding") == "identity");
    return reply(200, request.target);
  });
  World world;
  Session session(world.context,
                  {.server = server.url(""),
                   .compressed = false,
                   .token = Secret("tok"),
                   .impersonation = {{"Impersonate-User", Secret("bob")}}},
                  4, seconds{60});
  CHECK(succeeded(session, 20) == 20);
}

TEST_CASE("session: a token file that was replaced is read again when the old token is refused") {
  const TempDir dir;
  Guard guard("two");
  LoopbackServer server(std::ref(guard));
  World world;
  Session session(world.context,
                  {.server = server.url(""), .token = Secret("one"), .token_file = dir.write("token", "two")}, 8,
                  seconds{60});
  CHECK(succeeded(session, 100) == 100);
  CHECK(guard.refused <= 8);
  // Now nothing helps: each request is refused, and not sent again, since there is no other token.
  guard.change("three");
  guard.refused = 0;
  CHECK(succeeded(session, 10) == 0);
  CHECK(guard.refused == 10);
  dir.write("token", "three");
  world.now += seconds{61};
  guard.refused = 0;
  CHECK(succeeded(session, 10) == 10);
  CHECK(guard.refused == 0);
}

TEST_CASE("session: a plugin is run once for all requests, and once more when its token is refused") {
  const TempDir dir;
  Guard guard("good");
  LoopbackServer server(std::ref(guard));
  World world;
  Session session(world.context, with_plugin(server, plugin(dir, "good")), 8, seconds{60});
  CHECK(succeeded(session, 50) == 50);
  CHECK(dir.read("runs") == "run\n");
  guard.change("better");
  plugin(dir, "better");
  CHECK(succeeded(session, 50) == 50);
  CHECK(dir.read("runs") == "run\nrun\n");
}

TEST_CASE("session: a plugin whose tokens are never accepted is not run for each request") {
  const TempDir dir;
  Guard guard("good");
  LoopbackServer server(std::ref(guard));
  World world;
  Session session(world.context, with_plugin(server, plugin(dir, "bad")), 2, seconds{60});
  CHECK(succeeded(session, 50) == 0);
  CHECK(dir.read("runs") == "run\nrun\n");
}

TEST_CASE("session: without credentials nothing is sent") {
  LoopbackServer server([](const ServerRequest&) { return reply(200, ""); });
  World world;
  Session session(world.context, with_plugin(server, "/nonexistent/plugin"), 2, seconds{60});
  const auto results = session.run_all({session.request("/a"), session.request("/b")});
  for (const auto& result : results) {
    REQUIRE_FALSE(result.has_value());
    CHECK(has(result.error().message, "there is no such program"));
  }
  CHECK(server.requests() == 0);
}

TEST_CASE("session: warnings are shown once each") {
  LoopbackServer server([](const ServerRequest& request) {
    return reply(200, request.target,
                 "Warning: 299 - \"old API\", 299 - \"soon\x1b[0m\"\r\nWarning: 299 - \"old API\"\r\n");
  });
  World world;
  Session session(world.context, {.server = server.url("")}, 4, seconds{60});
  CHECK(succeeded(session, 10) == 10);
  CHECK(world.diagnostics.codes() == "4003 4003");
  CHECK(world.diagnostics.all.at(0).message == "old API");
  CHECK_FALSE(has(world.diagnostics.all.at(1).message, "\x1b"));
}

TEST_CASE("session: an interruption") {
  World world;
  LoopbackServer server([&](const ServerRequest&) {
    world.stop.request_stop();
    return testing::ServerReply{"", testing::ServerReply::Then::silence};
  });
  Session session(world.context, {.server = server.url("")}, 4, seconds{60});
  try {
    session.run_all({session.request("/a"), session.request("/b")});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::interrupted);
  }
}

}  // namespace
}  // namespace r2i::kube
