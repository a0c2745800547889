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

/// An object that Istio takes.
ServiceEntry good_entry() {
  ServiceEntry entry;
  entry.meta = {
      {{"example.com/any", "any text"}}, {{"app.kubernetes.io/name", "pay"}, {"v", ""}}, "pay.service.consul", "mesh"};
  entry.hosts = {"pay.service.consul"};
  entry.location = Location::mesh_internal;
  entry.resolution = Resolution::static_;
  entry.ports = {{"http-80", 80, "HTTP", 0}, {"port-81", 81, "", 0}};
  entry.endpoints = {{"10.0.0.1", {{"version", "v1"}}, "r/z/s", "", {{"http-80", 8080}, {"port-81", 81}}, "", 1},
                     {"2001:db8::1", {}, "", "", {}, "", 0}};
  return entry;
}

WorkloadEntry good_workload() {
  return {{{}, {{"a", "b"}}, "pay-1", ""}, {"10.0.0.1", {{"v", "1"}}, "", "", {{"any", 1}}, "", 0}};
}

/// The paths, one a line.
std::string paths(const std::vector<Breach>& broken) {
  std::string text;
  for (const Breach& one : broken) text += (text.empty() ? "" : "\n") + to_text(one.path);
  return text;
}

/// The good object changed in one respect, and where something is wrong then; empty: it is still good.
template <typename T>
struct Row {
  std::string_view what;
  std::function<void(T&)> change;
  std::string_view paths;
};

void check_all(const std::vector<Row<ServiceEntry>>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ServiceEntry entry = good_entry();
    row.change(entry);
    CHECK(paths(check(entry)) == row.paths);
  }
}

void check_all(const std::vector<Row<WorkloadEntry>>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.what);
    WorkloadEntry entry = good_workload();
    row.change(entry);
    CHECK(paths(check(entry)) == row.paths);
  }
}

using Change = std::function<void(ServiceEntry&)>;

/// Changes of one part that many rows have in common.
Change hosts(std::vector<std::string> values, Resolution resolution = Resolution::static_) {
  return [=](ServiceEntry& e) {
    e.hosts = values;
    e.resolution = resolution;
    e.ports[1].protocol = "HTTP";
  };
}
Change one_more_port(const ServicePort& port) {
  return [=](ServiceEntry& e) { e.ports.push_back(port); };
}
Change addresses(std::vector<std::string> values, Resolution resolution = Resolution::static_) {
  return [=](ServiceEntry& e) {
    e.addresses = values;
    e.resolution = resolution;
    if (resolution == Resolution::none) e.endpoints.clear();
  };
}
Change endpoint_address(std::string_view address, Resolution resolution = Resolution::static_) {
  return [=](ServiceEntry& e) {
    e.endpoints[1].address = address;
    e.resolution = resolution;
  };
}
Change endpoint_ports(const PortMap& ports) {
  return [=](ServiceEntry& e) { e.endpoints[1].ports = ports; };
}
Change endpoint_label(std::string key, std::string value) {
  return [=](ServiceEntry& e) { e.endpoints[1].labels = {{key, value}}; };
}
Change export_to(std::vector<std::string> values) {
  return [=](ServiceEntry& e) { e.export_to = values; };
}
Change label(std::string key, std::string value) {
  return [=](ServiceEntry& e) { e.meta.labels = {{key, value}}; };
}
Change annotation(std::string key, std::string value = "") {
  return [=](ServiceEntry& e) { e.meta.annotations = {{key, value}}; };
}

TEST_CASE("check: the good entry, and every protocol") {
  check_all({{"as it is", [](ServiceEntry&) {}, ""}});
  for (const std::string_view protocol : {"", "tcp", "UDP", "http", "HTTP2", "grpc", "GRPC-WEB", "https", "TLS",
                                          "mongo", "redis", "MySQL", "http_proxy"}) {
    CAPTURE(protocol);
    ServiceEntry entry = good_entry();
    entry.ports[0].protocol = protocol;
    CHECK(paths(check(entry)).empty());
  }
}

