#include "plan/fields.hpp"

#include "base/text.hpp"
#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace r2i::plan {
namespace {

using testing::service_entry;

ServiceEntry whole_entry() {
  ServiceEntry entry;
  entry.meta = {{{"a/b", ""}}, {{"l", "2"}}, "pay", "mesh"};
  entry.addresses = {"240.0.0.1"};
  entry.endpoints = {{"10.0.0.1", {{"version", "v1"}}, "dc1", "net", {{"http", 8080}}, "sa", 3}};
  entry.export_to = {"."};
  entry.hosts = {"pay.service.consul"};
  entry.location = Location::mesh_internal;
  entry.ports = {{"http", 80, "HTTP", 8080}, {"tcp", 81, "", 0}};
  entry.resolution = Resolution::dns;
  entry.subject_alt_names = {"spiffe://x"};
  entry.workload_selector.labels = {{"k", "v"}};
  return entry;
}

WorkloadEntry whole_workload() {
  return {{{}, {{"l", "2"}}, "pay-1", "mesh"}, {"10.0.0.1", {{"v", ""}}, "r/z", "n", {{"http", 8080}}, "sa", 7}};
}

std::vector<std::string> paths_of(const Manifest& manifest) {
  std::vector<std::string> paths;
  for (const Field& field : fields_of(manifest)) paths.push_back(field.path);
  return paths;
}

TEST_CASE("fields: of a ServiceEntry, what server-side apply owns as one, spelled as it spells it") {
  CHECK(join(paths_of(whole_entry()), "\n") ==
        ".metadata.annotations.a/b\n"
        ".metadata.labels.l\n"
        ".spec.addresses\n"
        ".spec.endpoints\n"
        ".spec.exportTo\n"
        ".spec.hosts\n"
        ".spec.location\n"
        ".spec.ports[name=\"http\"].name\n"
        ".spec.ports[name=\"http\"].number\n"
        ".spec.ports[name=\"http\"].protocol\n"
        ".spec.ports[name=\"http\"].targetPort\n"
        ".spec.ports[name=\"tcp\"].name\n"
        ".spec.ports[name=\"tcp\"].number\n"
        ".spec.resolution\n"
        ".spec.subjectAltNames\n"
        ".spec.workloadSelector.labels.k");
}

TEST_CASE("fields: of a WorkloadEntry; an empty value of a map is a value") {
  CHECK(join(paths_of(whole_workload()), "\n") ==
        ".metadata.labels.l\n"
        ".spec.address\n"
        ".spec.labels.v\n"
        ".spec.locality\n"
        ".spec.network\n"
        ".spec.ports.http\n"
        ".spec.serviceAccount\n"
        ".spec.weight");
}

TEST_CASE("fields: what is not written is none, enums always are") {
  CHECK(join(paths_of(ServiceEntry{}), " ") == ".spec.location .spec.resolution");
  CHECK(paths_of(WorkloadEntry{}).empty());
}

TEST_CASE("fields: the same paths as the manager that applies them is told to own") {
  for (const Manifest& manifest : {Manifest(whole_workload()), Manifest(service_entry("pay", {"10.0.0.1"}))}) {
    testing::ModelCluster cluster;
    cluster.apply(manifest, "us");
    const LiveObject live = cluster.live(key_of(manifest));
    REQUIRE(live.applied_by("us") != nullptr);
    CHECK(join(live.applied_by("us")->paths(), "\n") == join(paths_of(manifest), "\n"));
  }
}

/// The value at this path.
const FieldValue& value_in(const std::vector<Field>& fields, const std::string& path) {
  for (const Field& field : fields) {
    if (field.path == path) return field.value;
  }
  FAIL("no field " << path);
  return fields.front().value;
}

bool same(const Manifest& a, const Manifest& b, const std::string& path) {
  const std::vector<Field> of_a = fields_of(a);
  const std::vector<Field> of_b = fields_of(b);
  return same_value(value_in(of_a, path), value_in(of_b, path));
}

TEST_CASE("has fields: all of a set, whatever else there is") {
  const ServiceEntry entry = whole_entry();
  std::vector<std::string> paths;
  for (const Field& field : fields_of(entry)) paths.push_back(field.path);
  CHECK(has_fields(entry, {}));
  CHECK(has_fields(entry, FieldSet(paths)));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    CAPTURE(paths[i]);
    CHECK(has_fields(entry, FieldSet({paths[i]})));
    std::vector<std::string> fewer = paths;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(has_fields(entry, FieldSet(fewer)));
    fewer.push_back(paths[i] + "x");
    CHECK_FALSE(has_fields(entry, FieldSet(fewer)));
  }
  ServiceEntry without = entry;
  without.export_to.clear();
  CHECK_FALSE(has_fields(without, FieldSet(paths)));
  without = entry;
  without.ports.pop_back();
  CHECK_FALSE(has_fields(without, FieldSet(paths)));
  // What comes twice counts once.
  without.ports.push_back(without.ports.front());
  CHECK_FALSE(has_fields(without, FieldSet(paths)));
}

