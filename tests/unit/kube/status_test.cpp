#include "kube/status.hpp"

#include "unit/kube/world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace r2i::kube {
namespace {

Status read(long code, std::string_view body) {
  JsonCursor cursor;
  return read_status(cursor, {.status = code, .headers = {}, .body = std::string(body)});
}

std::string status(std::string_view reason, std::string_view message, std::string_view details = "{}") {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" + std::string(message) +
         R"(","reason":")" + std::string(reason) + R"(","details":)" + std::string(details) + "}";
}

constexpr std::string_view kConflict = R"({"causes":[
{"reason":"FieldManagerConflict","message":"conflict with \"kubectl-edit\" using networking.istio.io/v1 at 2026-01-02T03:04:05Z","field":".spec.ports[name=\"http\"].number"},
{"reason":"FieldManagerConflict","message":"conflict with \"kubectl-edit\" using networking.istio.io/v1","field":".spec.endpoints"},
{"reason":"FieldManagerConflict","message":"conflict with \"argocd-controller\"","field":".spec.hosts"}]})";

TEST_CASE("status: a conflict of field managers") {
  const Status conflict = read(409, status("Conflict", "Apply failed with 3 conflicts", kConflict));
  CHECK(conflict.is_field_conflict());
  CHECK(describe_conflict(conflict) ==
        R"(argocd-controller owns .spec.hosts; kubectl-edit owns .spec.endpoints, .spec.ports[name="http"].number)");
  const Status other = read(409, status("Conflict", "the object has been modified"));
  CHECK_FALSE(other.is_field_conflict());
  CHECK(describe(other) == "the object has been modified");
}

TEST_CASE("status: fields and what is wrong with them") {
  const Status invalid = read(422, status("Invalid", "ServiceEntry \\\"web\\\" is invalid: a long dump", R"({"causes":[
    {"reason":"FieldValueInvalid","message":"Invalid value: 70000: port must be between 1-65535","field":"spec.ports[0].number"},
    {"reason":"FieldValueInvalid","message":"Invalid value: 70000: port must be between 1-65535","field":"spec.ports[0].number"},
    {"reason":"x","message":"one\nline","field":"<nil>"}]})"));
  CHECK(describe(invalid) == "spec.ports[0].number: Invalid value: 70000: port must be between 1-65535; one line");
}

TEST_CASE("status: a dump is cut") {
  std::string causes;
  for (int i = 0; i < 50; ++i) {
    causes += (i == 0 ? "" : ",") + std::string(R"({"message":"m)") + std::to_string(i) + std::string(1000, 'x') +
              R"(","field":"f"})";
  }
  const std::string told = describe(read(422, status("Invalid", "x", "{\"causes\":[" + causes + "]}")));
  CHECK(told.size() < 2500);
  CHECK(told.ends_with("; and more"));
  CHECK(describe(read(500, status("InternalError", std::string(100000, 'y')))).size() < 500);
}

TEST_CASE("status: webhooks") {
  CHECK(describe(read(400, status("BadRequest", R"(admission webhook \"validation.istio.io\" denied the request: )"
                                                "configuration is invalid: no hosts"))) ==
        "the webhook validation.istio.io refuses it: configuration is invalid: no hosts");
  const std::string down = describe(read(
      500,
      status("InternalError", R"(Internal error occurred: failed calling webhook \"validation.istio.io\": refused)")));
  CHECK(has(down, "is istiod running?"));
}

TEST_CASE("status: namespaces and rights") {
  CHECK(read(404, status("NotFound", "namespaces \\\"x\\\" not found", R"({"name":"x","kind":"namespaces"})"))
            .is_missing_namespace());
  CHECK_FALSE(read(404, status("NotFound", "y", R"({"name":"x","kind":"serviceentries"})")).is_missing_namespace());
  CHECK(read(403, status("Forbidden", "User \\\"a\\\" cannot patch resource \\\"serviceentries\\\" in API group"))
            .is_missing_right());
  CHECK_FALSE(read(403, status("Forbidden", "exceeded quota")).is_missing_right());
}

TEST_CASE("status: what is none") {
  CHECK(describe(read(429, "Too many requests, please try again later.\n")) ==
        R"(the answer is HTTP 429: "Too many requests, please try again later.")");
  CHECK(describe(read(502, "<html>\n<body>Bad gateway</body></html>")) == R"(the answer is HTTP 502: "<html>")");
  CHECK(describe(read(503, "")) == "the answer is HTTP 503");
  CHECK(describe(read(404, R"({"kind":"Other"})")) == R"(the answer is HTTP 404: "{\"kind\":\"Other\"}")");
  CHECK(has(describe(read(500, R"({"kind":"Status","reason":7,"message":["x"]})")), "Unknown (HTTP 500)"));
  CHECK(describe(read(500, R"({"kind":"Status","message":"cut)")).starts_with("the answer is HTTP 500"));
  CHECK(describe(read(500, "\x1b[31m\xff")).find('\x1b') == std::string::npos);
}

}  // namespace
}  // namespace r2i::kube