TEST_CASE("check: metadata") {
  const std::string longest = std::string(63, 'a') + "." + std::string(189, 'b');
  REQUIRE(longest.size() == 253);
  const auto name = [](std::string text) { return [=](ServiceEntry& e) { e.meta.name = text; }; };
  const auto nspace = [](std::string text) { return [=](ServiceEntry& e) { e.meta.nspace = text; }; };
  check_all({
      {"the longest name", name(longest), ""},
      {"a longer name", name(longest + "b"), "metadata.name"},
      {"no name", name(""), "metadata.name"},
      {"upper case", name("Pay.x"), "metadata.name"},
      {"an empty part", name("pay..x"), "metadata.name"},
      {"no namespace", nspace(""), ""},
      {"a namespace that is none", nspace("a.b"), "metadata.namespace"},
      {"a label's key", label("a b", "c"), "metadata.labels[a b]"},
      {"a label's prefix in upper case", label("X.io/a", "c"), "metadata.labels[X.io/a]"},
      {"a label's value", label("a", "b c"), "metadata.labels[a]"},
      {"a label's longest value", label("a", std::string(63, 'b')), ""},
      {"a label's value of 64", label("a", std::string(64, 'b')), "metadata.labels[a]"},
      {"an annotation's key", annotation("a b"), "metadata.annotations[a b]"},
      {"an annotation's prefix in upper case", annotation("X.io/a"), ""},
      {"annotations of 256 KiB", annotation("a", std::string(262143, 'x')), ""},
      {"more of them", annotation("a", std::string(262144, 'x')), "metadata.annotations"},
      {"a dry run, which only policies have", annotation("istio.io/dry-run", "true"),
       "metadata.annotations[istio.io/dry-run]"},
      {"one that Istio writes", annotation("internal.istio.io/parents", "x"),
       "metadata.annotations[internal.istio.io/parents]"},
  });
}

TEST_CASE("check: hosts (C2, C3, V4, V5, V6)") {
  check_all({
      {"none", hosts({}), "spec.hosts"},
      {"256", hosts(std::vector<std::string>(256, "a.b")), ""},
      {"257", hosts(std::vector<std::string>(257, "a.b")), "spec.hosts"},
      {"a dot at the end", hosts({"a.b."}), ""},
      {"upper case", hosts({"A.b"}), ""},
      {"one label that is a number", hosts({"12"}), ""},
      {"a wildcard", hosts({"*.service.consul"}), ""},
      {"a wildcard in a label", hosts({"*-a.service.consul"}), ""},
      {"all", hosts({"*"}), "spec.hosts[0]"},
      {"a wildcard inside", hosts({"a.*.b"}), "spec.hosts[0]"},
      {"an address", hosts({"10.0.0.1"}), "spec.hosts[0]"},
      {"of two, one", hosts({"a.b", "a_b"}), "spec.hosts[1]"},
      {"a wildcard with DNS and endpoints", hosts({"*.a.b"}, Resolution::dns), ""},
  });
}

TEST_CASE("check: without endpoints DNS looks the hosts up (V31)") {
  const auto lone = [](std::string host, Resolution resolution) {
    return [=](ServiceEntry& e) {
      e.hosts = {host};
      e.resolution = resolution;
      e.endpoints.clear();
    };
  };
  check_all({
      {"a host name", lone("example.com", Resolution::dns), ""},
      {"a dot at the end", lone("example.com.", Resolution::dns_round_robin), ""},
      {"a wildcard", lone("*.example.com", Resolution::dns), "spec.hosts[0]"},
      {"a wildcard, the first of them", lone("*.example.com", Resolution::dns_round_robin), "spec.hosts[0]"},
      {"a number", lone("12", Resolution::dns), "spec.hosts[0]"},
      {"a wildcard with STATIC", lone("*.example.com", Resolution::static_), ""},
  });
}

TEST_CASE("check: ports (C5, C6, V11, V12, V13, V15, V16, V17)") {
  check_all({
      {"none",
       [](ServiceEntry& e) {
         e.ports.clear();
         e.endpoints[0].ports.clear();
       },
       ""},
      {"one name twice", one_more_port({"http-80", 82, "HTTP", 0}), "spec.ports[2].name"},
      {"one number twice", one_more_port({"x", 80, "HTTP", 0}), "spec.ports[2].number"},
      {"no name", one_more_port({"", 82, "HTTP", 0}), "spec.ports[2].name"},
      {"a bad name", one_more_port({"a_b", 82, "HTTP", 0}), "spec.ports[2].name"},
      {"a name of 63", one_more_port({std::string(63, 'a'), 82, "HTTP", 0}), ""},
      {"a name of 64", one_more_port({std::string(64, 'a'), 82, "HTTP", 0}), "spec.ports[2].name"},
      {"number 0", one_more_port({"x", 0, "HTTP", 0}), "spec.ports[2].number"},
      {"number 65535", one_more_port({"x", 65535, "HTTP", 0}), ""},
      {"number 65536", one_more_port({"x", 65536, "HTTP", 0}), "spec.ports[2].number"},
      {"dubbo", one_more_port({"x", 82, "dubbo", 0}), "spec.ports[2].protocol"},
      {"target port 65535", one_more_port({"x", 82, "HTTP", 65535}), ""},
      {"target port 65536", one_more_port({"x", 82, "HTTP", 65536}), "spec.ports[2].targetPort"},
  });
  Written written = Written::by_us(good_entry());
  written.zero_target_ports = {1};
  CHECK(paths(check(good_entry(), written)) == "spec.ports[1].targetPort");
}