TEST_CASE("same value: the order of a list is no difference") {
  ServiceEntry a = service_entry("pay", {"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  a.hosts = {"a", "b", "b"};
  a.endpoints[0].ports = {{"x", 1}, {"y", 2}};
  a.endpoints[0].labels = {{"l", "1"}, {"m", "2"}};
  ServiceEntry b = a;
  b.hosts = {"b", "a", "b"};
  b.endpoints[0].ports = {{"y", 2}, {"x", 1}};
  b.endpoints[0].labels = {{"m", "2"}, {"l", "1"}};
  std::swap(b.endpoints[0], b.endpoints[2]);
  CHECK(same(a, b, ".spec.hosts"));
  CHECK(same(a, b, ".spec.endpoints"));
}

TEST_CASE("same value: everything else is a difference") {
  const ServiceEntry a = whole_entry();
  const auto differs = [&](auto change) {
    ServiceEntry b = a;
    change(b);
    return !same(a, b, ".spec.endpoints") || !same(a, b, ".spec.hosts");
  };
  CHECK_FALSE(differs([](ServiceEntry&) {}));
  CHECK(differs([](ServiceEntry& b) { b.hosts.push_back("b"); }));
  CHECK(differs([](ServiceEntry& b) { b.hosts.push_back(b.hosts.front()); }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints.push_back(b.endpoints.front()); }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints[0].address = "10.0.0.2"; }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints[0].labels = {{"version", "v2"}}; }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints[0].locality = ""; }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints[0].network = ""; }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints[0].ports[0].second = 1; }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints[0].service_account = ""; }));
  CHECK(differs([](ServiceEntry& b) { b.endpoints[0].weight = 4; }));
  CHECK_FALSE(same_value(std::string_view("1"), std::uint32_t{1}));
}

TEST_CASE("in words: values as a message shows them") {
  CHECK(in_words(std::string_view("STATIC")) == "\"STATIC\"");
  CHECK(in_words(std::uint32_t{80}) == "80");
  const std::vector<std::string> few = {"a", "b"};
  const std::vector<std::string> many = {"a", "b", "c", "d", "e"};
  CHECK(in_words(&few) == "\"a\", \"b\"");
  CHECK(in_words(&many) == "\"a\", \"b\", \"c\" and 2 more");
  const std::vector<Endpoint> one(1, {"10.0.0.1", {}, {}, {}, {}, {}, 0});
  CHECK(in_words(&one) == "1 endpoint (\"10.0.0.1\")");
}

TEST_CASE("keep fields: those that are wanted, and nothing is left of the others") {
  const auto kept = [](const Manifest& manifest, std::set<std::string> wanted) {
    return keep_fields(manifest, [&](const std::string& path) { return wanted.contains(path); });
  };
  for (const Manifest& manifest : {Manifest(whole_entry()), Manifest(whole_workload())}) {
    const std::vector<std::string> all = paths_of(manifest);
    CHECK((kept(manifest, {all.begin(), all.end()}) == manifest));
    for (const std::string& path : all) {
      CAPTURE(path);
      std::set<std::string> wanted{path};
      // An item of a list is found by its name.
      if (path.find("].") != std::string::npos) wanted.insert(path.substr(0, path.find("].")) + "].name");
      std::set<std::string> expected = wanted;
      if (kind_of(manifest) == "ServiceEntry") expected.insert({".spec.location", ".spec.resolution"});
      const std::vector<std::string> left = paths_of(kept(manifest, wanted));
      CHECK(join(left, " ") == join({expected.begin(), expected.end()}, " "));
    }
  }
}

TEST_CASE("keep fields: name and namespace stay") {
  const Manifest nothing = keep_fields(whole_entry(), [](const std::string&) { return false; });
  CHECK((key_of(nothing) == key_of(whole_entry())));
  CHECK(std::get<ServiceEntry>(nothing).ports.empty());
}

}  // namespace
}  // namespace r2i::plan
