#include "kube/live_state.hpp"

#include "unit/kube/world.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::kube {
namespace {

constexpr const char* kObject = R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","metadata":{
  "annotations":{"a":"1","foreign":"2"},"generation":3,"labels":{"b":"1","a":"2"},"name":"web","namespace":"mesh",
  "resourceVersion":"41","uid":"u1","managedFields":[
    {"manager":"ours","operation":"Apply","fieldsV1":{"f:spec":{"f:hosts":{}}}},
    {"manager":"istiod","operation":"Update","subresource":"status","fieldsV1":{"f:status":{}}}]},
  "spec":{"hosts":["web"],"endpoints":[{"address":"10.0.0.1","ports":{"b":1,"a":2},"labels":{"y":"1","x":"2"}}]},
  "status":{"addresses":[{"value":"240.240.0.1"}]}})";

LiveObject live() {
  JsonCursor cursor;
  return read_object(cursor, kObject).value();
}

Precondition planned() {
  return {.uid = "u1",
          .resource_version = "40",
          .generation = 3,
          .labels = {{"a", "2"}, {"b", "1"}},
          .owned = FieldSet({".spec.hosts"})};
}

TEST_CASE("live state: an object is read, or nothing") {
  CHECK(live().resource_version == "41");
  JsonCursor cursor;
  CHECK_FALSE(read_object(cursor, R"({"kind":"Pod"})").has_value());
  CHECK_FALSE(read_object(cursor, "").has_value());
  CHECK(read_written(cursor, kObject)->resource_version == "41");
  CHECK(read_written(cursor, R"({"kind":"Status","metadata":{}})")->resource_version.empty());
  CHECK_FALSE(read_written(cursor, R"({"kind":"Status","metadata":{"resourceVersion":"4)"));
  CHECK_FALSE(read_written(cursor, "<html></html>"));
  CHECK_FALSE(read_written(cursor, R"({"metadata":{"resourceVersion":"4"}})"));
}

TEST_CASE("live state: only its version has moved") {
  CHECK(differences(live(), planned(), "ours").empty());
}

TEST_CASE("live state: what has changed is named") {
  Precondition other = planned();
  other.uid = "u0";
  CHECK(differences(live(), other, "ours") == "it was deleted and created anew");
  other = planned();
  other.generation = 2;
  CHECK(differences(live(), other, "ours") == "changed since it was read: its spec");
  other = planned();
  other.labels.emplace_back("c", "3");
  other.owned = FieldSet({".spec.hosts", ".spec.ports"});
  CHECK(differences(live(), other, "ours") == "changed since it was read: its labels, the fields that ours owns");
  other = planned();
  CHECK(differences(live(), other, "theirs") == "changed since it was read: the fields that theirs owns");
  other.owned = {};
  CHECK(differences(live(), other, "theirs").empty());
}

TEST_CASE("live state: an object that is already what is wanted") {
  ServiceEntry wanted;
  wanted.meta.name = "web";
  wanted.meta.labels = {{"a", "2"}};
  wanted.meta.annotations = {{"a", "1"}};
  wanted.hosts = {"web"};
  Endpoint& endpoint = wanted.endpoints.emplace_back();
  endpoint.address = "10.0.0.1";
  endpoint.labels = {{"x", "2"}, {"y", "1"}};
  endpoint.ports = {{"a", 2}, {"b", 1}};
  CHECK(is_written(live(), wanted, "ours"));
  CHECK_FALSE(is_written(live(), wanted, "theirs"));
  CHECK_FALSE(is_written(live(), WorkloadEntry{}, "ours"));
  ServiceEntry other = wanted;
  other.meta.labels = {{"a", "3"}};
  CHECK_FALSE(is_written(live(), other, "ours"));
  other = wanted;
  other.meta.annotations = {{"b", "1"}};
  CHECK_FALSE(is_written(live(), other, "ours"));
  other = wanted;
  other.endpoints[0].weight = 5;
  CHECK_FALSE(is_written(live(), other, "ours"));
}

}  // namespace
}  // namespace r2i::kube