TEST_CASE("check: how many there may be (C4, C5, C7, C11, C12)") {
  const auto ports = [](std::uint32_t count) {
    return [=](ServiceEntry& e) {
      e.endpoints.clear();
      e.ports.clear();
      for (std::uint32_t i = 1; i <= count; ++i) e.ports.push_back({"p" + std::to_string(i), i, "HTTP", 0});
    };
  };
  const auto endpoints = [](std::size_t count) {
    return [=](ServiceEntry& e) { e.endpoints.assign(count, {"10.0.0.1", {}, "", "", {}, "", 0}); };
  };
  const auto mapped = [](std::uint32_t count) {
    return [=](ServiceEntry& e) {
      e.endpoints[0].ports.clear();
      for (std::uint32_t i = 1; i <= count; ++i) {
        e.ports.push_back({"p" + std::to_string(i), 1000 + i, "HTTP", 0});
        e.endpoints[0].ports.emplace_back("p" + std::to_string(i), 1);
      }
    };
  };
  const auto labels = [](int count) {
    return [=](ServiceEntry& e) {
      Pairs many;
      for (int i = 1; i <= count; ++i) many.emplace_back("l" + std::to_string(i), "");
      e.endpoints[0].labels = many;
    };
  };
  const auto selected = [](int count) {
    return [=](ServiceEntry& e) {
      e.endpoints.clear();
      for (int i = 1; i <= count; ++i) e.workload_selector.labels.emplace_back("l" + std::to_string(i), "");
    };
  };
  check_all({
      {"256 ports", ports(256), ""},
      {"257 ports", ports(257), "spec.ports"},
      {"no endpoints", endpoints(0), ""},
      {"4096 endpoints", endpoints(4096), ""},
      {"4097 endpoints", endpoints(4097), "spec.endpoints"},
      {"128 ports of an endpoint", mapped(128), ""},
      {"129 ports of an endpoint", mapped(129), "spec.endpoints[0].ports"},
      {"256 labels of an endpoint", labels(256), ""},
      {"257 labels of an endpoint", labels(257), "spec.endpoints[0].labels"},
      {"256 addresses", addresses(std::vector<std::string>(256, "240.0.0.1")), ""},
      {"257 addresses", addresses(std::vector<std::string>(257, "240.0.0.1")), "spec.addresses"},
      {"256 labels to select by", selected(256), ""},
      {"257 labels to select by", selected(257), "spec.workloadSelector.labels"},
  });
}

TEST_CASE("check: endpoints (C8, C11, V21, V25, V27, V28, V29, V33)") {
  check_all({
      {"no address", endpoint_address(""), "spec.endpoints[1].address"},
      {"a network instead of an address",
       [](ServiceEntry& e) {
         e.endpoints[0].address = "";
         e.endpoints[0].network = "n";
       },
       ""},
      {"an address with a zone", endpoint_address("fe80::1%eth0"), ""},
      {"a name with STATIC", endpoint_address("db.example.com"), "spec.endpoints[1].address"},
      {"a name with DNS", endpoint_address("db.example.com", Resolution::dns), ""},
      {"no name with DNS", endpoint_address("a_b", Resolution::dns), "spec.endpoints[1].address"},
      {"a wildcard with DNS", endpoint_address("*.b", Resolution::dns), "spec.endpoints[1].address"},
      {"a network alone with DNS",
       [](ServiceEntry& e) {
         e.resolution = Resolution::dns;
         e.endpoints[1].address = "";
         e.endpoints[1].network = "n";
       },
       "spec.endpoints[1].address"},
      {"an unknown port", endpoint_ports({{"tcp-1", 1}}), "spec.endpoints[1].ports[tcp-1]"},
      {"port 0", endpoint_ports({{"http-80", 0}}), "spec.endpoints[1].ports[http-80]"},
      {"port 65536", endpoint_ports({{"http-80", 65536}}), "spec.endpoints[1].ports[http-80]"},
      {"a label's key", endpoint_label("a/b/c", ""), "spec.endpoints[1].labels[a/b/c]"},
      {"a label's prefix in upper case", endpoint_label("X.io/a", ""), ""},
      {"a label's value", endpoint_label("a", "b/c"), "spec.endpoints[1].labels[a]"},
      {"a label's value of 64", endpoint_label("a", std::string(64, 'b')), ""},
  });
}

