#include "model/field_set.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i {
namespace {

/// The paths, one a line, and after them what is wrong with the text.
std::string read_json(std::string text) {
  JsonCursor cursor;
  DocumentReader reader(cursor);
  FieldSet fields;
  if (cursor.open(text)) fields = read_field_set(reader);
  std::vector<std::string> lines = fields.paths();
  for (const Finding& finding : reader.finish()) lines.push_back("! " + finding.message);
  return join(lines, "\n");
}

TEST_CASE("field set: FieldsV1 becomes the paths of its leaves, as server-side apply spells them") {
  CHECK(read_json(R"({"f:spec":{"f:endpoints":{},"f:hosts":{},"f:workloadSelector":{"f:labels":{"f:a/b":{}}}},
                      "f:metadata":{"f:labels":{"f:app.kubernetes.io/name":{}}}})") ==
        ".metadata.labels.app.kubernetes.io/name\n.spec.endpoints\n.spec.hosts\n.spec.workloadSelector.labels.a/b");
}

TEST_CASE("field set: items of a list are found by their key") {
  CHECK(read_json(R"({"f:spec":{"f:ports":{".":{},"k:{\"name\":\"http\"}":{".":{},"f:name":{},"f:number":{}}}}})") ==
        ".spec.ports[name=\"http\"].name\n.spec.ports[name=\"http\"].number");
  CHECK(read_json(R"({"f:x":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{"f:port":{}},"v:\"a\"":{},"i:0":{}}})") ==
        ".x[\"a\"]\n.x[0]\n.x[{\"port\":80,\"protocol\":\"TCP\"}].port");
}

TEST_CASE("field set: that somebody owns a map or a list item says nothing about what is in it") {
  CHECK(read_json(R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}}})") == ".metadata.labels.app");
  // What is owned alone looks like a leaf, whatever it is.
  CHECK(read_json(R"({"f:metadata":{"f:labels":{}}})") == ".metadata.labels");
  CHECK(read_json("{}").empty());
}

TEST_CASE("field set: what is no FieldsV1 is a finding") {
  CHECK(read_json(R"({"f:spec":7})").find("! ") != std::string::npos);
  CHECK(read_json(R"({"f:spec":{"f:hosts":[]}})").find("! ") != std::string::npos);
  CHECK(read_json(R"({"f:spec":{"f:hosts":{})").find("! ") != std::string::npos);
}

TEST_CASE("field set: sorted, each path once") {
  const FieldSet fields({".b", ".a", ".b"});
  CHECK((fields.paths() == std::vector<std::string>{".a", ".b"}));
  CHECK((fields == FieldSet({".a", ".b"})));
  CHECK(FieldSet().empty());
  CHECK_FALSE(fields.empty());
}

TEST_CASE("field set: contains() is about the path itself") {
  const FieldSet fields({".spec.ports[name=\"http\"].number", ".spec.endpoints"});
  CHECK(fields.contains(".spec.endpoints"));
  CHECK(fields.contains(".spec.ports[name=\"http\"].number"));
  for (const std::string path : {".spec", ".spec.ports", ".spec.endpoint", ".spec.endpoints2", ".spec.endpoints[0]"}) {
    CAPTURE(path);
    CHECK_FALSE(fields.contains(path));
  }
}

}  // namespace
}  // namespace r2i
