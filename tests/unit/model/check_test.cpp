#include "model/check.hpp"

#include "base/json_writer.hpp"
#include "model/describe.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

using namespace std::string_view_literals;

/// An object that Istio takes.
ServiceEntry good_entry() {
  ServiceEntry entry;
  entry.meta = {
      {{"any key", "any text"}}, {{"app.kubernetes.io/name", "pay"}, {"v", ""}}, "pay.service.consul", "mesh"};
  entry.hosts = {"pay.service.consul"};
  entry.location = Location::mesh_internal;
  entry.resolution = Resolution::static_;
  entry.ports = {{"http-80", 80, "HTTP", 0}, {"port-81", 81, "", 0}};
  entry.endpoints = {{"10.0.0.1", {{"version", "v1"}}, "r/z/s", "", {{"http-80", 8080}, {"port-81", 81}}, "", 1},
                     {"2001:db8::1", {}, "", "", {}, "", 0}};
  return entry;
}

std::string joined(const std::vector<std::string>& broken) {
  std::string text;
  for (const std::string& one : broken) text += (text.empty() ? "" : "\n") + one;
  return text;
}

/// The good entry changed in one respect, and what is to be said about it; nothing: it is still good.
struct Change {
  std::string what;
  std::function<void(ServiceEntry&)> change;
  std::vector<std::string> broken;
};

void check_all(const std::vector<Change>& rows) {
  for (const Change& row : rows) {
    CAPTURE(row.what);
    ServiceEntry entry = good_entry();
    row.change(entry);
    CHECK(joined(check(entry)) == joined(row.broken));
  }
}

/// As check_all(), where what is said is not held: only that the path is named.
struct Refusal {
  std::string what;
  std::function<void(ServiceEntry&)> change;
  std::string_view path;
};

void refuse_all(const std::vector<Refusal>& rows) {
  for (const Refusal& row : rows) {
    CAPTURE(row.what);
    ServiceEntry entry = good_entry();
    row.change(entry);
    const std::string broken = joined(check(entry));
    CAPTURE(broken);
    CHECK(broken.find(row.path) != std::string::npos);
  }
}

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

TEST_CASE("check: the good entry, and what else Istio takes") {
  check_all({
      {"as it is", [](ServiceEntry&) {}, {}},
      {"no endpoints", [](ServiceEntry& e) { e.endpoints.clear(); }, {}},
      {"no ports",
       [](ServiceEntry& e) {
         e.ports.clear();
         e.endpoints[0].ports.clear();
       },
       {}},
      {"names and addresses with DNS",
       [](ServiceEntry& e) {
         e.resolution = Resolution::dns;
         e.endpoints[0].address = "db.example.com";
       },
       {}},
      {"NONE without endpoints",
       [](ServiceEntry& e) {
         e.resolution = Resolution::none;
         e.endpoints.clear();
       },
       {}},
      {"one endpoint with DNS_ROUND_ROBIN",
       [](ServiceEntry& e) {
         e.resolution = Resolution::dns_round_robin;
         e.endpoints.pop_back();
       },
       {}},
      {"a wildcard host", [](ServiceEntry& e) { e.hosts = {"*.service.consul"}; }, {}},
      {"a selector",
       [](ServiceEntry& e) {
         e.endpoints.clear();
         e.workload_selector.labels = {{"registry2istio.io/host", "pay"}};
       },
       {}},
      {"exportTo nobody", [](ServiceEntry& e) { e.export_to = {"~"}; }, {}},
      {"exportTo several",
       [](ServiceEntry& e) {
         e.export_to = {".", "a", "b"};
       },
       {}},
      {"a network instead of an address",
       [](ServiceEntry& e) {
         e.endpoints[0].address = "";
         e.endpoints[0].network = "n";
       },
       {}},
  });
  for (const std::string_view protocol : {"", "tcp", "UDP", "http", "HTTP2", "grpc", "GRPC-WEB", "https", "TLS",
                                          "mongo", "redis", "MySQL", "http_proxy"}) {
    CAPTURE(protocol);
    ServiceEntry entry = good_entry();
    entry.ports[0].protocol = protocol;
    CHECK(joined(check(entry)).empty());
  }
}