TEST_CASE("check: the key of a port map has at most 62 characters, a port's own name 63") {
  ServiceEntry entry = good_entry();
  const std::string name(62, 'a');
  entry.ports.push_back({name, 82, "HTTP", 0});
  entry.endpoints[1].ports = {{name, 1}};
  CHECK(paths(check(entry)).empty());
  entry.ports.back().name = entry.endpoints[1].ports[0].first = name + "a";
  CHECK(paths(check(entry)) == "spec.endpoints[1].ports[" + name + "a]");
}

TEST_CASE("check: long texts (C4, C10, C12), counted by characters") {
  std::string umlauts;
  for (int i = 0; i < 2048; ++i) umlauts += "ä";
  const auto endpoint = [](auto change) { return [=](ServiceEntry& e) { change(e.endpoints[0]); }; };
  const auto locality = [=](std::string text) { return endpoint([=](Endpoint& one) { one.locality = text; }); };
  const auto network = [=](std::string text) { return endpoint([=](Endpoint& one) { one.network = text; }); };
  const auto account = [=](std::string text) { return endpoint([=](Endpoint& one) { one.service_account = text; }); };
  check_all({
      {"locality", locality(umlauts), ""},
      {"a longer locality", locality(umlauts + "a"), "spec.endpoints[0].locality"},
      {"network", network(umlauts), ""},
      {"a longer network", network(umlauts + "a"), "spec.endpoints[0].network"},
      {"service account", account(std::string(253, 'a')), ""},
      {"a longer service account", account(std::string(254, 'a')), "spec.endpoints[0].serviceAccount"},
      {"an address", addresses({"fe80::1%" + std::string(56, 'z')}), ""},
      {"a longer address", addresses({"fe80::1%" + std::string(57, 'z')}), "spec.addresses[0]"},
      {"an endpoint's address", endpoint_address("fe80::1%" + std::string(248, 'z')), ""},
      {"a longer one", endpoint_address("fe80::1%" + std::string(249, 'z')), "spec.endpoints[1].address"},
  });
}

TEST_CASE("check: unix sockets (C9, C10, V23, V24, V30)") {
  const auto socket = [](std::string address, PortMap ports = {}) {
    return [=](ServiceEntry& e) {
      e.ports.resize(1);
      e.endpoints = {{address, {}, "", "", ports, "", 0}};
    };
  };
  check_all({
      {"a path", socket("unix:///run/x.sock"), ""},
      {"an abstract name", socket("unix://@x"), ""},
      {"empty", socket("unix://"), "spec.endpoints[0].address"},
      {"relative", socket("unix://x"), "spec.endpoints[0].address"},
      {"a directory", socket("unix:///run/"), "spec.endpoints[0].address"},
      {"an abstract directory", socket("unix://@run/"), "spec.endpoints[0].address"},
      {"with ports", socket("unix:///run/x.sock", {{"http-80", 80}}), "spec.endpoints[0].ports"},
      {"of a service with two ports", endpoint_address("unix:///run/x.sock"), "spec.endpoints[1].address"},
  });
  ServiceEntry entry = good_entry();
  socket("unix:///run/x.sock")(entry);
  Written written = Written::by_us(entry);
  written.empty_endpoint_ports = {0};
  CHECK(paths(check(entry, written)) == "spec.endpoints[0].ports");
}

