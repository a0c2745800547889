#include "transform/layout.hpp"

#include "base/hash.hpp"
#include "model/check.hpp"
#include "support/told.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace r2i::transform {
namespace {

using testing::told;

ServiceEntry an_entry(const std::string& host = "pay.service.consul") {
  ServiceEntry entry;
  entry.meta = {{{"registry2istio.io/scope", "dc1"}}, {{"registry2istio.io/owner", "default"}}, host, "mesh"};
  entry.hosts = {host};
  entry.resolution = Resolution::static_;
  entry.ports = {{"http-80", 80, "HTTP", 0}};
  entry.endpoints = {{"10.0.0.1", {{"version", "v1"}}, "dc1", "", {{"http-80", 8080}}, "", 3},
                     {"10.0.0.2", {}, "dc1", "", {}, "", 1}};
  return entry;
}

TEST_CASE("layout inline: the entry as it is") {
  const auto objects = lay_out(an_entry(), Layout::inline_);
  REQUIRE(objects.size() == 1);
  CHECK(objects[0] == Manifest(an_entry()));
}

TEST_CASE("layout workload-entries: an entry that selects, and one object for each endpoint") {
  const auto objects = lay_out(an_entry(), Layout::workload_entries);
  REQUIRE(objects.size() == 3);

  ServiceEntry expected = an_entry();
  expected.endpoints.clear();
  expected.workload_selector.labels = {{"registry2istio.io/host", "pay.service.consul"}};
  CHECK(objects[0] == Manifest(expected));

  const auto& first = std::get<WorkloadEntry>(objects[1]);
  CHECK(first.spec == an_entry().endpoints[0]);
  CHECK(first.meta.nspace == "mesh");
  CHECK(first.meta.annotations == an_entry().meta.annotations);
  CHECK(told(first.meta.labels) == "registry2istio.io/host=pay.service.consul,registry2istio.io/owner=default");
  CHECK(std::get<WorkloadEntry>(objects[2]).spec == an_entry().endpoints[1]);
}

TEST_CASE(
    "layout workload-entries: where the selector's value is cut within the service's name, an annotation has it") {
  const auto annotations = [](const std::string& label) {
    return told(meta_of(lay_out(an_entry(label + ".service.consul"), Layout::workload_entries)[1]).annotations);
  };
  CHECK(annotations(std::string(48, 'p')) == "registry2istio.io/scope=dc1");
  // The whole host is longer than a label may be, but the name is not cut.
  CHECK(annotations(std::string(50, 'p')) == "registry2istio.io/scope=dc1");
  for (const std::size_t length : {51, 52, 53, 63}) {
    const std::string name(length, 'p');
    CAPTURE(length);
    const std::string all = annotations(name);
    CHECK(all.find("registry2istio.io/service=" + name) != std::string::npos);
  }
}

TEST_CASE("layout workload-entries: names are host and a hash of address and ports, whatever else there is") {
  const auto name_of = [](const ServiceEntry& entry) {
    return std::get<WorkloadEntry>(lay_out(ServiceEntry(entry), Layout::workload_entries)[1]).meta.name;
  };
  ServiceEntry entry = an_entry();
  const std::string name = name_of(entry);
  CHECK(name.starts_with("pay.service.consul-"));
  CHECK(name.size() == entry.hosts[0].size() + 1 + 10);

  entry.endpoints[0].labels = {};
  entry.endpoints[0].weight = 0;
  entry.endpoints[0].locality = "";
  entry.endpoints.pop_back();
  CHECK(name_of(entry) == name);

  entry.endpoints[0].ports[0].second = 8081;
  CHECK(name_of(entry) != name);
  entry = an_entry();
  entry.endpoints[0].address = "10.0.0.3";
  CHECK(name_of(entry) != name);
}

TEST_CASE("layout workload-entries: endpoints at one address with the same numbers under other ports are two") {
  const auto names_of = [](std::vector<PortMap> all_ports) {
    ServiceEntry entry = an_entry();
    entry.ports = {{"http-80", 80, "HTTP", 0}, {"http-81", 81, "HTTP", 0}};
    entry.endpoints.clear();
    for (PortMap& ports : all_ports) {
      Endpoint& endpoint = entry.endpoints.emplace_back();
      endpoint.address = "10.0.0.1";
      endpoint.ports = std::move(ports);
    }
    std::vector<std::string> names;
    for (const Manifest& object : lay_out(std::move(entry), Layout::workload_entries)) {
      if (const auto* workload = std::get_if<WorkloadEntry>(&object)) names.push_back(workload->meta.name);
    }
    return names;
  };
  const PortMap own;  // as the service has them
  const PortMap swapped = {{"http-80", 81}, {"http-81", 80}};
  const auto both = names_of({own, swapped});
  CHECK(both[0] != both[1]);
  CHECK(both[0] == names_of({own})[0]);
  const auto the_other_way = names_of({swapped, own});
  CHECK(the_other_way[0] != the_other_way[1]);
}

TEST_CASE("layout workload-entries: no endpoints, no workload entries") {
  ServiceEntry entry = an_entry();
  entry.endpoints.clear();
  const auto objects = lay_out(std::move(entry), Layout::workload_entries);
  REQUIRE(objects.size() == 1);
  CHECK(std::get<ServiceEntry>(objects[0]).workload_selector.labels.size() == 1);
}

TEST_CASE("layout workload-entries: a long host is shortened in names and in the selector, and stays unique") {
  std::string host = std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + ".";
  host += std::string(253 - host.size(), 'd');
  std::set<std::string> values;
  for (const std::string& one :
       {host, host.substr(0, 252) + "e", std::string(63, 'x'), std::string(60, 'y') + ".zzz"}) {
    const auto objects = lay_out(an_entry(one), Layout::workload_entries);
    const auto& entry = std::get<ServiceEntry>(objects[0]);
    const std::string& value = entry.workload_selector.labels[0].second;
    CHECK(is_label_value(value));
    values.insert(value);
    for (std::size_t i = 1; i < objects.size(); ++i) {
      const auto& workload = std::get<WorkloadEntry>(objects[i]);
      CHECK(workload.meta.name.size() <= 253);
      CHECK(check(workload).empty());
      CHECK(told(workload.meta.labels).find("registry2istio.io/host=" + value) != std::string::npos);
    }
  }
  CHECK(values.size() == 4);
  CHECK(values.contains(std::string(63, 'x')));
}

TEST_CASE("layout workload-entries: two hosts that are cut alike share no name, though they share an endpoint") {
  for (const std::string& rest : {std::string(), "." + std::string(60, 'b') + "." + std::string(60, 'c')}) {
    std::set<std::string> names;
    for (const std::string end : {"1", "2"}) {
      const std::string label = std::string(60, 'a') + end;
      const auto objects = lay_out(an_entry(rest.empty() ? label : "x" + rest + "." + label), Layout::workload_entries);
      for (std::size_t i = 1; i < objects.size(); ++i) names.insert(meta_of(objects[i]).name);
    }
    CHECK(names.size() == 4);
  }
}

TEST_CASE("layout workload-entries: a cut does not leave a separator before the hash") {
  const std::string host = std::string(51, 'a') + "." + std::string(40, 'b');
  const auto objects = lay_out(an_entry(host), Layout::workload_entries);
  CHECK(std::get<ServiceEntry>(objects[0]).workload_selector.labels[0].second ==
        std::string(51, 'a') + "-" + short_hash(host, 10));
}

}  // namespace
}  // namespace r2i::transform