TEST_CASE("check: metadata") {
  check_all({
      {"no name", [](ServiceEntry& e) { e.meta.name = ""; }, {"metadata.name: \"\" is no name of an object"}},
      {"upper case",
       [](ServiceEntry& e) { e.meta.name = "Pay.x"; },
       {"metadata.name: \"Pay.x\" is no name of an object"}},
      {"an empty part",
       [](ServiceEntry& e) { e.meta.name = "pay..x"; },
       {"metadata.name: \"pay..x\" is no name of an object"}},
      {"a label's key",
       [](ServiceEntry& e) {
         e.meta.labels = {{"a b", "c"}};
       },
       {"metadata.labels: \"a b\" is no key of a label"}},
      {"a label's value",
       [](ServiceEntry& e) {
         e.meta.labels = {{"a", "b c"}};
       },
       {"metadata.labels[a]: \"b c\" is no value of a label"}},
  });
  ServiceEntry entry = good_entry();
  entry.meta.name =
      std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(61, 'd');
  REQUIRE(entry.meta.name.size() == 253);
  CHECK(check(entry).empty());
  entry.meta.name += "d";
  CHECK(check(entry).size() == 1);
}

TEST_CASE("check: hosts (C2, C3, V4, V5, V6)") {
  check_all({
      {"none", [](ServiceEntry& e) { e.hosts.clear(); }, {"spec.hosts: 1 to 256 are allowed"}},
      {"257",
       [](ServiceEntry& e) {
         e.hosts.assign(257, "a.b");
         e.ports[1].protocol = "HTTP";
       },
       {"spec.hosts: 1 to 256 are allowed"}},
      {"all", [](ServiceEntry& e) { e.hosts = {"*"}; }, {"spec.hosts: \"*\" is no host name"}},
      {"an empty wildcard", [](ServiceEntry& e) { e.hosts = {"*."}; }, {"spec.hosts: \"*.\" is no host name"}},
      {"a wildcard inside", [](ServiceEntry& e) { e.hosts = {"a.*.b"}; }, {"spec.hosts: \"a.*.b\" is no host name"}},
      {"an address", [](ServiceEntry& e) { e.hosts = {"10.0.0.1"}; }, {"spec.hosts: \"10.0.0.1\" is no host name"}},
      {"of two, one",
       [](ServiceEntry& e) {
         e.hosts = {"a.b", "a_b"};
         e.ports[1].protocol = "HTTP";
       },
       {"spec.hosts: \"a_b\" is no host name"}},
  });
}

TEST_CASE("check: ports (C5, C6, V11, V12, V15, V16, V17)") {
  check_all({
      {"one name twice",
       [](ServiceEntry& e) {
         e.ports.push_back({"http-80", 82, "HTTP", 0});
       },
       {"spec.ports: the name \"http-80\" comes twice"}},
      {"one number twice",
       [](ServiceEntry& e) {
         e.ports.push_back({"x", 80, "HTTP", 0});
       },
       {"spec.ports: the number 80 comes twice"}},
      {"no name",
       [](ServiceEntry& e) {
         e.ports.push_back({"", 82, "HTTP", 0});
       },
       {"spec.ports: \"\" is no name of a port"}},
      {"a bad name",
       [](ServiceEntry& e) {
         e.ports.push_back({"a_b", 82, "HTTP", 0});
       },
       {"spec.ports: \"a_b\" is no name of a port"}},
      {"number 0",
       [](ServiceEntry& e) {
         e.ports.push_back({"x", 0, "HTTP", 0});
       },
       {"spec.ports[x].number: 0 is no port"}},
      {"number 65536",
       [](ServiceEntry& e) {
         e.ports.push_back({"x", 65536, "HTTP", 0});
       },
       {"spec.ports[x].number: 65536 is no port"}},
      {"number 65535",
       [](ServiceEntry& e) {
         e.ports.push_back({"x", 65535, "HTTP", 0});
       },
       {}},
      {"dubbo",
       [](ServiceEntry& e) { e.ports[0].protocol = "dubbo"; },
       {"spec.ports[http-80].protocol: \"dubbo\" is unknown"}},
  });
}