TEST_CASE("check: exportTo (V38)") {
  check_all({
      {"nobody", export_to({"~"}), ""},
      {"all", export_to({"*"}), ""},
      {"several", export_to({".", "a", "b"}), ""},
      {"one twice", export_to({"a", "a"}), "spec.exportTo[1]"},
      {"the own namespace twice", export_to({".", "mesh"}), "spec.exportTo[1]"},
      {"all and more", export_to({"*", "a"}), "spec.exportTo[0]"},
      {"nobody and more", export_to({"a", "~"}), "spec.exportTo[1]"},
      {"no namespace", export_to({"a.b"}), "spec.exportTo[0]"},
      {"the namespace that an object gets that has none",
       [](ServiceEntry& e) {
         e.meta.nspace = "";
         e.export_to = {".", "default"};
       },
       "spec.exportTo[1]"},
  });
}

TEST_CASE("check: addresses of the service (C14, V8, V9)") {
  check_all({
      {"addresses and subnets", addresses({"240.0.0.1", "10.0.0.0/8", "10.0.0.1/8", "::1", "2001:db8::/32"}), ""},
      {"no address", addresses({"db.example.com"}), "spec.addresses[0]"},
      {"no subnet", addresses({"240.0.0.1", "10.0.0.0/33"}), "spec.addresses[1]"},
      {"a number with a zero in front", addresses({"10.0.0.0/08"}), "spec.addresses[0]"},
      {"an address with DNS", addresses({"240.0.0.1"}, Resolution::dns), ""},
      {"a subnet with DNS", addresses({"10.0.0.0/8"}, Resolution::dns), "spec.addresses[0]"},
      {"a subnet with NONE", addresses({"10.0.0.0/8"}, Resolution::none), ""},
  });
}

TEST_CASE("check: what a resolution allows (C13, C15, C16, V3, V18, V32)") {
  const auto with = [](Resolution resolution, std::size_t endpoints) {
    return [=](ServiceEntry& e) {
      e.resolution = resolution;
      e.endpoints.resize(endpoints);
    };
  };
  check_all({
      {"NONE", with(Resolution::none, 0), ""},
      {"NONE and endpoints", with(Resolution::none, 1), "spec.endpoints"},
      {"one with DNS_ROUND_ROBIN", with(Resolution::dns_round_robin, 1), ""},
      {"two with DNS_ROUND_ROBIN", with(Resolution::dns_round_robin, 2), "spec.endpoints"},
      {"two with DNS", with(Resolution::dns, 2), ""},
      {"endpoints beside a selector",
       [](ServiceEntry& e) {
         e.workload_selector.labels = {{"a", "b"}};
       },
       "spec.workloadSelector"},
  });
}

TEST_CASE("check: what is empty and yet written (C13, C15)") {
  struct Case {
    std::string_view what;
    Resolution resolution;
    bool endpoints;
    bool selector;
    std::string_view paths;
  };
  for (const Case& row : {Case{"no endpoints with NONE", Resolution::none, true, false, "spec.endpoints"},
                          Case{"no endpoints with STATIC", Resolution::static_, true, false, ""},
                          Case{"both", Resolution::static_, true, true, "spec.workloadSelector"},
                          Case{"a selector", Resolution::static_, false, true, ""}}) {
    CAPTURE(row.what);
    ServiceEntry entry = good_entry();
    entry.endpoints.clear();
    entry.resolution = row.resolution;
    Written written;
    written.endpoints = row.endpoints;
    written.workload_selector = row.selector;
    CHECK(paths(check(entry, written)) == row.paths);
  }
}

TEST_CASE("check: an unknown resolution is not held against what depends on it") {
  ServiceEntry entry = good_entry();
  entry.resolution = Resolution::none;
  Written written = Written::by_us(entry);
  written.resolution_is_known = false;
  CHECK(check(entry, written).empty());
}

TEST_CASE("check: workloadSelector (C17, V1)") {
  const auto select = [](std::string key, std::string value) {
    return [=](ServiceEntry& e) {
      e.endpoints.clear();
      e.workload_selector.labels = {{key, value}};
    };
  };
  check_all({
      {"a label", select("registry2istio.io/host", std::string(63, 'a')), ""},
      {"no label's key", select("a b", "a"), ""},
      {"an empty key", select("", "a"), "spec.workloadSelector.labels[]"},
      {"a wildcard in the key", select("a*", "a"), "spec.workloadSelector.labels[a*]"},
      {"a wildcard in the value", select("a", "*"), "spec.workloadSelector.labels[a]"},
      {"64 characters", select("a", std::string(64, 'a')), "spec.workloadSelector.labels[a]"},
  });
}

