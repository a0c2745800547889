#include "kube/api.hpp"

#include "unit/kube/world.hpp"

#include "kube/api_versions.hpp"
#include "kube/apply_body.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i::kube {
namespace {

TEST_CASE("api: paths") {
  CHECK(list_path("v1", "serviceentries", "") == "/apis/networking.istio.io/v1/serviceentries");
  CHECK(list_path("v1beta1", "workloadentries", "mesh") ==
        "/apis/networking.istio.io/v1beta1/namespaces/mesh/workloadentries");
  CHECK(object_path("v1", {"mesh", "ServiceEntry", "a.b"}) ==
        "/apis/networking.istio.io/v1/namespaces/mesh/serviceentries/a.b");
  CHECK(object_path("v1", {"../x", "WorkloadEntry", "a/b?c"}) ==
        "/apis/networking.istio.io/v1/namespaces/..%2Fx/workloadentries/a%2Fb%3Fc");
}

TEST_CASE("api: the versions that are served") {
  JsonCursor cursor;
  const std::string group = R"({"kind":"APIGroup","name":"networking.istio.io","versions":[
    {"groupVersion":"networking.istio.io/v1beta1","version":"v1beta1"},
    {"groupVersion":"networking.istio.io/v1alpha3","version":"v1alpha3"},
    {"groupVersion":"networking.istio.io/v1","version":"v1"}],
    "preferredVersion":{"groupVersion":"networking.istio.io/v1","version":"v1"}})";
  CHECK(read_api_group(cursor, group).value() == std::vector<std::string>{"v1", "v1beta1", "v1alpha3"});
  CHECK_FALSE(read_api_group(cursor, "<html>").has_value());
  CHECK(choose_version({"v1beta1", "v1"}, "s").value() == "v1");
  CHECK(choose_version({"v1alpha3", "v1beta1"}, "s").value() == "v1beta1");
  CHECK(has(choose_version({"v1alpha3"}, "s").error(), "too old"));
  CHECK(has(choose_version({}, "https://a").error(), "Istio's CRDs are not installed in the cluster at https://a"));
}

TEST_CASE("api: the body of an apply") {
  WorkloadEntry entry;
  entry.meta.name = "w";
  entry.meta.nspace = "mesh";
  entry.meta.labels = {{"metadata", "x"}};
  entry.spec.address = "10.0.0.1";
  CHECK(apply_body(entry, "v1", "", "") ==
        R"({"apiVersion":"networking.istio.io/v1","kind":"WorkloadEntry","metadata":{"labels":{"metadata":"x"},)"
        R"("name":"w","namespace":"mesh"},"spec":{"address":"10.0.0.1"}})");
  CHECK(apply_body(entry, "v1beta1", "u", "7") ==
        R"({"apiVersion":"networking.istio.io/v1beta1","kind":"WorkloadEntry","metadata":{"uid":"u",)"
        R"("resourceVersion":"7","labels":{"metadata":"x"},"name":"w","namespace":"mesh"},)"
        R"("spec":{"address":"10.0.0.1"}})");
}

TEST_CASE("api: the body of a delete") {
  CHECK(delete_body("u", "7", false) ==
        R"({"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"u","resourceVersion":"7"},)"
        R"("propagationPolicy":"Background"})");
  CHECK(has(delete_body("u", "7", true), R"("dryRun":["All"])"));
}

}  // namespace
}  // namespace r2i::kube
