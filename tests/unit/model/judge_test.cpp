#include "model/judge.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i {
namespace {

/// What is said about a text, one a line: `line:column: [warning: ]text`.
std::string said(std::string_view text) {
  const auto judged = judge(text);
  if (!judged) {
    const auto& [place, message] = judged.error();
    return fmt::format("fault {}:{}: {}", place.line, place.column, message);
  }
  std::string lines;
  for (const Verdict& one : judged->verdicts) {
    lines +=
        fmt::format("{}:{}: {}{}\n", one.place.line, one.place.column, one.is_warning ? "warning: " : "", one.text);
  }
  return lines;
}

/// A ServiceEntry that is good but for what is added to its spec.
std::string entry(std::string_view spec, std::string_view head = "apiVersion: networking.istio.io/v1\n") {
  return fmt::format("{}kind: ServiceEntry\nmetadata: {{name: a, namespace: mesh}}\nspec:\n{}", head, spec);
}

constexpr std::string_view kGood = "  hosts: [a.b]\n  resolution: STATIC\n";

TEST_CASE("judge: a good entry of each version") {
  for (const std::string_view version : {"v1", "v1beta1", "v1alpha3"}) {
    CAPTURE(version);
    CHECK(said(entry(kGood, fmt::format("apiVersion: networking.istio.io/{}\n", version))).empty());
  }
  CHECK(said(entry(kGood, "apiVersion: networking.istio.io/v2\n")) ==
        "1:13: ServiceEntry mesh/a: apiVersion: \"networking.istio.io/v2\" is not served: use networking.istio.io/v1, "
        "v1beta1 or v1alpha3\n");
}

TEST_CASE("judge: every field that there is") {
  CHECK(said(R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: a
  generateName: a-
  namespace: mesh
  uid: u
  resourceVersion: "1"
  generation: 1
  selfLink: x
  creationTimestamp: null
  deletionTimestamp: "2024-01-01T00:00:00Z"
  deletionGracePeriodSeconds: 1
  labels: null
  annotations: {a: b}
  finalizers: [a/b]
  ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: u, controller: true, blockOwnerDeletion: false}]
  managedFields: [{manager: m, fieldsV1: {}}]
spec:
  hosts: [a.b]
  addresses: [240.0.0.1]
  ports: [{name: http, number: 80, protocol: HTTP, targetPort: 8080}]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints: [{address: 10.0.0.1, ports: {http: 8080}, labels: {a: b}, network: x, locality: r, weight: 1, serviceAccount: s}]
  exportTo: ["."]
  subjectAltNames: [x]
status:
  addresses: [{value: 240.240.0.1}]
  conditions: [{type: t, status: "True", lastProbeTime: x, lastTransitionTime: x, reason: r, message: m, observedGeneration: "1"}]
  observedGeneration: 1
  validationMessages: [{type: {name: x, code: c}, level: INFO, documentationUrl: u}]
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: a}
spec: {address: 10.0.0.1, ports: {http: 8080}, labels: {a: b}, network: x, locality: r, weight: 1, serviceAccount: s}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: b}
spec: {hosts: [b.c], resolution: STATIC, workloadSelector: {labels: {a: b}}}
)")
            .empty());
}

TEST_CASE("judge: form") {
  struct Row {
    std::string_view spec;
    std::string_view said;
  };
  // The first line of the spec is line 5.
  for (const Row& row : std::vector<Row>{
           {"  host: [a.b]\n",
            "5:3: spec.hosts: is required\n5:9: spec.host: unknown field (did you mean \"hosts\"?)\n"},
           {"  hosts: a.b\n", "5:10: spec.hosts: expected a list, got a string: write it as an item, behind \"- \"\n"},
           {"  hosts: null\n", "5:10: spec.hosts: null is no value: give one, or leave the key out\n"},
           {"  hosts: []\n", "5:10: spec.hosts: a ServiceEntry needs at least one\n"},
           {"  hosts: [1]\n", "5:11: spec.hosts[0]: expected a string, got a number: put it in quotes\n"},
           {"  hosts: [a.b]\n  resolution: Static\n",
            "6:15: spec.resolution: \"Static\" is none of NONE, STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS (did you "
            "mean \"STATIC\"?)\n"},
           {"  hosts: [a.b]\n  location: 1\n",
            "6:13: spec.location: expected a string, got a number: put it in quotes\n"},
           {"  hosts: [a.b]\n  ports: [{name: a}]\n",
            "6:11: spec.ports[0].number: is required\n6:11: warning: spec.ports[0].protocol: none on a service without "
            "addresses takes all traffic of its port: give addresses, or a protocol that names the host\n"},
           {"  hosts: [a.b]\n  ports: [{name: a, number: \"80\", protocol: HTTP}]\n",
            "6:29: spec.ports[0].number: expected a whole number, got a string: leave the quotes out\n"},
           {"  hosts: [a.b]\n  ports: [{name: a, number: 80.5, protocol: HTTP}]\n",
            "6:29: spec.ports[0].number: expected a whole number, got 80.5\n"},
           {"  hosts: [a.b]\n  ports: [{name: a, number: -1, protocol: HTTP}]\n",
            "6:29: spec.ports[0].number: expected a number from 0 to 4294967295, got -1\n"},
           {"  hosts: [a.b]\n  hosts: [a.b]\n", "5:10: spec.hosts: the key comes twice: remove one\n"},
           {"  hosts: [a.b]\n  endpoints: [null]\n  resolution: STATIC\n",
            "6:15: spec.endpoints[0]: null is no value: give one, or leave the key out\n"},
       }) {
    CAPTURE(row.spec);
    std::string found = said(entry(row.spec));
    for (std::size_t at = 0; (at = found.find("ServiceEntry mesh/a: ")) != std::string::npos;) found.erase(at, 21);
    CHECK(found == row.said);
  }
}

