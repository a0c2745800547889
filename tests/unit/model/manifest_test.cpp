#include "model/manifest.hpp"

#include "base/json_writer.hpp"
#include "model/describe.hpp"
#include "model/read_manifest.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

std::string as_json(const Manifest& manifest, std::string_view version = "v1") {
  StringOutput out;
  JsonWriter json(out, 0);
  describe(json, manifest, version);
  return out.text();
}

struct Reading {
  std::optional<ReadManifest> object;
  std::string findings;  ///< one a line
};

Reading read_json(std::string text) {
  JsonCursor cursor;
  DocumentReader reader(cursor);
  Reading reading;
  if (cursor.open(text)) reading.object = read_manifest(reader);
  for (const Finding& finding : reader.finish()) reading.findings += finding.message + "\n";
  return reading;
}

ServiceEntry whole_service_entry() {
  ServiceEntry entry;
  entry.meta = {{{"a", "1"}}, {{"l", "2"}, {"m", ""}}, "pay.service.consul", "mesh"};
  entry.addresses = {"240.0.0.1"};
  entry.endpoints = {{"10.0.0.1", {{"version", "v1"}}, "dc1", "net", {{"http-80", 8080}}, "sa", 3},
                     {"10.0.0.2", {}, "", "", {}, "", 0}};
  entry.export_to = {"."};
  entry.hosts = {"pay.service.consul"};
  entry.location = Location::mesh_internal;
  entry.ports = {{"http-80", 80, "HTTP", 8080}, {"port-81", 81, "", 0}};
  entry.resolution = Resolution::dns_round_robin;
  entry.subject_alt_names = {"spiffe://x"};
  entry.workload_selector.labels = {{"k", "v"}};
  return entry;
}

WorkloadEntry whole_workload_entry() {
  return {{{}, {{"l", "2"}}, "pay-1", ""}, {"10.0.0.1", {{"v", "1"}}, "r/z", "n", {{"http-80", 8080}}, "sa", 7}};
}