TEST_CASE("check: at most 256 ports") {
  ServiceEntry entry = good_entry();
  entry.endpoints.clear();
  entry.ports.clear();
  for (std::uint32_t i = 1; i <= 256; ++i) entry.ports.push_back({"p" + std::to_string(i), i, "HTTP", 0});
  CHECK(joined(check(entry)).empty());
  entry.ports.push_back({"p257", 257, "HTTP", 0});
  CHECK(joined(check(entry)) == "spec.ports: more than 256");
}

TEST_CASE("check: at most 4096 endpoints") {
  ServiceEntry entry = good_entry();
  entry.endpoints.assign(4096, {"10.0.0.1", {}, "", "", {}, "", 0});
  CHECK(joined(check(entry)).empty());
  entry.endpoints.push_back(entry.endpoints.front());
  CHECK(joined(check(entry)) == "spec.endpoints: more than 4096");
}

TEST_CASE("check: at most 128 ports and 256 labels of an endpoint, at most 256 addresses") {
  ServiceEntry entry = good_entry();
  entry.endpoints.resize(1);
  entry.endpoints[0].ports.clear();
  for (std::uint32_t i = 1; i <= 129; ++i) {
    entry.ports.push_back({"p" + std::to_string(i), 1000 + i, "HTTP", 0});
    entry.endpoints[0].ports.emplace_back("p" + std::to_string(i), 1);
  }
  CHECK(joined(check(entry)) == "spec.endpoints[0].ports: more than 128");
  entry.endpoints[0].ports.pop_back();
  CHECK(joined(check(entry)).empty());

  for (int i = 1; i <= 255; ++i) entry.endpoints[0].labels.emplace_back("l" + std::to_string(i), "");
  CHECK(joined(check(entry)).empty());
  entry.endpoints[0].labels.emplace_back("l256", "");
  CHECK(joined(check(entry)) == "spec.endpoints[0].labels: more than 256");

  entry = good_entry();
  entry.addresses.assign(256, "240.0.0.1");
  CHECK(joined(check(entry)).empty());
  entry.addresses.emplace_back("240.0.0.1");
  CHECK(joined(check(entry)) == "spec.addresses: more than 256");
}

TEST_CASE("check: endpoints (C8, C11, C13, C15, C16, V21, V25, V27, V28, V29, V32, V33)") {
  check_all({
      {"no address", [](ServiceEntry& e) { e.endpoints[1].address = ""; }, {"spec.endpoints[1].address: is required"}},
      {"a name with STATIC",
       [](ServiceEntry& e) { e.endpoints[1].address = "db.example.com"; },
       {"spec.endpoints[1].address: \"db.example.com\" does not fit the resolution"}},
      {"no name with DNS",
       [](ServiceEntry& e) {
         e.resolution = Resolution::dns;
         e.endpoints[1].address = "a_b";
       },
       {"spec.endpoints[1].address: \"a_b\" does not fit the resolution"}},
      {"an unknown port",
       [](ServiceEntry& e) {
         e.endpoints[1].ports = {{"tcp-1", 1}};
       },
       {"spec.endpoints[1].ports: the service has no port \"tcp-1\""}},
      {"port 0",
       [](ServiceEntry& e) {
         e.endpoints[1].ports = {{"http-80", 0}};
       },
       {"spec.endpoints[1].ports[http-80]: 0 is no port"}},
      {"port 65536",
       [](ServiceEntry& e) {
         e.endpoints[1].ports = {{"http-80", 65536}};
       },
       {"spec.endpoints[1].ports[http-80]: 65536 is no port"}},
      {"a label's key",
       [](ServiceEntry& e) {
         e.endpoints[1].labels = {{"a/b/c", ""}};
       },
       {"spec.endpoints[1].labels: \"a/b/c\" is no key of a label"}},
      {"a label's value",
       [](ServiceEntry& e) {
         e.endpoints[1].labels = {{"a", "b/c"}};
       },
       {"spec.endpoints[1].labels[a]: \"b/c\" is no value of a label"}},
      {"with NONE",
       [](ServiceEntry& e) { e.resolution = Resolution::none; },
       {"spec.endpoints: not allowed with resolution NONE"}},
      {"two with DNS_ROUND_ROBIN",
       [](ServiceEntry& e) { e.resolution = Resolution::dns_round_robin; },
       {"spec.endpoints: at most one with resolution DNS_ROUND_ROBIN"}},
      {"beside a selector",
       [](ServiceEntry& e) {
         e.workload_selector.labels = {{"a", "b"}};
       },
       {"spec: endpoints and workloadSelector exclude each other"}},
  });
}

