#include "kube/credentials.hpp"

#include "unit/kube/world.hpp"

#include "base/timestamp.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace r2i::kube {
namespace {

using std::chrono::seconds;
using testing::TempDir;

/// A plugin that counts its runs and gives `status`, in which the shell replaces $n by their number.
Connection with_plugin(const TempDir& dir, const std::string& status) {
  const std::string path = dir.write(
      "plugin", "#!/bin/sh\nn=$(cat " + dir.path("runs") + "); n=$((n + 1)); echo $n > " + dir.path("runs") +
                    "\ncat <<END\n{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\"," +
                    "\"status\":" + status + "}\nEND\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  dir.write("runs", "0");
  Connection connection{.who = "user \"u\""};
  connection.exec =
      ExecEntry{.api_version = "client.authentication.k8s.io/v1", .command = path, .interactive_mode = "Never"};
  return connection;
}

TEST_CASE("credentials: what never changes") {
  World world;
  const Connection connection{.who = "user \"u\"", .token = Secret("t")};
  Credentials credentials(connection, world.context.now);
  CHECK_FALSE(credentials.is_due());
  CHECK_FALSE(credentials.may_change());
  credentials.judged(0, false);
  CHECK_FALSE(credentials.is_due());
  CHECK(credentials.token().reveal() == "t");
  CHECK(credentials.describe() == "the token of user \"u\"");
}

TEST_CASE("credentials: a plugin is run when it is needed, and kept until its credentials end") {
  World world;
  const TempDir dir;
  const auto end = timestamp(world.now + seconds{100});
  const Connection connection = with_plugin(dir, R"({"token":"t$n","expirationTimestamp":")" + end + "\"}");
  Credentials credentials(connection, world.context.now);
  CHECK(credentials.is_due());
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.token().reveal() == "t1");
  const unsigned generation = credentials.generation();
  CHECK_FALSE(credentials.is_due());
  world.now += seconds{80};
  CHECK_FALSE(credentials.is_due());
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.token().reveal() == "t1");
  world.now += seconds{11};
  CHECK(credentials.is_due());
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.token().reveal() == "t2");
  CHECK(credentials.generation() > generation);
  // They have ended already: the plugin is not run for each request.
  world.now += seconds{1000};
  REQUIRE(credentials.refresh({}).has_value());
  CHECK_FALSE(credentials.is_due());
  CHECK(has(credentials.describe(), "the credentials of the plugin"));
}

TEST_CASE("credentials: a plugin without an end is run once, and once more when it is refused") {
  World world;
  const TempDir dir;
  const Connection connection = with_plugin(dir, R"({"token":"t$n"})");
  Credentials credentials(connection, world.context.now);
  REQUIRE(credentials.refresh({}).has_value());
  world.now += std::chrono::hours{100};
  CHECK_FALSE(credentials.is_due());
  credentials.judged(credentials.generation(), false);
  CHECK(credentials.is_due());
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.token().reveal() == "t2");
  credentials.judged(credentials.generation() - 1, false);  // of a request that was on its way before
  CHECK_FALSE(credentials.is_due());
  credentials.judged(credentials.generation(), false);
  CHECK_FALSE(credentials.may_change());
  CHECK_FALSE(credentials.is_due());
  credentials.judged(credentials.generation(), true);  // what works may be refused later
  CHECK(credentials.may_change());
}

TEST_CASE("credentials: a plugin that fails says so, and is tried again") {
  World world;
  const TempDir dir;
  Connection connection = with_plugin(dir, "{}");
  Credentials credentials(connection, world.context.now);
  const auto refreshed = credentials.refresh({});
  REQUIRE_FALSE(refreshed.has_value());
  CHECK(has(refreshed.error(), "neither a token nor a client certificate"));
  CHECK(credentials.is_due());
}

TEST_CASE("credentials: a token file is read again each minute, and when the token is refused") {
  World world;
  const TempDir dir;
  const Connection connection{.who = "pod", .token = Secret("one"), .token_file = dir.write("token", "two\n")};
  Credentials credentials(connection, world.context.now);
  CHECK_FALSE(credentials.is_due());
  CHECK(credentials.token().reveal() == "one");
  world.now += seconds{60};
  CHECK(credentials.is_due());
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.token().reveal() == "two");
  dir.write("token", "three");
  credentials.judged(credentials.generation(), false);
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.token().reveal() == "three");
  // The same token once more is no new one; a file that has gone leaves the old one.
  const unsigned generation = credentials.generation();
  credentials.judged(generation, false);
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.generation() == generation);
  std::filesystem::remove(dir.path("token"));
  world.now += seconds{60};
  REQUIRE(credentials.refresh({}).has_value());
  CHECK(credentials.token().reveal() == "three");
  CHECK(credentials.describe() == "the token in " + dir.path("token"));
}

}  // namespace
}  // namespace r2i::kube
