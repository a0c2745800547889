#include "model/live_object.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace r2i {
namespace {

struct Reading {
  std::optional<LiveObject> object;
  std::string findings;  ///< one a line
};

Reading read_json(std::string text) {
  JsonCursor cursor;
  DocumentReader reader(cursor);
  Reading reading;
  if (cursor.open(text)) reading.object = read_live_object(reader);
  for (const Finding& finding : reader.finish()) reading.findings += finding.message + "\n";
  return reading;
}

// As `kubectl get serviceentry -o json --show-managed-fields` prints it.
constexpr const char* kWhole = R"({
  "apiVersion": "networking.istio.io/v1",
  "kind": "ServiceEntry",
  "metadata": {
    "annotations": {"registry2istio.io/scope": "dc1"},
    "creationTimestamp": "2026-01-02T03:04:05Z",
    "generation": 3,
    "labels": {"registry2istio.io/owner": "team"},
    "managedFields": [
      {"apiVersion": "networking.istio.io/v1", "fieldsType": "FieldsV1", "manager": "registry2istio-team",
       "fieldsV1": {"f:spec": {"f:hosts": {}}}, "operation": "Apply", "time": "2026-01-02T03:04:05Z"},
      {"apiVersion": "networking.istio.io/v1", "fieldsType": "FieldsV1", "manager": "kubectl-edit",
       "fieldsV1": {"f:spec": {"f:endpoints": {}}}, "operation": "Update", "time": "2026-01-02T03:04:05Z"},
      {"apiVersion": "networking.istio.io/v1", "fieldsType": "FieldsV1", "manager": "pilot-discovery",
       "fieldsV1": {"f:status": {"f:addresses": {}}}, "operation": "Update", "subresource": "status"}
    ],
    "name": "pay.service.consul",
    "namespace": "mesh",
    "resourceVersion": "1234",
    "uid": "7b0b4d43-0000"
  },
  "spec": {"hosts": ["pay.service.consul"], "location": "MESH_INTERNAL", "resolution": "STATIC"},
  "status": {"addresses": [{"value": "240.240.0.1"}]}
})";

TEST_CASE("live object: several of one text have each their own fields, whether they are written alike or not") {
  const auto object = [](const std::string& name, const std::string& fields) {
    return R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","metadata":{"name":")" + name +
           R"(","managedFields":[{"manager":"m","operation":"Apply","fieldsV1":)" + fields + "}]}}";
  };
  std::string text = "[";
  std::vector<std::string> expected;
  const auto add = [&](const std::string& leaf, const std::string& fields) {
    text += (expected.empty() ? "" : ",") + object("n" + std::to_string(expected.size()), fields);
    expected.push_back(leaf);
  };
  // More kinds than are kept in mind, each met again soon and late; one is the beginning of another.
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 12; ++i) {
      const std::string leaf = "x" + std::to_string(i);
      add("." + leaf, R"({"f:)" + leaf + R"(":{}})");
      add("." + leaf, R"({"f:)" + leaf + R"(":{}})");
      add("." + leaf + " .z", R"({"f:)" + leaf + R"(":{},"f:z":{}})");
    }
  }
  add("", "{}");
  add("", "{}");
  text += "]";

  JsonCursor cursor;
  DocumentReader reader(cursor);
  LiveObjectReader objects(reader);
  REQUIRE(cursor.open(text));
  std::vector<std::string> found;
  reader.list([&] {
    const auto live = objects.read();
    REQUIRE(live);
    CHECK(meta_of(live->manifest).name == "n" + std::to_string(found.size()));
    found.push_back(join(live->managers.at(0).fields.paths(), " "));
  });
  CHECK(reader.finish().empty());
  CHECK(found == expected);
}

TEST_CASE("live object: the manifest, and what the cluster adds to it") {
  const Reading reading = read_json(kWhole);
  CHECK(reading.findings.empty());
  REQUIRE(reading.object);
  const LiveObject& live = *reading.object;
  CHECK(kind_of(live.manifest) == "ServiceEntry");
  CHECK(meta_of(live.manifest).name == "pay.service.consul");
  CHECK(meta_of(live.manifest).nspace == "mesh");
  CHECK((meta_of(live.manifest).labels == Pairs{{"registry2istio.io/owner", "team"}}));
  CHECK(live.api_version == "v1");
  CHECK(live.uid == "7b0b4d43-0000");
  CHECK(live.resource_version == "1234");
  CHECK(live.generation == 3);
  CHECK(live.place.empty());
}

TEST_CASE("live object: who set which fields, and how") {
  const Reading reading = read_json(kWhole);
  REQUIRE(reading.object);
  const auto& managers = reading.object->managers;
  REQUIRE(managers.size() == 3);
  CHECK(managers[0].name == "registry2istio-team");
  CHECK(managers[0].applies);
  CHECK((managers[0].fields == FieldSet({".spec.hosts"})));
  CHECK(managers[1].name == "kubectl-edit");
  CHECK_FALSE(managers[1].applies);
  CHECK(managers[2].subresource == "status");
}

TEST_CASE("live object: applied_by() is about server-side apply of the object itself") {
  const Reading reading = read_json(kWhole);
  REQUIRE(reading.object);
  const LiveObject& live = *reading.object;
  REQUIRE(live.applied_by("registry2istio-team") != nullptr);
  CHECK((*live.applied_by("registry2istio-team") == FieldSet({".spec.hosts"})));
  CHECK(live.applied_by("kubectl-edit") == nullptr);
  CHECK(live.applied_by("registry2istio") == nullptr);
  CHECK(live.applied_by("") == nullptr);

  LiveObject other;
  other.managers = {{"team", false, "", FieldSet({".a"})}, {"team", true, "status", FieldSet({".b"})}};
  CHECK(other.applied_by("team") == nullptr);
  other.managers.push_back({"team", true, "", FieldSet({".c"})});
  REQUIRE(other.applied_by("team") != nullptr);
  CHECK((*other.applied_by("team") == FieldSet({".c"})));
}

TEST_CASE("live object: in a file there is a manifest and no more") {
  const Reading reading =
      read_json(R"({"apiVersion":"networking.istio.io/v1beta1","kind":"WorkloadEntry","metadata":{"name":"pay-1"},
                    "spec":{"address":"10.0.0.1"}})");
  CHECK(reading.findings.empty());
  REQUIRE(reading.object);
  CHECK(reading.object->api_version == "v1beta1");
  CHECK(reading.object->uid.empty());
  CHECK(reading.object->resource_version.empty());
  CHECK(reading.object->generation == 0);
  CHECK(reading.object->managers.empty());
}

TEST_CASE("live object: another kind is none, and a wrong type is a finding with its path") {
  const Reading other = read_json(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{}})");
  CHECK_FALSE(other.object);
  CHECK_FALSE(other.findings.empty());
  const Reading wrong = read_json(R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry",
      "metadata":{"name":"a","generation":"x","managedFields":[{"manager":7}]},"spec":{}})");
  CHECK(wrong.findings.find("metadata.generation") != std::string::npos);
  CHECK(wrong.findings.find("metadata.managedFields[0].manager") != std::string::npos);
}

}  // namespace
}  // namespace r2i
