#include "model/service.hpp"

#include "model/secrets.hpp"
#include "model/snapshot.hpp"
#include "support/services.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

using testing::a_scope;
using testing::a_service;

TEST_CASE("health: each state has one name, and comes in the order of its weight") {
  const std::vector<std::pair<Health, std::string_view>> rows = {{Health::passing, "passing"},
                                                                 {Health::warning, "warning"},
                                                                 {Health::critical, "critical"},
                                                                 {Health::maintenance, "maintenance"},
                                                                 {Health::disabled, "disabled"}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(to_string(rows[i].first) == rows[i].second);
    CHECK(health_from(rows[i].second) == rows[i].first);
    if (i > 0) CHECK(rows[i - 1].first < rows[i].first);
  }
  CHECK_FALSE(health_from("Passing"));
  CHECK_FALSE(health_from(""));
}

TEST_CASE("pairs: the first value of a key") {
  const Pairs pairs = {{"a", "1"}, {"b", ""}, {"a", "2"}};
  CHECK(find_value(pairs, "a") == "1");
  CHECK(find_value(pairs, "b") == "");
  CHECK_FALSE(find_value(pairs, "A"));
}

TEST_CASE("service: is called by its own name and its scope, harmlessly") {
  CHECK(a_service("pay", {}).display() == "service \"pay\" of consul/dc1");
  CHECK(a_service("a\n\"b", {}).display() == R"(service "a\n\"b" of consul/dc1)");
}

TEST_CASE("snapshot: services are ordered by scope, name, namespace and group, by bytes") {
  const auto order = [](const Service& a, const Service& b) {
    return snapshot_order(a, b) ? -1 : snapshot_order(b, a) ? 1 : 0;
  };
  Service first = a_service("b", {}, a_scope("consul", "dc1"));
  CHECK(order(first, a_service("a", {}, a_scope("consul", "dc2"))) == -1);
  CHECK(order(first, a_service("a", {}, a_scope("consul", "dc1"))) == 1);
  CHECK(order(first, a_service("B", {}, a_scope("consul", "dc1"))) == 1);
  CHECK(order(first, a_service("b", {}, a_scope("consul", "dc1"))) == 0);
  Service other = a_service("b", {}, a_scope("consul", "dc1"));
  other.group = "g";
  CHECK(order(first, other) == -1);
}

TEST_CASE("secrets: by the key's name") {
  for (const std::string_view key : {"password", "db_password", "DB-Password", "PASSWD", "pwd", "passphrase", "secret",
                                     "client.secret", "token", "X-Auth-Token", "api_key", "apikey", "accessKeyId",
                                     "private-key", "credentials", "Authorization", "signing_key"}) {
    CAPTURE(key);
    CHECK(is_secret_key(key));
  }
  for (const std::string_view key : {"", "version", "env", "key", "pass", "path", "author", "owner", "keyspace"}) {
    CAPTURE(key);
    CHECK_FALSE(is_secret_key(key));
  }
}

TEST_CASE("secrets: by the value's looks") {
  for (const std::string_view value :
       {"-----BEGIN RSA PRIVATE KEY-----\nMII", "eyJhbGciOiJIUzI1NiJ9.e30.x", "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE", "postgres://user:pw@db/x", "amqp://:pw@mq"}) {
    CAPTURE(value);
    CHECK(is_secret_value(value));
  }
  for (const std::string_view value : {"", "v1", "AKIA", "AKIAIOSFODNN7EXAMPLE0", "http://db:5432/x", "http://user@db/",
                                       "http://db/?at=a@b:c", "http://h/a:b@c", "-----BEGIN CERTIFICATE-----"}) {
    CAPTURE(value);
    CHECK_FALSE(is_secret_value(value));
  }
}

TEST_CASE("redaction: metadata and tags, each value once") {
  Service service = a_service("pay", {testing::an_instance("10.0.0.1")});
  service.metadata = {{"owner", "team"}, {"token", "abc"}};
  service.instances[0].metadata = {{"dsn", "mysql://u:p@db/x"}, {"version", "1"}, {"password", ""}};
  service.instances[0].tags = {"canary",    "token=abc",         "api_key|xyz",
                               "version=1", "url=http://u:p@h/", "eyJhbGciOiJIUzI1"};
  CHECK(redact(service) == 7);
  CHECK(service.metadata == Pairs{{"owner", "team"}, {"token", "<redacted>"}});
  CHECK(service.instances[0].metadata == Pairs{{"dsn", "<redacted>"}, {"version", "1"}, {"password", "<redacted>"}});
  CHECK(service.instances[0].tags == std::vector<std::string>{"canary", "token=<redacted>", "api_key|<redacted>",
                                                              "version=1", "url=<redacted>", "<redacted>"});
  CHECK(redact(service) == 0);
}

}  // namespace
}  // namespace r2i
