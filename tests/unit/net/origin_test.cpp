#include "net/origin.hpp"

#include <doctest/doctest.h>

namespace r2i::net {
namespace {

TEST_CASE("the origin of a URL") {
  const auto display = [](const char* url) {
    const auto origin = origin_of(url);
    return origin ? origin->display() : "none";
  };
  CHECK(display("http://Consul.Example/v1?x=http://y") == "http://consul.example:80");
  CHECK(display("HTTPS://consul?x") == "https://consul:443");
  CHECK(display("http://[2001:DB8::1]:8500/") == "http://[2001:db8::1]:8500");
  CHECK(display("http://ada:pw@consul:8500/") == "http://consul:8500");
  CHECK(display("http://a@b@consul/") == "none");
  CHECK(display("http://") == "none");
  CHECK(display("http://a:99999/") == "none");
  CHECK(display("/v1") == "none");
  CHECK(display("") == "none");
  CHECK(origin_of("http://a") == origin_of("HTTP://A:80/x"));
  CHECK(origin_of("http://a") != origin_of("https://a"));
  CHECK(origin_of("http://a") != origin_of("http://a."));
}

TEST_CASE("which hosts are loopback") {
  for (const char* url : {"http://127.0.0.1/", "http://127.8.9.1:1/", "http://localhost/", "http://[::1]:8500/"}) {
    CAPTURE(url);
    CHECK(origin_of(url)->is_loopback());
  }
  for (const char* url : {"http://128.0.0.1/", "http://localhost.example/", "http://[::2]/", "http://127.example/"}) {
    CAPTURE(url);
    CHECK_FALSE(origin_of(url)->is_loopback());
  }
}

TEST_CASE("the text of a URL that stands for its origin") {
  CHECK(origin_text("http://a:1/b/c") == "http://a:1");
  CHECK(origin_text("http://a?b") == "http://a");
  CHECK(origin_text("http://a#b") == "http://a");
  CHECK(origin_text("http://a") == "http://a");
  CHECK(origin_text("a:1/b").empty());
}

TEST_CASE("where a Location header leads") {
  const auto resolve = [](const char* location) {
    return resolve_location("http://consul:8500/v1/catalog?dc=a", location).value_or("none");
  };
  CHECK(resolve("/ui/") == "http://consul:8500/ui/");
  CHECK(resolve("agent") == "http://consul:8500/v1/agent");
  CHECK(resolve("../x?y=z#f") == "http://consul:8500/x?y=z");
  CHECK(resolve("?dc=b") == "http://consul:8500/v1/catalog?dc=b");
  CHECK(resolve("//other/x") == "http://other/x");
  CHECK(resolve("https://other:443/x") == "https://other/x");
  CHECK(resolve("http://ada:pw@consul:8500/x") == "http://consul:8500/x");
  CHECK(resolve("http://consul:8500\\@evil/") != "http://consul:8500/");
  CHECK(resolve("http://[::1") == "none");
}

}  // namespace
}  // namespace r2i::net