TEST_CASE("check: the key of a port map has at most 62 characters, a port's own name 63") {
  ServiceEntry entry = good_entry();
  const std::string name(62, 'a');
  entry.ports.push_back({name, 82, "HTTP", 0});
  entry.endpoints[1].ports = {{name, 1}};
  CHECK(joined(check(entry)).empty());
  entry.ports.back().name = entry.endpoints[1].ports[0].first = name + "a";
  CHECK(joined(check(entry)) == "spec.endpoints[1].ports: \"" + name + "a\" is no name of a port");
}

TEST_CASE("check: exportTo (V38)") {
  check_all({
      {"twice",
       [](ServiceEntry& e) {
         e.export_to = {"a", "a"};
       },
       {"spec.exportTo: \"a\" comes twice"}},
      {"all and more",
       [](ServiceEntry& e) {
         e.export_to = {"*", "a"};
       },
       {"spec.exportTo: \"*\" stands alone"}},
      {"nobody and more",
       [](ServiceEntry& e) {
         e.export_to = {"a", "~"};
       },
       {"spec.exportTo: \"~\" stands alone"}},
      {"no namespace", [](ServiceEntry& e) { e.export_to = {"a.b"}; }, {"spec.exportTo: \"a.b\" is no namespace"}},
  });
  refuse_all({{"the own namespace twice", [](ServiceEntry& e) { e.export_to = {".", "mesh"}; }, "spec.exportTo"}});
}

TEST_CASE("check: everything that is wrong is told at once") {
  ServiceEntry entry = good_entry();
  entry.meta.name = "A";
  entry.hosts = {"*"};
  entry.ports[1].number = 0;
  entry.endpoints[1].address = "";
  CHECK(check(entry).size() == 4);
}

TEST_CASE("check: addresses of the service (C4, C14, V8, V9)") {
  check_all({{"addresses and subnets", [](ServiceEntry& e) { e.addresses = {"240.0.0.1", "10.0.0.0/8", "::1"}; }, {}}});
  refuse_all({
      {"no address", [](ServiceEntry& e) { e.addresses = {"db.example.com"}; }, "spec.addresses"},
      {"no subnet", [](ServiceEntry& e) { e.addresses = {"10.0.0.0/33"}; }, "spec.addresses"},
      {"a subnet with DNS",
       [](ServiceEntry& e) {
         e.resolution = Resolution::dns;
         e.addresses = {"10.0.0.0/8"};
       },
       "spec.addresses"},
  });
}

TEST_CASE("check: targetPort (C6, V13)") {
  check_all({{"a port", [](ServiceEntry& e) { e.ports[0].target_port = 65535; }, {}}});
  refuse_all({{"no port", [](ServiceEntry& e) { e.ports[0].target_port = 65536; }, "spec.ports[http-80].targetPort"}});
}

