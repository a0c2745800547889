#include "sources/consul_options.hpp"

#include "sources/secret_file.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources::consul {
namespace {

using Texts = std::map<std::string, std::string>;
using Variables = std::map<std::string, std::string, std::less<>>;

SourceSpec a_spec(std::vector<std::string> addresses, Texts values = {}) {
  SourceSpec spec;
  spec.kind = "consul";
  spec.name = "consul";
  spec.text = "consul";
  spec.addresses = std::move(addresses);
  spec.values = std::move(values);
  return spec;
}

Options options_of(const SourceSpec& spec, const Variables& variables = {}, const FetchOptions& fetch = {}) {
  const Environment environment(variables);
  return read_options(spec, fetch, Values(spec, environment), environment);
}

std::string usage_error(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "taken";
}

TEST_CASE("consul options: without anything, the local agent and Consul's defaults") {
  const Options options = options_of(a_spec({}));
  REQUIRE(options.agents.size() == 1);
  CHECK(options.agents[0].base_url == "http://127.0.0.1:8500");
  CHECK(options.agents[0].display == "http://127.0.0.1:8500");
  CHECK(options.agents[0].http.request_timeout == std::chrono::seconds(30));
  CHECK(options.agents[0].http.window == 16);
  CHECK(options.agents[0].http.unix_socket.empty());
  CHECK(options.agents[0].http.basic_user.empty());
  CHECK(options.agents[0].http.verify_tls);
  CHECK(options.verify_tls);
  CHECK(options.datacenters.empty());
  CHECK(options.local_datacenter.empty());
  CHECK(options.consistency == Consistency::stale);
  CHECK(options.max_stale == std::chrono::seconds(5));
  CHECK_FALSE(options.trust_view);
  CHECK_FALSE(options.emulator);
}

TEST_CASE("consul options: addresses") {
  struct Row {
    std::string address;
    Variables variables;
    std::string base_url;
  };
  const std::vector<Row> rows = {
      {"c", {}, "http://c:8500"},
      {"c:1234", {}, "http://c:1234"},
      {"http://c", {}, "http://c:80"},
      {"https://c", {}, "https://c:443"},
      {"https://c:8501/prefix/", {}, "https://c:8501/prefix"},
      {"[::1]:8500", {}, "http://[::1]:8500"},
      {"https://[2001:db8::1]:8501", {}, "https://[2001:db8::1]:8501"},
      {"c:8501", {{"CONSUL_HTTP_SSL", "true"}}, "https://c:8501"},
      {"http://c:8501", {{"CONSUL_HTTP_SSL", "1"}}, "https://c:8501"},
      {"https://c:8501", {{"CONSUL_HTTP_SSL", "false"}}, "https://c:8501"},
      {"c", {{"CONSUL_HTTP_ADDR", "other:1"}}, "http://c:8500"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.address);
    const Options options = options_of(a_spec({row.address}), row.variables);
    CHECK(options.agents.at(0).base_url == row.base_url);
    CHECK(options.agents.at(0).display == row.base_url);
  }
  CHECK(options_of(a_spec({}), {{"CONSUL_HTTP_ADDR", "https://c:8501"}}).agents.at(0).base_url == "https://c:8501");
  CHECK(options_of(a_spec({"a", "b"})).agents.size() == 2);
}

TEST_CASE("consul options: a unix socket") {
  const Options options = options_of(a_spec({"unix:///run/consul.sock"}));
  CHECK(options.agents.at(0).http.unix_socket == "/run/consul.sock");
  CHECK(options.agents.at(0).base_url == "http://localhost");
  CHECK(options.agents.at(0).display == "unix:///run/consul.sock");
}

TEST_CASE("consul options: addresses that are none are the user's mistake, without their password") {
  for (const std::string address : {"ftp://user:hunter2@c", "http://user:hunter2@", "http://user:hunter2@c:99999"}) {
    CAPTURE(address);
    const std::string error = usage_error([&] { options_of(a_spec({address})); });
    CHECK(error != "taken");
    CHECK(error.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("consul options: basic authentication from the variable, and before it from the address") {
  const Variables variables = {{"CONSUL_HTTP_AUTH", "joe:pw:x"}};
  const net::HttpOptions from_variable = options_of(a_spec({"http://c"}), variables).agents.at(0).http;
  CHECK(from_variable.basic_user == "joe");
  CHECK(from_variable.basic_password.reveal() == "pw:x");
  const Options from_address = options_of(a_spec({"http://ann:p%40w@c"}), variables);
  CHECK(from_address.agents.at(0).http.basic_user == "ann");
  CHECK(from_address.agents.at(0).http.basic_password.reveal() == "p@w");
  CHECK(from_address.agents.at(0).display == "http://c:80");
  CHECK(options_of(a_spec({}), {{"CONSUL_HTTP_AUTH", "joe"}}).agents.at(0).http.basic_user == "joe");
}

TEST_CASE("consul options: TLS from the address's settings, else from Consul's variables") {
  const Variables variables = {{"CONSUL_CACERT", "/v/ca.pem"},
                               {"CONSUL_CAPATH", "/v/ca"},
                               {"CONSUL_CLIENT_CERT", "/v/cert.pem"},
                               {"CONSUL_CLIENT_KEY", "/v/key.pem"},
                               {"CONSUL_TLS_SERVER_NAME", "v.consul"}};
  const net::HttpOptions by_variable = options_of(a_spec({}), variables).agents.at(0).http;
  CHECK(by_variable.ca_file == "/v/ca.pem");
  CHECK(by_variable.ca_dir == "/v/ca");
  CHECK(by_variable.client_cert == "/v/cert.pem");
  CHECK(by_variable.client_key == "/v/key.pem");
  CHECK(by_variable.tls_server_name == "v.consul");
  const Texts values = {{"caFile", "a.pem"}, {"certFile", "b.pem"}, {"keyFile", "c.pem"}, {"tlsServerName", "d"}};
  const net::HttpOptions by_address = options_of(a_spec({}, values), variables).agents.at(0).http;
  CHECK(by_address.ca_file == "a.pem");
  CHECK(by_address.client_cert == "b.pem");
  CHECK(by_address.client_key == "c.pem");
  CHECK(by_address.tls_server_name == "d");
}

TEST_CASE("consul options: certificate and key come together") {
  CHECK(usage_error([] {
          options_of(a_spec({}, {{"certFile", "a"}}));
        }).find("certificate and key must both be given") != std::string::npos);
  CHECK(usage_error([] {
          options_of(a_spec({}), {{"CONSUL_CLIENT_KEY", "a"}});
        }).find("CONSUL_CLIENT") != std::string::npos);
}

TEST_CASE("consul options: whether to verify") {
  struct Row {
    Texts values;
    Variables variables;
    bool verify;
  };
  const std::vector<Row> rows = {
      {{}, {}, true},
      {{{"insecureSkipVerify", "true"}}, {}, false},
      {{}, {{"CONSUL_HTTP_SSL_VERIFY", "false"}}, false},
      {{}, {{"CONSUL_HTTP_SSL_VERIFY", "true"}}, true},
      {{}, {{"CONSUL_HTTP_SSL_VERIFY", ""}}, true},
      {{{"insecureSkipVerify", "false"}}, {{"CONSUL_HTTP_SSL_VERIFY", "false"}}, true},
  };
  for (const Row& row : rows) {
    const Options options = options_of(a_spec({}, row.values), row.variables);
    CHECK(options.verify_tls == row.verify);
    CHECK(options.agents.at(0).http.verify_tls == row.verify);
  }
  CHECK(usage_error([] {
          options_of(a_spec({}), {{"CONSUL_HTTP_SSL_VERIFY", "no"}});
        }) == "CONSUL_HTTP_SSL_VERIFY: expected true or false, got \"no\"");
  CHECK(usage_error([] {
          options_of(a_spec({}), {{"CONSUL_HTTP_SSL", "yes"}});
        }) == "CONSUL_HTTP_SSL: expected true or false, got \"yes\"");
}

TEST_CASE("consul options: what to read") {
  const Options options = options_of(a_spec({}, {{"datacenter", "dc2,dc1,dc2"},
                                                 {"localDatacenter", "dc1"},
                                                 {"peer", "east"},
                                                 {"filter", "f"},
                                                 {"serviceFilter", "sf"},
                                                 {"nodeMeta", "a:b,c:d"},
                                                 {"consistency", "consistent"},
                                                 {"maxStale", "10s"},
                                                 {"trustView", "true"},
                                                 {"emulator", "1"},
                                                 {"maxAnswerBytes", "1000"}}),
                                     {{"CONSUL_NAMESPACE", "ns"}, {"CONSUL_PARTITION", "p"}});
  CHECK(options.datacenters == std::vector<std::string>{"dc1", "dc2"});
  CHECK(options.local_datacenter == "dc1");
  CHECK(options.nspace == "ns");
  CHECK(options.partition == "p");
  CHECK(options.peer == "east");
  CHECK(options.filter == "f");
  CHECK(options.service_filter == "sf");
  CHECK(options.node_meta == std::vector<std::string>{"a:b", "c:d"});
  CHECK(options.consistency == Consistency::consistent);
  CHECK(options.max_stale == std::chrono::seconds(10));
  CHECK(options.trust_view);
  CHECK(options.emulator);
  CHECK(options.agents.at(0).http.max_answer_bytes == 1000);
  CHECK(usage_error([] {
          options_of(a_spec({}, {{"consistency", "weak"}}));
        }).find("stale, default, consistent") != std::string::npos);
}

TEST_CASE("consul options: timeout and parallelism are those of the command") {
  FetchOptions fetch;
  fetch.request_timeout = std::chrono::seconds(7);
  fetch.parallelism = 3;
  const net::HttpOptions http = options_of(a_spec({}), {}, fetch).agents.at(0).http;
  CHECK(http.request_timeout == std::chrono::seconds(7));
  CHECK(http.window == 3);
}

SecretFile token_of(const Texts& values, const Variables& variables) {
  const SourceSpec spec = a_spec({}, values);
  const Environment environment(variables);
  return {Values(spec, environment), "tokenFile", "token"};
}

TEST_CASE("consul token: the file before the variable, trimmed; an empty file gives way") {
  const testing::TempDir dir;
  const std::string file = dir.write("token", " abc \n");
  const std::string other = dir.write("other", "def");
  const std::string empty = dir.write("empty", "\n");
  CHECK(token_of({}, {}).value().empty());
  CHECK(token_of({}, {{"CONSUL_HTTP_TOKEN", "env"}}).value().reveal() == "env");
  CHECK(token_of({{"tokenFile", file}}, {{"CONSUL_HTTP_TOKEN", "env"}}).value().reveal() == "abc");
  CHECK(token_of({}, {{"CONSUL_HTTP_TOKEN_FILE", other}, {"CONSUL_HTTP_TOKEN", "env"}}).value().reveal() == "def");
  CHECK(token_of({{"tokenFile", file}}, {{"CONSUL_HTTP_TOKEN_FILE", other}}).value().reveal() == "abc");
  CHECK(token_of({{"tokenFile", empty}}, {{"CONSUL_HTTP_TOKEN", "env"}}).value().reveal() == "env");
}

TEST_CASE("consul token: a file that cannot be read is the user's mistake") {
  const testing::TempDir dir;
  const std::string missing = dir.path("missing");
  CHECK(usage_error([&] {
          token_of({{"tokenFile", missing}}, {});
        }) == fmt::format("consul: tokenFile: cannot read {}: No such file or directory", missing));
  CHECK(usage_error([&] {
          token_of({}, {{"CONSUL_HTTP_TOKEN_FILE", missing}});
        }).find("CONSUL_HTTP_TOKEN_FILE") != std::string::npos);
}

TEST_CASE("consul token: is read again when it has changed") {
  const testing::TempDir dir;
  const std::string file = dir.write("token", "old");
  SecretFile token = token_of({{"tokenFile", file}}, {});
  CHECK_FALSE(token.reload());
  dir.write("token", "new\n");
  CHECK(token.reload());
  CHECK(token.value().reveal() == "new");
  CHECK_FALSE(token.reload());
  dir.write("token", "");
  CHECK_FALSE(token.reload());
  CHECK(token.value().reveal() == "new");
  CHECK_FALSE(token_of({}, {{"CONSUL_HTTP_TOKEN", "env"}}).reload());
}

}  // namespace
}  // namespace r2i::sources::consul