TEST_CASE("check: DYNAMIC_DNS (V35)") {
  const auto dynamic = [](Change change) {
    return [=](ServiceEntry& e) {
      e.resolution = Resolution::dynamic_dns;
      e.hosts = {"*.example.com"};
      e.endpoints.clear();
      e.ports = {{"http-80", 80, "HTTP", 0}};
      change(e);
    };
  };
  check_all({
      {"wildcards and HTTP", dynamic([](ServiceEntry&) {}), ""},
      {"a plain host", dynamic([](ServiceEntry& e) { e.hosts = {"example.com"}; }), "spec.hosts[0]"},
      {"addresses", dynamic([](ServiceEntry& e) { e.addresses = {"240.0.0.1"}; }), "spec.addresses"},
      {"endpoints", dynamic([](ServiceEntry& e) {
         e.endpoints = {{"10.0.0.1", {}, "", "", {}, "", 0}};
       }),
       "spec.endpoints"},
      {"GRPC", dynamic([](ServiceEntry& e) { e.ports[0].protocol = "grpc"; }), ""},
      {"TCP", dynamic([](ServiceEntry& e) { e.ports[0].protocol = "TCP"; }), "spec.ports[0].protocol"},
      {"GRPC-WEB", dynamic([](ServiceEntry& e) { e.ports[0].protocol = "GRPC-WEB"; }), "spec.ports[0].protocol"},
      {"a waypoint", dynamic(label("istio.io/use-waypoint", "w")), "spec.location"},
      {"no waypoint", dynamic(label("istio.io/use-waypoint", "None")), ""},
      {"a waypoint outside the mesh", dynamic([](ServiceEntry& e) {
         e.meta.labels = {{"istio.io/use-waypoint", "w"}};
         e.location = Location::mesh_external;
       }),
       ""},
  });
}

TEST_CASE("check: several hosts are for HTTP and TLS alone (V37)") {
  const auto two_hosts = [](std::string protocol, Resolution resolution = Resolution::static_) {
    return [=](ServiceEntry& e) {
      e.hosts = {"a.b", "c.d"};
      e.resolution = resolution;
      if (resolution == Resolution::none) e.endpoints.clear();
      e.ports = {{"http-80", 80, "GRPC", 0}, {"port-81", 81, protocol, 0}};
    };
  };
  check_all({
      {"TLS", two_hosts("HTTPS"), ""},
      {"TCP", two_hosts("TCP"), "spec.ports[1].protocol"},
      {"undecided", two_hosts(""), "spec.ports[1].protocol"},
      {"TCP with NONE", two_hosts("TCP", Resolution::none), ""},
  });
}

TEST_CASE("check: everything that is wrong is told at once") {
  ServiceEntry entry = good_entry();
  entry.meta.name = "A";
  entry.hosts = {"*"};
  entry.ports[1].number = 0;
  entry.endpoints[1].address = "";
  CHECK(paths(check(entry)) == "metadata.name\nspec.hosts[0]\nspec.ports[1].number\nspec.endpoints[1].address");
}

TEST_CASE("check: what is wrong is told with its path") {
  ServiceEntry entry = good_entry();
  entry.ports[1].number = 0;
  REQUIRE(check(entry).size() == 1);
  CHECK(check(entry)[0].text() == "spec.ports[1].number: 0 is no port: 1 to 65535");
}

TEST_CASE("check: workload entries (C8, V21, V23, V24, V26, V28, V29)") {
  const auto address = [](std::string text) { return [=](WorkloadEntry& w) { w.spec.address = text; }; };
  const auto socket = [](PortMap ports) {
    return [=](WorkloadEntry& w) {
      w.spec.address = "unix:///run/x.sock";
      w.spec.ports = ports;
    };
  };
  const auto ports = [](std::string name, std::uint32_t number) {
    return [=](WorkloadEntry& w) { w.spec.ports = {{name, number}}; };
  };
  check_all(std::vector<Row<WorkloadEntry>>{
      {"as it is", [](WorkloadEntry&) {}, ""},
      {"a name", address("db.example.com"), ""},
      {"a zone", address("fe80::1%eth0"), ""},
      {"a socket", socket({}), ""},
      {"a socket with ports", socket({{"a", 1}}), "spec.ports"},
      {"a relative socket", address("unix://x"), "spec.address\nspec.ports"},
      {"neither", address("a_b"), "spec.address"},
      {"nothing", address(""), "spec.address"},
      {"a network alone",
       [](WorkloadEntry& w) {
         w.spec.address = "";
         w.spec.network = "n";
       },
       ""},
      {"the object's name", [](WorkloadEntry& w) { w.meta.name = "a_b"; }, "metadata.name"},
      {"a port's name", ports("a_b", 1), "spec.ports[a_b]"},
      {"a port", ports("a", 65536), "spec.ports[a]"},
      {"a label",
       [](WorkloadEntry& w) {
         w.spec.labels = {{"a", "b c"}};
       },
       "spec.labels[a]"},
  });
  WorkloadEntry entry = good_workload();
  socket({})(entry);
  Written written;
  written.empty_endpoint_ports = {0};
  CHECK(paths(check(entry, written)) == "spec.ports");
}