TEST_CASE("check: workloadSelector (C17, V1)") {
  const auto select = [](std::string key, std::string value) {
    return [key = std::move(key), value = std::move(value)](ServiceEntry& e) {
      e.endpoints.clear();
      e.workload_selector.labels = {{key, value}};
    };
  };
  refuse_all({
      {"an empty key", select("", "a"), "spec.workloadSelector"},
      {"a wildcard in the key", select("a*", "a"), "spec.workloadSelector"},
      {"a wildcard in the value", select("a", "*"), "spec.workloadSelector"},
      {"64 characters", select("a", std::string(64, 'a')), "spec.workloadSelector"},
  });
}

TEST_CASE("check: a wildcard host with DNS needs endpoints (V31)") {
  refuse_all({{"none",
               [](ServiceEntry& e) {
                 e.resolution = Resolution::dns;
                 e.hosts = {"*.example.com"};
                 e.endpoints.clear();
               },
               "spec"}});
}

TEST_CASE("check: an endpoint with DNS needs an address, whatever its network (V33)") {
  refuse_all({{"network alone",
               [](ServiceEntry& e) {
                 e.resolution = Resolution::dns;
                 e.endpoints[1].address = "";
                 e.endpoints[1].network = "n";
               },
               "spec.endpoints[1].address"}});
}

TEST_CASE("check: DYNAMIC_DNS (V35)") {
  const auto dynamic = [](ServiceEntry& e) {
    e.resolution = Resolution::dynamic_dns;
    e.hosts = {"*.example.com"};
    e.endpoints.clear();
    e.ports = {{"http-80", 80, "HTTP", 0}};
  };
  check_all({{"wildcards and HTTP", dynamic, {}}});
  refuse_all({
      {"a plain host",
       [&](ServiceEntry& e) {
         dynamic(e);
         e.hosts = {"example.com"};
       },
       "spec.hosts"},
      {"addresses",
       [&](ServiceEntry& e) {
         dynamic(e);
         e.addresses = {"240.0.0.1"};
       },
       "spec.addresses"},
      {"endpoints",
       [&](ServiceEntry& e) {
         dynamic(e);
         e.endpoints = {{"10.0.0.1", {}, "", "", {}, "", 0}};
       },
       "spec.endpoints"},
      {"TCP",
       [&](ServiceEntry& e) {
         dynamic(e);
         e.ports[0].protocol = "TCP";
       },
       "spec.ports"},
  });
}

TEST_CASE("check: several hosts are for HTTP and TLS alone (V37)") {
  check_all({{"HTTP and TLS",
              [](ServiceEntry& e) {
                e.hosts = {"a.b", "c.d"};
                e.ports = {{"http-80", 80, "GRPC", 0}, {"port-81", 81, "HTTPS", 0}};
              },
              {}},
             {"TCP with NONE",
              [](ServiceEntry& e) {
                e.hosts = {"a.b", "c.d"};
                e.resolution = Resolution::none;
                e.endpoints.clear();
                e.ports[0].protocol = "TCP";
              },
              {}}});
  refuse_all({
      {"TCP",
       [](ServiceEntry& e) {
         e.hosts = {"a.b", "c.d"};
         e.ports = {{"http-80", 80, "HTTP", 0}, {"port-81", 81, "TCP", 0}};
       },
       "spec.ports"},
      {"undecided",
       [](ServiceEntry& e) {
         e.hosts = {"a.b", "c.d"};
       },
       "spec.ports"},
  });
}

TEST_CASE("check: long texts (C12)") {
  refuse_all({
      {"locality", [](ServiceEntry& e) { e.endpoints[0].locality = std::string(2049, 'a'); }, "locality"},
      {"network", [](ServiceEntry& e) { e.endpoints[0].network = std::string(2049, 'a'); }, "network"},
      {"service account", [](ServiceEntry& e) { e.endpoints[0].service_account = std::string(254, 'a'); },
       "serviceAccount"},
  });
}

