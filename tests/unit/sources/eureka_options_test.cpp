#include "sources/eureka_options.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources::eureka {
namespace {

using Texts = std::map<std::string, std::string>;
using Variables = std::map<std::string, std::string, std::less<>>;

SourceSpec a_spec(std::vector<std::string> addresses, Texts values = {}) {
  SourceSpec spec;
  spec.kind = "eureka";
  spec.name = "eureka";
  spec.text = "eureka";
  spec.addresses = std::move(addresses);
  spec.values = std::move(values);
  return spec;
}

Options options_of(const SourceSpec& spec, const Variables& variables = {}) {
  const Environment environment(variables);
  return read_options(spec, {}, Values(spec, environment), environment);
}

std::string usage_error(const SourceSpec& spec, const Variables& variables = {}) {
  try {
    (void)options_of(spec, variables);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "taken";
}

TEST_CASE("eureka options: without anything, the server of this machine") {
  const Options options = options_of(a_spec({}));
  REQUIRE(options.peers.size() == 1);
  CHECK(options.peers[0].base_url == "http://127.0.0.1:8761/eureka");
  CHECK(options.peers[0].display == "http://127.0.0.1:8761/eureka");
  CHECK(options.peers[0].http.verify_tls);
  CHECK(options.verify_tls);
  CHECK(options.vips.empty());
  CHECK(options.reading.address == AddressChoice::ip);
  CHECK(options.reading.region.empty());
  CHECK(options.warm_up == std::chrono::minutes(3));
  CHECK_FALSE(options.trust_empty);
}

TEST_CASE("eureka options: addresses as people write them") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"http://e:8761/eureka", "http://e:8761/eureka"},
      {"http://e:8761/eureka/", "http://e:8761/eureka"},
      {"http://e:8761/eureka/apps", "http://e:8761/eureka"},
      {"http://e:8761/eureka/apps/", "http://e:8761/eureka"},
      {"http://e:8761/eureka//apps/", "http://e:8761/eureka"},
      {"http://e:8080/eureka/v2", "http://e:8080/eureka/v2"},
      {"http://e:8080/eureka/v2/", "http://e:8080/eureka/v2"},
      {"http://e:8080/eureka/v2/apps", "http://e:8080/eureka/v2"},
      {"https://gateway/eureka/api/apps", "https://gateway:443/eureka/api"},
      {"http://e:8761", "http://e:8761/eureka"},
      {"http://e:8761/", "http://e:8761/eureka"},
      {"http://e:8761/apps", "http://e:8761"},
      {"http://e:8761/context/eureka", "http://e:8761/context/eureka"},
      {"http://e:8761/webapps", "http://e:8761/webapps"},
      {"e", "http://e:8761/eureka"},
      {"e:1234/eureka", "http://e:1234/eureka"},
      {"http://[::1]:8761/eureka/", "http://[::1]:8761/eureka"},
  };
  for (const auto& [address, base] : rows) {
    CAPTURE(address);
    const Options options = options_of(a_spec({address}));
    REQUIRE(options.peers.size() == 1);
    CHECK(options.peers[0].base_url == base);
    CHECK(options.peers[0].display == base);
  }
  const Options by_socket = options_of(a_spec({"unix:///run/eureka.sock"}));
  CHECK(by_socket.peers[0].http.unix_socket == "/run/eureka.sock");
  CHECK(by_socket.peers[0].base_url == "http://localhost/eureka");
  CHECK(by_socket.peers[0].display == "unix:///run/eureka.sock");
}

TEST_CASE("eureka options: the user of an address is its own, and is not shown") {
  const Options options = options_of(a_spec({"http://user:p%40ss@e1:8761/eureka", "http://e2:8761/eureka"}));
  REQUIRE(options.peers.size() == 2);
  CHECK(options.peers[0].http.basic_user == "user");
  CHECK(options.peers[0].http.basic_password.reveal() == "p@ss");
  CHECK(display_of(options.peers) == "http://e1:8761/eureka,http://e2:8761/eureka");
  CHECK(options.peers[1].http.basic_user.empty());
}

TEST_CASE("eureka options: the variable that Spring's clients read") {
  const Variables variables = {
      {"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", "http://u:p@e1:8761/eureka/, http://e2:8761/eureka/,"}};
  const Options options = options_of(a_spec({}), variables);
  REQUIRE(options.peers.size() == 2);
  CHECK(options.peers[0].base_url == "http://e1:8761/eureka");
  CHECK(options.peers[0].http.basic_user == "u");
  CHECK(options.peers[1].base_url == "http://e2:8761/eureka");
  CHECK(options_of(a_spec({"http://given:1/eureka"}), variables).peers[0].base_url == "http://given:1/eureka");
  CHECK(options_of(a_spec({}), {{"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", " , "}}).peers[0].base_url ==
        "http://127.0.0.1:8761/eureka");
  CHECK(usage_error(a_spec({}), {{"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", "ftp://secret@e"}}) ==
        "eureka: EUREKA_CLIENT_SERVICEURL_DEFAULTZONE: unknown scheme \"ftp\": http, https or unix");
}

TEST_CASE("eureka options: every setting") {
  const Options options = options_of(a_spec({"https://e/eureka"}, {{"vip", "web, pay,web"},
                                                                   {"instanceAddress", "host"},
                                                                   {"region", "eu"},
                                                                   {"warmUp", "90s"},
                                                                   {"trustEmpty", "true"},
                                                                   {"certFile", "c.pem"},
                                                                   {"keyFile", "k.pem"},
                                                                   {"caFile", "ca.pem"},
                                                                   {"caDir", "cas"},
                                                                   {"tlsServerName", "eureka.test"},
                                                                   {"insecureSkipVerify", "true"},
                                                                   {"maxAnswerBytes", "1000"}}));
  CHECK(options.vips == std::vector<std::string>{"pay", "web"});
  CHECK(options.reading.address == AddressChoice::host);
  CHECK(options.reading.region == "eu");
  CHECK(options.warm_up == std::chrono::seconds(90));
  CHECK(options.trust_empty);
  CHECK_FALSE(options.verify_tls);
  const net::HttpOptions& http = options.peers[0].http;
  CHECK_FALSE(http.verify_tls);
  CHECK(http.client_cert == "c.pem");
  CHECK(http.client_key == "k.pem");
  CHECK(http.ca_file == "ca.pem");
  CHECK(http.ca_dir == "cas");
  CHECK(http.tls_server_name == "eureka.test");
  CHECK(http.max_answer_bytes == 1000);
  CHECK(options_of(a_spec({}, {{"instanceAddress", "public-ip"}})).reading.address == AddressChoice::public_ip);
  CHECK(options_of(a_spec({}, {{"warmUp", "0"}})).warm_up.count() == 0);
}

TEST_CASE("eureka options: what is wrong is said with its name") {
  const std::vector<std::pair<Texts, std::string>> rows = {
      {{{"warmUp", "3"}}, "eureka: warmUp: "},
      {{{"trustEmpty", "perhaps"}}, "eureka: trustEmpty: expected true or false, got \"perhaps\""},
      {{{"instanceAddress", "hosts"}},
       "eureka: instanceAddress: expected one of ip, host, public-ip, got \"hosts\" (did you mean \"host\"?)"},
      {{{"certFile", "c.pem"}}, "eureka: keyFile: certificate and key must both be given"},
  };
  for (const auto& [values, message] : rows) CHECK(usage_error(a_spec({}, values)).starts_with(message));
}

}  // namespace
}  // namespace r2i::sources::eureka
