#include "base/url.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace r2i {
namespace {

Url parsed(std::string_view text) {
  CAPTURE(text);
  auto url = parse_url(text);
  REQUIRE_MESSAGE(url.has_value(), url.error());
  return *url;
}

std::string complaint(std::string_view text) {
  CAPTURE(text);
  const auto url = parse_url(text);
  REQUIRE_FALSE(url.has_value());
  return url.error();
}

TEST_CASE("an address with every part") {
  const Url url = parsed("HTTPS://ada:s3cret@consul.example:8501/prefix/?dc=eu&tag=a%20b");
  CHECK(url.scheme == "https");
  CHECK(url.user == "ada");
  CHECK(url.password.reveal() == "s3cret");
  CHECK(url.host == "consul.example");
  CHECK(url.port == 8501);
  CHECK(url.path == "/prefix");
  CHECK(url.query == std::map<std::string, std::string>{{"dc", "eu"}, {"tag", "a b"}});
  CHECK(url.display() == "https://consul.example:8501/prefix");
}

TEST_CASE("an address without a scheme") {
  const Url url = parsed("127.0.0.1:8500");
  CHECK(url.scheme.empty());
  CHECK(url.host == "127.0.0.1");
  CHECK(url.port == 8500);
  CHECK(url.path.empty());
  CHECK(url.display() == "127.0.0.1:8500");
  CHECK(parsed("localhost/ui").path == "/ui");
  CHECK(parsed("consul?next=http://a/b").query.at("next") == "http://a/b");
}

TEST_CASE("IPv6 hosts stand in brackets") {
  CHECK(parsed("http://[::1]:8500/").host == "::1");
  CHECK(parsed("http://[::1]:8500/").display() == "http://[::1]:8500");
  CHECK(parsed("[2001:db8::7]").host == "2001:db8::7");
  CHECK_FALSE(parsed("[2001:db8::7]").port.has_value());
  CHECK(parsed("http://[fe80::1%25eth0]:80").host == "fe80::1%eth0");
  CHECK(parsed("http://[fe80::1%25eth0]:80").display() == "http://[fe80::1%25eth0]:80");
  CHECK(complaint("http://::1:8500").find("brackets") != std::string::npos);
  CHECK(complaint("http://[::1") == "the ']' behind the IPv6 address is missing");
  CHECK(complaint("http://[::1]8500").find("may follow the brackets") != std::string::npos);
  CHECK(complaint("http://[consul]:8500") == "what stands in brackets is not an IPv6 address");
}

TEST_CASE("ports") {
  CHECK(parsed("a:1").port == 1);
  CHECK(parsed("a:65535").port == 65535);
  for (const char* text : {"a:", "a:0", "a:65536", "a:-1", "a:+1", "a:80x", "a:99999999999", "[::1]:", "http://a:b/"}) {
    CHECK(complaint(text) == "the port is not a number from 1 to 65535");
  }
}

TEST_CASE("user info is decoded") {
  const Url url = parsed("http://ad%40a:p%3Ass%2Fw%25@host");
  CHECK(url.user == "ad@a");
  CHECK(url.password.reveal() == "p:ss/w%");
  CHECK(parsed("http://user@host").password.empty());
  CHECK(parsed("http://:secret@host").password.reveal() == "secret");
  CHECK(parsed("http://user:a:b@c@host").password.reveal() == "a:b@c");
}

TEST_CASE("paths keep their writing but for slashes at the end") {
  CHECK(parsed("http://a").path.empty());
  CHECK(parsed("http://a/").path.empty());
  CHECK(parsed("http://a//").path.empty());
  CHECK(parsed("http://a/x%2Fy/z/").path == "/x%2Fy/z");
  CHECK(parsed("http://a?k=v").path.empty());
}

TEST_CASE("queries") {
  CHECK(parsed("a?").query.empty());
  CHECK(parsed("a?x&y=").query == std::map<std::string, std::string>{{"x", ""}, {"y", ""}});
  CHECK(parsed("a?x=1&&x=2&x=3").query.at("x") == "1,2,3");
  CHECK(parsed("a?x=1%262&y=a+b=c").query == std::map<std::string, std::string>{{"x", "1&2"}, {"y", "a+b=c"}});
  CHECK(complaint("a?=1") == "a parameter of the query has no name");
  CHECK(complaint("a?x=%2").find("in the query") == 0);
}

TEST_CASE("unix sockets") {
  const Url url = parsed("unix:///run/consul.sock?dc=eu");
  CHECK(url.scheme == "unix");
  CHECK(url.host.empty());
  CHECK(url.path == "/run/consul.sock");
  CHECK(url.query.at("dc") == "eu");
  CHECK(url.display() == "unix:///run/consul.sock");
  CHECK(complaint("unix://run/consul.sock").find("begins with '/'") != std::string::npos);
  CHECK(complaint("unix:///") == "the path of the socket is missing");
}

TEST_CASE("what is not an address") {
  CHECK(complaint("") == "the address is empty");
  CHECK(complaint("http://") == "there is no host");
  CHECK(complaint("/v1/catalog") == "there is no host");
  CHECK(complaint(":8500") == "there is no host");
  CHECK(complaint("://consul") == "what stands before :// is not a scheme");
  CHECK(complaint("8http://consul") == "what stands before :// is not a scheme");
  CHECK(complaint("http://con sul").find("blank") != std::string::npos);
  CHECK(complaint("http://consul\r\nX-Evil: 1").find("control character") != std::string::npos);
  CHECK(complaint("http://con<sul") == "the host has a character that no host name has");
  CHECK(complaint("http://con%2esul") == "the host has a character that no host name has");
}

TEST_CASE("an error never repeats a password") {
  for (const char* text : {"http://ada:hunter2/x@host", "http://ada:hunter2?x@host", "http://ada:hunter2#x@host",
                           "ada:hunter2/x@host", "http://ada:hunter2%zz@host", "http://ada:hunter2@host:port",
                           "http://ada:hunter2@[::1", "http://ada:hunter2@", "http://ada:hunter2 @host",
                           "ada:hunter2://x@host", "http://ada:hunter2@host?=hunter2", "http://host/?token=hunter2%"}) {
    CHECK(complaint(text).find("hunter2") == std::string::npos);
  }
  CHECK(complaint("http://ada:hunter2/x@host").find("%2F") != std::string::npos);
}

TEST_CASE("percent encoding") {
  CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(percent_encode("a/b c%+&=?#") == "a%2Fb%20c%25%2B%26%3D%3F%23");
  CHECK(percent_encode("\xc3\xa9") == "%C3%A9");
  CHECK(percent_decode("a%2Fb%20c%2b+%C3%A9") == "a/b c++\xc3\xa9");
  CHECK(percent_decode("100%") == "100%");
  CHECK(percent_decode("%zz%4") == "%zz%4");
  CHECK(percent_decode("%%41") == "%A");
  std::string every(256, '\0');
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<char>(i);
  CHECK(percent_decode(percent_encode(every)) == every);
}

}  // namespace
}  // namespace r2i