TEST_CASE("describe: every field, in kubectl's order") {
  CHECK(
      as_json(whole_service_entry()) ==
      R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","metadata":{"annotations":{"a":"1"},)"
      R"("labels":{"l":"2","m":""},"name":"pay.service.consul","namespace":"mesh"},"spec":{"addresses":["240.0.0.1"],)"
      R"("endpoints":[{"address":"10.0.0.1","labels":{"version":"v1"},"locality":"dc1","network":"net",)"
      R"("ports":{"http-80":8080},"serviceAccount":"sa","weight":3},{"address":"10.0.0.2"}],"exportTo":["."],)"
      R"("hosts":["pay.service.consul"],"location":"MESH_INTERNAL","ports":[{"name":"http-80","number":80,)"
      R"("protocol":"HTTP","targetPort":8080},{"name":"port-81","number":81}],"resolution":"DNS_ROUND_ROBIN",)"
      R"("subjectAltNames":["spiffe://x"],"workloadSelector":{"labels":{"k":"v"}}}})");
  CHECK(as_json(whole_workload_entry(), "v1beta1") ==
        R"({"apiVersion":"networking.istio.io/v1beta1","kind":"WorkloadEntry","metadata":{"labels":{"l":"2"},)"
        R"("name":"pay-1"},"spec":{"address":"10.0.0.1","labels":{"v":"1"},"locality":"r/z","network":"n",)"
        R"("ports":{"http-80":8080},"serviceAccount":"sa","weight":7}})");
}

TEST_CASE("describe: nothing that is empty, and always location and resolution") {
  ServiceEntry entry;
  entry.meta.name = "a";
  CHECK(as_json(entry) == R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","metadata":{"name":"a"},)"
                          R"("spec":{"location":"MESH_EXTERNAL","resolution":"NONE"}})");
  WorkloadEntry workload;
  workload.meta.name = "a";
  workload.spec.address = "10.0.0.1";
  CHECK(as_json(workload) == R"({"apiVersion":"networking.istio.io/v1","kind":"WorkloadEntry","metadata":{"name":"a"},)"
                             R"("spec":{"address":"10.0.0.1"}})");
}

TEST_CASE("manifest: its kind and its metadata") {
  CHECK(kind_of(Manifest(whole_service_entry())) == "ServiceEntry");
  CHECK(kind_of(Manifest(whole_workload_entry())) == "WorkloadEntry");
  CHECK(meta_of(Manifest(whole_service_entry())).name == "pay.service.consul");
  CHECK(meta_of(Manifest(whole_workload_entry())).name == "pay-1");
}

TEST_CASE("read manifest: what was described comes back") {
  for (const Manifest& manifest : {Manifest(whole_service_entry()), Manifest(whole_workload_entry())}) {
    for (const std::string_view version : {"v1", "v1beta1", "v1alpha3"}) {
      const Reading reading = read_json(as_json(manifest, version));
      CHECK(reading.findings.empty());
      REQUIRE(reading.object);
      CHECK(reading.object->manifest == manifest);
      CHECK(reading.object->version == version);
    }
  }
}

TEST_CASE("read manifest: what the cluster adds is skipped, nulls are nothing, keys come in any order") {
  const Reading service = read_json(
      R"({"status":{"addresses":[{"value":"240.240.0.1","host":"a"}]},"spec":{"resolution":"STATIC","hosts":["a.b"],)"
      R"("endpoints":null,"ports":[{"number":80,"name":"http","targetPort":null}],"unknown":{"x":[1,null]}},)"
      R"("metadata":{"managedFields":[{"manager":"x","fieldsV1":{"f:spec":{}}}],"uid":"1","resourceVersion":"7",)"
      R"("generation":2,"creationTimestamp":"2026-01-01T00:00:00Z","name":"a","labels":null},"kind":"ServiceEntry",)"
      R"("apiVersion":"networking.istio.io/v1"})");
  CHECK(service.findings.empty());
  REQUIRE(service.object);
  ServiceEntry expected;
  expected.meta.name = "a";
  expected.hosts = {"a.b"};
  expected.resolution = Resolution::static_;
  expected.ports = {{"http", 80, "", 0}};
  CHECK(service.object->manifest == Manifest(expected));

  const Reading workload =
      read_json(R"({"spec":{"ports":{"http":8080},"weight":4294967295,"address":"10.0.0.1"},"kind":"WorkloadEntry",)"
                R"("apiVersion":"networking.istio.io/v1","metadata":{"name":"w"},"status":null})");
  CHECK(workload.findings.empty());
  REQUIRE(workload.object);
  CHECK(workload.object->manifest ==
        Manifest(WorkloadEntry{{{}, {}, "w", ""}, {"10.0.0.1", {}, "", "", {{"http", 8080}}, "", 4294967295}}));
}

TEST_CASE("read manifest: endpoints that have the same share it, and all others have their own") {
  const auto endpoint = [](const std::string& labels, const std::string& locality) {
    return R"({"address":"10.0.0.1","labels":)" + labels + R"(,"locality":")" + locality + R"("})";
  };
  const std::string one = R"({"a":"1","b":"2"})";
  std::string list;
  for (const std::string& labels : {one, one, std::string(R"({"a":"1"})"), one, std::string("{}"), std::string("null"),
                                    std::string(R"({"a":"1","b":"2","c":"3"})")}) {
    list += (list.empty() ? "" : ",") + endpoint(labels, "r" + std::to_string(labels.size()));
  }
  const Reading reading =
      read_json(R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","spec":{"endpoints":[)" + list +
                R"(,{"address":"10.0.0.2"},{"locality":"r17","network":"r17"}]}})");
  CHECK(reading.findings.empty());
  REQUIRE(reading.object);
  const auto& endpoints = std::get<ServiceEntry>(reading.object->manifest).endpoints;
  const SharedPairs both = {{"a", "1"}, {"b", "2"}};
  const std::vector<Endpoint> expected = {
      {"10.0.0.1", both, "r17", "", {}, "", 0},
      {"10.0.0.1", both, "r17", "", {}, "", 0},
      {"10.0.0.1", {{"a", "1"}}, "r9", "", {}, "", 0},
      {"10.0.0.1", both, "r17", "", {}, "", 0},
      {"10.0.0.1", {}, "r2", "", {}, "", 0},
      {"10.0.0.1", {}, "r4", "", {}, "", 0},
      {"10.0.0.1", {{"a", "1"}, {"b", "2"}, {"c", "3"}}, "r25", "", {}, "", 0},
      {"10.0.0.2", {}, "", "", {}, "", 0},
      {"", {}, "r17", "r17", {}, "", 0},
  };
  CHECK(endpoints == expected);
  CHECK(endpoints[0].labels.is(endpoints[1].labels));
  CHECK_FALSE(endpoints[1].labels.is(endpoints[2].labels));
  CHECK(endpoints[0].labels.is(endpoints[3].labels));
  CHECK(endpoints[0].locality.is(endpoints[3].locality));
  CHECK(endpoints[8].locality.is(endpoints[8].network));
}

TEST_CASE("read manifest: what is wrong with labels is found for each endpoint that has them") {
  CHECK(
      read_json(R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","spec":{"endpoints":[)"
                R"({"labels":{"a":1}},{"labels":{"a":1}},{"labels":{"a":"1","a":"1"}},{"labels":{"a":"1","a":"1"}}]}})")
          .findings ==
      "spec.endpoints[0].labels.a: expected a string, got a number\n"
      "spec.endpoints[1].labels.a: expected a string, got a number\n"
      "spec.endpoints[2].labels.a: the key comes twice\n"
      "spec.endpoints[3].labels.a: the key comes twice\n");
}

TEST_CASE("read manifest: what is wrong is found at its place") {
  const std::string head = R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry",)";
  const std::vector<std::pair<std::string, std::string>> rows = {
      {head + R"("spec":{"hosts":"a"}})", "spec.hosts: expected a list, got a string\n"},
      {head + R"("spec":{"resolution":"STATC"}})", "spec.resolution: unknown value \"STATC\"\n"},
      {head + R"("spec":{"location":1}})", "spec.location: expected a string, got a number\n"},
      {head + R"("spec":{"ports":[{"number":-1}]}})", "spec.ports[0].number: expected a number from 0 to 4294967295\n"},
      {head + R"("spec":{"ports":[{"number":4294967296}]}})",
       "spec.ports[0].number: expected a number from 0 to 4294967295\n"},
      {head + R"("spec":{"endpoints":[{},{"ports":{"a":"b"}}]}})",
       "spec.endpoints[1].ports.a: expected a whole number, got a string\n"},
      {head + R"("metadata":{"labels":{"a":1}}})", "metadata.labels.a: expected a string, got a number\n"},
  };
  for (const auto& [text, findings] : rows) {
    CAPTURE(text);
    CHECK(read_json(text).findings == findings);
  }
}

TEST_CASE("read manifest: another object is none") {
  for (const std::string text :
       {R"({})", R"({"apiVersion":"v1","kind":"Service"})",
        R"({"apiVersion":"networking.istio.io/v1","kind":"Gateway"})",
        R"({"apiVersion":"other.io/v1","kind":"ServiceEntry"})", R"({"kind":"ServiceEntry"})"}) {
    CAPTURE(text);
    const Reading reading = read_json(text);
    CHECK_FALSE(reading.object);
    CHECK(reading.findings == "expected a ServiceEntry or a WorkloadEntry of networking.istio.io\n");
  }
  const Reading broken = read_json(R"({"apiVersion":)");
  CHECK_FALSE(broken.object);
  CHECK(broken.findings == "the document ends in the middle\n");
}

std::string any_word(std::mt19937& random) {
  static const std::vector<std::string> words = {"a",    "on",  "1.10",          "::1", "ü\"\\",
                                                 "x\ny", "010", "long text # x", "~"};
  return words[random() % words.size()];
}

std::uint32_t any_number(std::mt19937& random) {
  static const std::vector<std::uint32_t> numbers = {0, 1, 80, 65535, std::numeric_limits<std::uint32_t>::max()};
  return numbers[random() % numbers.size()];
}

Pairs any_pairs(std::mt19937& random) {
  Pairs pairs;
  for (auto i = random() % 3; i > 0; --i) pairs.emplace_back("k" + std::to_string(i), any_word(random));
  return pairs;
}

std::vector<std::string> any_words(std::mt19937& random) {
  std::vector<std::string> words;
  for (auto i = random() % 3; i > 0; --i) words.push_back(any_word(random));
  return words;
}

Endpoint any_endpoint(std::mt19937& random) {
  Endpoint endpoint{any_word(random), any_pairs(random), any_word(random), any_word(random), {},
                    any_word(random), any_number(random)};
  for (auto i = random() % 3; i > 0; --i) endpoint.ports.emplace_back("p" + std::to_string(i), any_number(random));
  return endpoint;
}

ObjectMeta any_meta(std::mt19937& random) {
  return {any_pairs(random), any_pairs(random), any_word(random), random() % 2 == 0 ? "" : any_word(random)};
}

Manifest any_manifest(std::mt19937& random) {
  if (random() % 3 == 0) return WorkloadEntry{any_meta(random), any_endpoint(random)};
  ServiceEntry entry;
  entry.meta = any_meta(random);
  entry.addresses = any_words(random);
  for (auto i = random() % 3; i > 0; --i) entry.endpoints.push_back(any_endpoint(random));
  entry.export_to = any_words(random);
  entry.hosts = any_words(random);
  entry.location = static_cast<Location>(random() % 2);
  for (auto i = random() % 3; i > 0; --i)
    entry.ports.push_back({any_word(random), any_number(random), any_word(random), any_number(random)});
  entry.resolution = static_cast<Resolution>(random() % 5);
  entry.subject_alt_names = any_words(random);
  entry.workload_selector.labels = any_pairs(random);
  return entry;
}

TEST_CASE("read manifest: any object comes back as it was described") {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const Manifest manifest = any_manifest(random);
    const std::string text = as_json(manifest);
    CAPTURE(text);
    const Reading reading = read_json(text);
    REQUIRE(reading.findings.empty());
    REQUIRE(reading.object);
    REQUIRE(reading.object->manifest == manifest);
  }
}

}  // namespace
}  // namespace r2i
