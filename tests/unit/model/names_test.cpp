#include "model/names.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace r2i {
namespace {

using namespace std::string_view_literals;

TEST_CASE("names: P1, a DNS label as Istio reads it") {
  const std::string longest(63, 'a');
  for (const std::string& good : {std::string("a"), std::string("A-9"), std::string("9"), std::string("a--b"), longest})
    CHECK(is_dns_label(good));
  for (const std::string& bad : {std::string(), std::string("-a"), std::string("a-"), std::string("a_b"),
                                 std::string("a.b"), std::string("ä"), longest + "a"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_dns_label(bad));
  }
}

TEST_CASE("names: P3, a host name") {
  std::string longest;
  while (longest.size() < 252) longest += "abc.";
  longest += "abc";
  REQUIRE(longest.size() == 255);
  for (const std::string& good : {std::string("redis"), std::string("a.b"), std::string("1.a"), std::string("a.1b"),
                                  std::string("A.B-c"), longest}) {
    CAPTURE(good);
    CHECK(is_host_name(good));
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("10.0.0.1"),
        std::string("a.1"), std::string("12"), std::string("a_b.c"), std::string("*.a"), std::string("a b"),
        std::string("a:80"), "a" + longest, std::string(64, 'a') + ".b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_host_name(bad));
  }
}

TEST_CASE("names: P5, an IP address") {
  for (const std::string_view good : {"10.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1", "::ffff:10.0.0.1",
                                      "0000:0000:0000:0000:0000:ffff:192.168.100.228"}) {
    CAPTURE(good);
    CHECK(is_ip_address(good));
  }
  for (const std::string_view bad :
       {""sv, "10.0.0"sv, "10.0.0.256"sv, "010.0.0.1"sv, "10.0.0.1 "sv, "[::1]"sv, "1::2::3"sv, "10.0.0.1/32"sv,
        "fe80::1%eth0"sv, "localhost"sv, "10.0.0.1\0x"sv, "::1\0"sv, "10.0.0.1:80"sv}) {
    CAPTURE(bad);
    CHECK_FALSE(is_ip_address(bad));
  }
}

TEST_CASE("names: P6, a label's key and value") {
  const std::string longest(63, 'a');
  const std::string prefix = longest + "." + longest + "." + longest + "." + std::string(61, 'a');
  REQUIRE(prefix.size() == 253);
  for (const std::string& good :
       {std::string("a"), std::string("A_b.c-9"), longest, std::string("x.io/a"), prefix + "/" + longest}) {
    CAPTURE(good);
    CHECK(is_label_key(good));
  }
  for (const std::string& bad :
       {std::string(), std::string("-a"), std::string("a."), std::string("_a"), std::string("a b"), longest + "a",
        std::string("/a"), std::string("x.io/"), std::string("x_y/a"), std::string("a/b/c"), "a" + prefix + "/a"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_label_key(bad));
  }
  for (const std::string& good : {std::string(), std::string("1.10"), std::string("a_b"), longest})
    CHECK(is_label_value(good));
  for (const std::string& bad : {std::string("a/b"), std::string(" a"), std::string("a:b"), longest + "a"})
    CHECK_FALSE(is_label_value(bad));
}

TEST_CASE("names: P6, what objects' metadata and endpoints take differs") {
  const std::string label(64, 'a');
  CHECK(is_label_key(label + ".b/c"));
  CHECK(is_label_key("X.io/a"));
  CHECK(is_metadata_key("x.io/A"));
  CHECK_FALSE(is_metadata_key("X.io/a"));
  CHECK(is_endpoint_label_value(label));
  CHECK_FALSE(is_endpoint_label_value("a/b"));
}

TEST_CASE("names: an object's name") {
  const std::string longest = std::string(64, 'a') + "." + std::string(188, 'b');
  REQUIRE(longest.size() == 253);
  for (const std::string& good : {std::string("a"), std::string("9.a"), std::string("a-b.c"), longest}) {
    CAPTURE(good);
    CHECK(is_object_name(good));
  }
  for (const std::string& bad : {std::string(), std::string("A"), std::string("a_b"), std::string("a..b"),
                                 std::string("a."), std::string("-a"), longest + "b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_object_name(bad));
  }
}

TEST_CASE("names: P3, a dot at the end is Istio's, not ours") {
  for (const std::string_view good : {"a.", "a.b.", "10.0.0.1.", "1.", "a.99999999999999999999"}) {
    CAPTURE(good);
    CHECK(is_fqdn(good));
    CHECK(is_host_name(good) != good.ends_with('.'));
  }
  for (const std::string_view bad : {"", ".", "..", "a..", ".a.", "a.1", "*.a", "12"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_fqdn(bad));
  }
}

TEST_CASE("names: P4, a host with or without a wildcard") {
  for (const std::string& good : {std::string("a"), std::string("12"), std::string("a.b"), std::string("a.b."),
                                  std::string("*.a"), std::string("*a.b"), std::string("*-a.b"), std::string("*"),
                                  std::string("*."), std::string("*a"), "*" + std::string(62, 'a') + ".b"}) {
    CAPTURE(good);
    CHECK(is_wildcard_host(good));
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a.*"), std::string("a.*.b"), std::string("**.a"),
        std::string("*-.a"), std::string("*--a.b"), std::string("a*.b"), std::string("1.1.1.1"), std::string("*.1"),
        std::string("a_b"), "*" + std::string(63, 'a') + ".b", std::string(256, 'a')}) {
    CAPTURE(bad);
    CHECK_FALSE(is_wildcard_host(bad));
  }
}

TEST_CASE("names: P5, zones and subnets") {
  for (const std::string_view good : {"10.0.0.1", "::1", "fe80::1%eth0", "fe80::1%a/b/c"}) {
    CAPTURE(good);
    CHECK(is_zoned_ip_address(good));
  }
  for (const std::string_view bad : {"", "%a", "fe80::1%", "10.0.0.1%eth0", "fe80::g%a"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_zoned_ip_address(bad));
  }
  for (const std::string_view good : {"10.0.0.0/8", "10.0.0.1/32", "0.0.0.0/0", "::/0", "2001:db8::1/128"}) {
    CAPTURE(good);
    CHECK(is_subnet(good));
  }
  for (const std::string_view bad : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/+8",
                                     "10.0.0.0/8/8", "fe80::1%a/64", "/8", "10.0.0.0/8 "}) {
    CAPTURE(bad);
    CHECK_FALSE(is_subnet(bad));
  }
}

}  // namespace
}  // namespace r2i