TEST_CASE("check: unix sockets (C9, C10, V23, V24, V30)") {
  const auto socket = [](std::string address, PortMap ports = {}) {
    return [address = std::move(address), ports = std::move(ports)](ServiceEntry& e) {
      e.ports = {{"http-80", 80, "HTTP", 0}};
      e.endpoints = {{address, {}, "", "", ports, "", 0}};
    };
  };
  check_all({{"a path", socket("unix:///run/x.sock"), {}}, {"an abstract name", socket("unix://@x"), {}}});
  refuse_all({
      {"empty", socket("unix://"), "spec.endpoints[0].address"},
      {"relative", socket("unix://x"), "spec.endpoints[0].address"},
      {"a directory", socket("unix:///run/"), "spec.endpoints[0].address"},
      {"with ports", socket("unix:///run/x.sock", {{"http-80", 80}}), "spec.endpoints[0]"},
  });
}

TEST_CASE("check: workload entries (C8, V21, V26, V28, V29)") {
  const WorkloadEntry good{{{}, {{"a", "b"}}, "pay-1", ""}, {"10.0.0.1", {{"v", "1"}}, "", "", {{"any", 1}}, "", 0}};
  CHECK(check(good).empty());
  struct Row {
    std::function<void(WorkloadEntry&)> change;
    std::string broken;
  };
  const std::vector<Row> rows = {
      {[](WorkloadEntry& w) { w.spec.address = "db.example.com"; }, ""},
      {[](WorkloadEntry& w) { w.meta.name = "a_b"; }, "metadata.name: \"a_b\" is no name of an object"},
      {[](WorkloadEntry& w) { w.spec.address = ""; }, "spec.address: is required"},
      {[](WorkloadEntry& w) {
         w.spec.address = "";
         w.spec.network = "n";
       },
       ""},
      {[](WorkloadEntry& w) { w.spec.address = "a_b"; },
       "spec.address: \"a_b\" is neither an IP address nor a host name"},
      {[](WorkloadEntry& w) {
         w.spec.ports = {{"a_b", 1}};
       },
       "spec.ports: \"a_b\" is no name of a port"},
      {[](WorkloadEntry& w) {
         w.spec.ports = {{"a", 65536}};
       },
       "spec.ports[a]: 65536 is no port"},
      {[](WorkloadEntry& w) {
         w.spec.labels = {{"a", "b c"}};
       },
       "spec.labels[a]: \"b c\" is no value of a label"},
  };
  for (const Row& row : rows) {
    WorkloadEntry entry = good;
    row.change(entry);
    CAPTURE(row.broken);
    CHECK(joined(check(entry)) == row.broken);
  }
}

TEST_CASE("size: the bound is not below the object's own JSON") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    ServiceEntry entry = good_entry();
    entry.endpoints.clear();
    entry.ports.clear();
    for (std::uint32_t i = 1; i <= random() % 20; ++i)
      entry.ports.push_back({"grpc-web-" + std::to_string(60000 + i), 60000 + i, "GRPC-WEB", 0});
    for (auto i = random() % 300; i > 0; --i) {
      Endpoint& endpoint = entry.endpoints.emplace_back();
      endpoint.address = "2001:db8:1111:2222:3333:4444:5555:" + std::to_string(1000 + i);
      endpoint.locality = std::string(random() % 60, 'z');
      endpoint.weight = 1'000'000;
      for (const ServicePort& port : entry.ports) endpoint.ports.emplace_back(port.name, 65535);
      for (auto l = random() % 8; l > 0; --l)
        endpoint.labels.emplace_back("label" + std::to_string(l), std::string(random() % 63, 'v'));
    }
    StringOutput out;
    JsonWriter json(out, 0);
    describe(json, entry, "v1");
    REQUIRE(json_size(entry) >= out.text().size());
    REQUIRE(json_size(entry) <= 3 * out.text().size() + 2048);
  }
}

}  // namespace
}  // namespace r2i