TEST_CASE("judge: what is empty and yet written") {
  const std::string ports = "  ports: [{name: a, number: 80, protocol: HTTP, targetPort: 0}]\n";
  CHECK(said(entry(std::string(kGood) + ports)) ==
        "7:61: ServiceEntry mesh/a: spec.ports[0].targetPort: 0 is no port: 1 to 65535, or leave it out\n");
  CHECK(said(entry("  hosts: [a.b]\n  endpoints: []\n"))
            .starts_with("6:14: ServiceEntry mesh/a: spec.endpoints: resolution NONE, which is also the default,"));
  CHECK(said(entry(std::string(kGood) + "  endpoints: []\n")).empty());
  CHECK(said(entry(std::string(kGood) + "  endpoints: []\n  workloadSelector: {labels: {a: b}}\n"))
            .starts_with("8:21: ServiceEntry mesh/a: spec.workloadSelector: endpoints and workloadSelector exclude"));
  CHECK(said("apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {name: a}\n"
             "spec: {address: \"unix:///a\", ports: {}}\n")
            .starts_with("4:37: WorkloadEntry a: spec.ports: a unix socket has no ports"));
}

TEST_CASE("judge: what could not be read is not held against what depends on it") {
  const std::string found = said(entry("  hosts: [a.b]\n  resolution: [STATIC]\n  endpoints: [{address: x}]\n"));
  CHECK(found == "6:15: ServiceEntry mesh/a: spec.resolution: expected a string, got a list\n");
}

TEST_CASE("judge: warnings") {
  CHECK(said(entry(std::string(kGood) + "  workloadSelector: {}\n"))
            .starts_with("7:21: warning: ServiceEntry mesh/a: spec.workloadSelector: without labels"));
}

TEST_CASE("judge: heads") {
  CHECK(said("kind: ServiceEntry\nmetadata: {name: a}\nspec: {hosts: [a.b]}\n") ==
        "1:1: ServiceEntry a: apiVersion: is required\n");
  CHECK(said("apiVersion: networking.istio.io/v1\nmetadata: {name: a}\nspec: {hosts: [a.b]}\n") ==
        "1:1: object a: kind: is required\n");
  CHECK(said("apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\n") ==
        "1:1: WorkloadEntry without a name: metadata: is required\n"
        "1:1: WorkloadEntry without a name: spec: is required\n");
  CHECK(said("- a\n") == "1:1: expected an object, got a list\n");
  CHECK(said("text\n") == "1:1: expected an object, got text\n");
}

TEST_CASE("judge: other kinds are counted") {
  const auto judged =
      judge("kind: ConfigMap\n---\nkind: ConfigMap\n---\na: 1\n---\napiVersion: x/v1\nkind: ServiceEntry\n");
  REQUIRE(judged);
  CHECK(judged->verdicts.empty());
  CHECK(judged->objects.empty());
  CHECK((judged->others ==
         std::map<std::string, std::size_t>{{"ConfigMap", 2}, {"ServiceEntry of x", 1}, {"without a kind", 1}}));
}

TEST_CASE("judge: Lists") {
  for (const std::string_view kind : {"v1\nkind: List", "networking.istio.io/v1\nkind: ServiceEntryList"}) {
    CAPTURE(kind);
    const std::string text = fmt::format(
        "apiVersion: {}\nitems:\n- kind: ConfigMap\n- apiVersion: networking.istio.io/v1\n  kind: ServiceEntry\n"
        "  metadata: {{name: a}}\n  spec: {{hosts: [a_b]}}\n- 1\n",
        kind);
    const std::string found = said(text);
    CAPTURE(found);
    CHECK(found.find("8:18: ServiceEntry a: spec.hosts[0]: \"a_b\" is no host name") == 0);
    CHECK(found.ends_with("9:3: expected an object, got a number\n"));
    CHECK(judge(text)->others.at("ConfigMap") == 1);
  }
  CHECK(said("kind: List\nitems: [{kind: List, items: []}]\n") == "2:9: a List inside of a List: take it apart\n");
}

TEST_CASE("judge: JSON") {
  CHECK(said(R"({"apiVersion": "networking.istio.io/v1", "kind": "WorkloadEntry", "metadata": {"name": "a"},
  "spec": {"address": "a_b"}})")
            .starts_with("2:23: WorkloadEntry a: spec.address: \"a_b\" is neither"));
}

TEST_CASE("judge: what is no YAML has a fault") {
  CHECK(said("a: [\n").starts_with("fault 2:"));
  CHECK(said("a: \xff\n").starts_with("fault 1:4"));
}

TEST_CASE("judge: nothing") {
  CHECK(said("").empty());
  CHECK(said("---\n---\n# nothing\n").empty());
}

TEST_CASE("judge: the objects, for what only all of them show") {
  const auto judged = judge(entry("  hosts: [a.b, c.d]\n  exportTo: [x]\n"));
  REQUIRE(judged);
  REQUIRE(judged->objects.size() == 1);
  const JudgedObject& object = judged->objects[0];
  CHECK(object.key.display() == "ServiceEntry mesh/a");
  CHECK((object.hosts == std::vector<std::string>{"a.b", "c.d"}));
  CHECK((object.export_to == std::vector<std::string>{"x"}));
  CHECK(object.place.line == 1);
}

}  // namespace
}  // namespace r2i
