#include "base/network.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("network: addresses in their shortest form") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"10.0.0.1", "10.0.0.1"}, {"2001:DB8:0:0::1", "2001:db8::1"}, {"::ffff:10.0.0.1", "::ffff:10.0.0.1"}};
  for (const auto& [text, shortest] : rows) {
    CAPTURE(text);
    const auto address = IpAddress::parse(text);
    REQUIRE(address);
    CHECK(address->text() == shortest);
  }
  for (const std::string text :
       {"", "10.0.0", "10.0.0.256", "010.0.0.1", "[::1]", "fe80::1%eth0", "a.b", "1.1.1.1:80"}) {
    CAPTURE(text);
    CHECK_FALSE(IpAddress::parse(text));
  }
  CHECK(IpAddress::parse("9.0.0.1") < IpAddress::parse("10.0.0.1"));
  CHECK(IpAddress::parse("255.0.0.1") < IpAddress::parse("::1"));
}

TEST_CASE("network: what is in it") {
  struct Row {
    std::string network;
    std::string address;
    bool inside;
  };
  const std::vector<Row> rows = {
      {"10.0.0.0/8", "10.255.0.1", true},     {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/31", "10.0.0.1", true},      {"10.0.0.0/31", "10.0.0.2", false},
      {"10.0.0.7", "10.0.0.7", true},         {"10.0.0.7", "10.0.0.8", false},
      {"0.0.0.0/0", "1.2.3.4", true},         {"0.0.0.0/0", "::1", false},
      {"10.128.0.0/9", "10.127.0.0", false},  {"10.128.0.0/9", "10.200.0.0", true},
      {"2001:db8::/33", "2001:db8::1", true}, {"2001:db8::/33", "2001:db8:8000::", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.network);
    CAPTURE(row.address);
    const auto network = IpNetwork::parse(row.network);
    REQUIRE(network);
    CHECK(network->contains(*IpAddress::parse(row.address)) == row.inside);
    CHECK(contains({*network}, *IpAddress::parse(row.address)) == row.inside);
  }
  CHECK_FALSE(contains({}, *IpAddress::parse("10.0.0.1")));
}

TEST_CASE("network: what is wrong is said") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"pods", "\"pods\" is no IP address or network"},
      {"10.0.0.0/33", "\"10.0.0.0/33\": expected a prefix length up to 32"},
      {"::/129", "\"::/129\": expected a prefix length up to 128"},
      {"10.0.0.0/", "\"10.0.0.0/\": expected a prefix length up to 32"},
      {"10.0.0.0/-1", "\"10.0.0.0/-1\": expected a prefix length up to 32"},
      {"10.0.0.1/8", "\"10.0.0.1/8\" has bits behind its prefix; the network is 10.0.0.0/8"},
  };
  for (const auto& [text, message] : rows) {
    CAPTURE(text);
    const auto network = IpNetwork::parse(text);
    REQUIRE_FALSE(network);
    CHECK(network.error() == message);
  }
}

}  // namespace
}  // namespace r2i