TEST_CASE("doubts: what Istio takes with a warning (V2, V7, V14, V19, V22, V34)") {
  const auto doubted = [](const Change& change) {
    ServiceEntry entry = good_entry();
    change(entry);
    return paths(find_doubts(entry, Written::by_us(entry)));
  };
  CHECK(doubted([](ServiceEntry&) {}).empty());
  CHECK(doubted(hosts({"*.a.b"})).empty());
  CHECK(doubted(hosts({"*a.b"})) == "spec.hosts[0]");
  CHECK(doubted([](ServiceEntry& e) {
          e.meta.labels = {{"networking.istio.io/enable-autoallocate-ip", "false"}};
        }) == "spec.ports[1].protocol");
  CHECK(doubted([](ServiceEntry& e) { e.resolution = Resolution::none; }) == "spec.ports[1].protocol");
  CHECK(doubted(addresses({"240.0.0.1"}, Resolution::none)).empty());
  CHECK(doubted([](ServiceEntry& e) {
          e.endpoints[1].address = "";
          e.endpoints[1].network = "n";
        }) == "spec.endpoints[1].address");
  CHECK(doubted([](ServiceEntry& e) {
          e.hosts = {"a.b", "c.d"};
          e.addresses = {"240.0.0.1"};
          e.resolution = Resolution::dns;
          e.ports[1].protocol = "TLS";
        }) == "spec.addresses");

  ServiceEntry entry = good_entry();
  entry.endpoints.clear();
  Written written;
  written.workload_selector = true;
  CHECK(paths(find_doubts(entry, written)) == "spec.workloadSelector");
  entry.workload_selector.labels = {{"a", "b"}};
  entry.resolution = Resolution::dns;
  CHECK(find_doubts(entry, written).empty());
  entry.resolution = Resolution::none;
  entry.ports.clear();
  CHECK(paths(find_doubts(entry, written)) == "spec.workloadSelector");

  WorkloadEntry workload = good_workload();
  CHECK(find_doubts(workload).empty());
  workload.spec.address = "";
  workload.spec.network = "n";
  CHECK(paths(find_doubts(workload)) == "spec.address");
}

TEST_CASE("check: labels that endpoints share are told of each of them") {
  ServiceEntry entry = good_entry();
  entry.endpoints.resize(2);
  entry.endpoints.push_back(entry.endpoints[1]);
  const SharedPairs bad = {{"a b", "c"}};
  const SharedPairs good = {{"a", "b"}};
  entry.endpoints[0].labels = bad;
  entry.endpoints[1].labels = good;
  entry.endpoints[2].labels = bad;
  CHECK(paths(check(entry)) == "spec.endpoints[0].labels[a b]\nspec.endpoints[2].labels[a b]");
  entry.endpoints[1].labels = bad;
  CHECK(paths(check(entry)) ==
        "spec.endpoints[0].labels[a b]\nspec.endpoints[1].labels[a b]\nspec.endpoints[2].labels[a b]");
  entry.endpoints[0].labels = good;
  entry.endpoints[1].labels = good;
  CHECK(paths(check(entry)) == "spec.endpoints[2].labels[a b]");
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
      endpoint.network = std::string(random() % 300, 'n');
      endpoint.service_account = std::string(random() % 254, 'a');
      endpoint.weight = 1'000'000;
      for (const ServicePort& port : entry.ports) endpoint.ports.emplace_back(port.name, 65535);
      Pairs labels;
      for (auto l = random() % 8; l > 0; --l)
        labels.emplace_back("label" + std::to_string(l), std::string(random() % 63, 'v'));
      endpoint.labels = labels;
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
