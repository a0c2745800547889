#include "transform/address.hpp"

#include "support/services.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::transform {
namespace {

using namespace std::string_literals;
using testing::a_service;
using testing::an_instance;

struct Resolved {
  bool usable = false;
  Candidate candidate;
};

Resolved resolve(const Instance& instance) {
  Resolved resolved;
  resolved.candidate.instance = &instance;
  resolved.usable = resolve_address(resolved.candidate);
  return resolved;
}

TEST_CASE("address: is made canonical") {
  struct Row {
    std::string address;
    std::string canonical;
    int family;
  };
  const std::vector<Row> rows = {
      {"10.0.0.1", "10.0.0.1", 0},
      {" 10.0.0.1\n", "10.0.0.1", 0},
      {"[10.0.0.1]", "10.0.0.1", 0},
      {"2001:DB8:0:0::1", "2001:db8::1", 1},
      {"[2001:db8::1]", "2001:db8::1", 1},
      {"::ffff:10.0.0.1", "::ffff:10.0.0.1", 1},
      {"fe80::1%eth0", "fe80::1", 1},
      {"[fe80::1%25eth0]", "fe80::1", 1},
      {"::1", "::1", 1},
      {"db.example.com", "db.example.com", 2},
      {"DB.Example.COM.", "db.example.com", 2},
      {"localhost", "localhost", 2},
      {"1password.example.com", "1password.example.com", 2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.address);
    const Instance instance = an_instance(row.address);
    const Resolved resolved = resolve(instance);
    CHECK(resolved.usable);
    CHECK(resolved.candidate.address == row.canonical);
    CHECK(resolved.candidate.key.family == row.family);
    CHECK(resolved.candidate.is_ip() == (row.family != 2));
  }
}

TEST_CASE("address: what Istio does not take is none") {
  for (const std::string& address : {""s,
                                     " "s,
                                     "0.0.0.0"s,
                                     "::"s,
                                     "[::]"s,
                                     "10.0.0"s,
                                     "10.0.0.256"s,
                                     "010.0.0.1"s,
                                     "10.0.0.1:8080"s,
                                     "10.0.0.1/32"s,
                                     "[2001:db8::1]:80"s,
                                     "2001:db8::1::2"s,
                                     "1234"s,
                                     "a_b.example.com"s,
                                     "http://db"s,
                                     "/run/x.sock"s,
                                     "unix:///run/x.sock"s,
                                     "a..b"s,
                                     "."s,
                                     "%eth0"s,
                                     "[]"s,
                                     "10.0.0.1\0.evil"s,
                                     "::1\0x"s,
                                     "db\0x"s,
                                     "d\x01"s,
                                     "dä.example.com"s,
                                     std::string(64, 'a'),
                                     std::string(300, 'a')}) {
    CAPTURE(address);
    const Instance instance = an_instance(address);
    CHECK_FALSE(resolve(instance).usable);
  }
}

TEST_CASE("address: the service's own, else its node's") {
  Instance instance = an_instance("10.0.0.1");
  instance.node_address = "10.0.9.9";
  CHECK(resolve(instance).candidate.address == "10.0.0.1");
  instance.address = "";
  CHECK(resolve(instance).candidate.address == "10.0.9.9");
  instance.address = "no address";
  CHECK_FALSE(resolve(instance).usable);
}

TEST_CASE("address: sorted by number, IPv4 before IPv6 before names") {
  const std::vector<std::string> sorted = {"2.0.0.0", "10.0.0.2", "10.0.0.10", "::1", "2001:db8::2", "2001:db8::10"};
  std::vector<Instance> instances;
  for (const std::string& address : sorted) instances.push_back(an_instance(address));
  std::mt19937 random(1);
  std::shuffle(instances.begin(), instances.end(), random);
  std::vector<Candidate> candidates;
  for (const Instance& instance : instances) candidates.push_back(resolve(instance).candidate);
  std::ranges::sort(candidates, {}, &Candidate::key);
  std::vector<std::string> found;
  for (const Candidate& candidate : candidates) found.push_back(candidate.address);
  CHECK(found == sorted);
  const Instance name = an_instance("a.example.com");
  CHECK(candidates.back().key < resolve(name).candidate.key);
}

TEST_CASE("address: an instance is called by all that tells it apart") {
  Service service = a_service("pay", {an_instance("10.0.0.1")});
  Instance& instance = service.instances[0];
  CHECK(display(service, instance) == "service \"pay\" of consul/dc1, instance (10.0.0.1:8080)");
  instance.id = "pay\n1";
  instance.node = "n1";
  CHECK(display(service, instance) == R"(service "pay" of consul/dc1, instance "pay\n1" on "n1" (10.0.0.1:8080))");
  instance = testing::offering("", {});
  instance.node_address = "10.0.9.9";
  CHECK(display(service, instance) == "service \"pay\" of consul/dc1, instance (10.0.9.9)");
}

}  // namespace
}  // namespace r2i::transform
