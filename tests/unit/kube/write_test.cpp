#include "unit/kube/fake_api.hpp"

#include "kube/cluster.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::kube {
namespace {

using testing::reply;
using testing::ServerReply;
using testing::ServerRequest;
using Kind = WriteResult::Kind;

/// What became of each change, by its index.
class Results {
 public:
  [[nodiscard]] const WriteResult& at(std::size_t index) const {
    REQUIRE(all.contains(index));
    return all.at(index);
  }
  std::map<std::size_t, WriteResult> all;
};

class Collector : public WriteSink {
 public:
  void written(std::size_t index, WriteResult result) override {
    CHECK(results.all.emplace(index, std::move(result)).second);
  }
  Results results;
};

Change creation(const std::string& name, const std::string& nspace = "mesh") {
  ServiceEntry entry;
  entry.meta.name = name;
  entry.hosts = {name};
  Change change;
  change.key = {nspace, "ServiceEntry", name};
  change.after = entry;
  return change;
}

Change update(const std::string& name) {
  Change change = creation(name);
  change.action = Action::update;
  change.live = Precondition{.uid = "u", .resource_version = "7", .generation = 2, .labels = {}, .owned = {}};
  return change;
}

Change removal(const std::string& name) {
  Change change = update(name);
  change.action = Action::remove;
  change.after.reset();
  return change;
}

/// What becomes of changes.
Results write(FakeApi& api, const std::vector<Change>& changes, const WriteOptions& options = {.manager = "ours"},
              unsigned parallelism = 4) {
  std::vector<const Change*> pointers;
  for (const Change& change : changes) pointers.push_back(&change);
  Collector collector;
  api.cluster(parallelism)->write(pointers, options, collector);
  return std::move(collector.results);
}

/// The object as it is stored, at a version and a generation.
ServerReply stored(std::string_view version, int generation, std::string_view more = "", std::string_view spec = "{}") {
  const std::string metadata = R"("uid":"u","resourceVersion":")" + std::string(version) + R"(","generation":)" +
                               std::to_string(generation) + "," + std::string(more);
  return reply(200, an_object("ServiceEntry", "web", metadata, spec));
}

const ServerReply kModified = a_status(409, "Conflict", "the object has been modified");

constexpr const char* kGone = R"({"kind":"serviceentries","name":"web"})";

TEST_CASE("write: a server-side apply") {
  FakeApi api([](const ServerRequest& request) {
    CHECK(request.header("content-type") == "application/apply-patch+yaml");
    return stored("8", 1);
  });
  Change forced = update("web");
  forced.force = true;
  const Results results = write(api, {creation("new", ""), forced}, {.manager = "registry2istio-a b"}, 1);
  CHECK(results.at(0).kind == Kind::done);
  CHECK(results.at(1).kind == Kind::done);
  CHECK(api.asked.at(0) ==
        "PATCH /apis/networking.istio.io/v1/namespaces/default/serviceentries/new"
        "?fieldManager=registry2istio-a%20b&force=false&fieldValidation=Strict");
  CHECK(has(api.asked.at(1), "/namespaces/mesh/serviceentries/web?fieldManager=registry2istio-a%20b&force=true"));
  CHECK(has(api.bodies.at(0), R"("metadata":{"name":"new"})"));
  CHECK(has(api.bodies.at(1), R"("metadata":{"uid":"u","resourceVersion":"7","name":"web"})"));
}

TEST_CASE("write: nothing had to change") {
  FakeApi api([](const ServerRequest&) { return stored("7", 2); });
  CHECK(write(api, {update("web")}).at(0).kind == Kind::unchanged);
  // In a dry run the version never moves.
  CHECK(write(api, {update("web")}, {.manager = "ours", .dry_run = true}).at(0).kind == Kind::done);
  CHECK(has(api.asked.back(), "&dryRun=All"));
}

TEST_CASE("write: deletes") {
  int code = 200;
  FakeApi api([&](const ServerRequest&) {
    return code == 200 ? reply(200, R"({"kind":"Status","status":"Success"})") : a_status(404, "NotFound", "x", kGone);
  });
  CHECK(write(api, {removal("web")}).at(0).kind == Kind::done);
  CHECK(api.asked.at(0) == "DELETE /apis/networking.istio.io/v1/namespaces/mesh/serviceentries/web");
  CHECK(has(api.bodies.at(0), R"("preconditions":{"uid":"u","resourceVersion":"7"})"));
  code = 404;
  CHECK(write(api, {removal("web")}).at(0).kind == Kind::gone);
}

TEST_CASE("write: a path that is not served is no object that is gone") {
  FakeApi plain([](const ServerRequest&) { return reply(404, "404 page not found\n"); });
  CHECK(write(plain, {removal("web")}).at(0).kind == Kind::failed);
  FakeApi status(
      [](const ServerRequest&) { return a_status(404, "NotFound", "could not find the requested resource"); });
  CHECK(write(status, {removal("web")}).at(0).kind == Kind::failed);
}

TEST_CASE("write: a page of HTML is no success") {
  FakeApi api([](const ServerRequest&) { return reply(200, "<html>log in</html>"); });
  CHECK(write(api, {update("web")}).at(0).kind == Kind::failed);
  CHECK(write(api, {removal("web")}).at(0).kind == Kind::failed);
}

TEST_CASE("write: an object whose version alone has moved is written with the new one") {
  for (const bool removes : {false, true}) {
    CAPTURE(removes);
    FakeApi api([](const ServerRequest& request) {
      if (request.method() == "GET") return stored("9", 2);
      return has(request.body, R"("resourceVersion":"9")") ? stored("10", 3) : kModified;
    });
    CHECK(write(api, {removes ? removal("web") : update("web")}).at(0).kind == Kind::done);
    CHECK(api.asked.size() == 3);
  }
}

TEST_CASE("write: an object that has changed is left alone") {
  ServerReply now;
  FakeApi api([&](const ServerRequest& request) { return request.method() == "GET" ? now : kModified; });
  const auto become = [&](ServerReply state, const Change& change) {
    now = std::move(state);
    api.asked.clear();
    const Results results = write(api, {change});
    CHECK(api.asked.size() == 2);
    return results.at(0);
  };
  WriteResult result = become(stored("9", 3), update("web"));
  CHECK(result.kind == Kind::moved_on);
  CHECK(result.message == "changed since it was read: its spec");
  CHECK(become(stored("9", 3), removal("web")).kind == Kind::moved_on);
  result = become(stored("9", 2, R"("labels":{"a":"b"},)"), removal("web"));
  CHECK(result.message == "changed since it was read: its labels");
  CHECK(become(a_status(404, "NotFound", "x"), update("web")).kind == Kind::moved_on);
  CHECK(become(a_status(404, "NotFound", "x"), removal("web")).kind == Kind::gone);
  CHECK(become(reply(200, "{}"), update("web")).kind == Kind::failed);
}

TEST_CASE("write: an object that moves all the time is given up") {
  FakeApi api([](const ServerRequest& request) { return request.method() == "GET" ? stored("9", 2) : kModified; });
  const Results results = write(api, {update("web")});
  CHECK(results.at(0).kind == Kind::moved_on);
  CHECK(results.at(0).message == "it is written by somebody else all the time");
  CHECK(api.count("PATCH") == 6);
}

TEST_CASE("write: an answer that was lost is no change of somebody else's") {
  int patches = 0;
  FakeApi api([&](const ServerRequest& request) {
    if (request.method() == "GET") {
      return stored("8", 3, R"("managedFields":[{"manager":"ours","operation":"Apply","fieldsV1":{}}],)",
                    R"({"hosts":["web"]})");
    }
    return ++patches == 1 ? ServerReply{"", ServerReply::Then::reset} : kModified;
  });
  Change change = update("web");
  CHECK(write(api, {change}).at(0).kind == Kind::done);
  // Of another run: it was there before this one wrote anything.
  patches = 1;
  CHECK(write(api, {change}).at(0).kind == Kind::unchanged);
  // A delete that was carried out finds nothing any more.
  int deletes = 0;
  FakeApi deleting([&](const ServerRequest&) {
    return ++deletes == 1 ? ServerReply{"", ServerReply::Then::reset} : a_status(404, "NotFound", "x", kGone);
  });
  CHECK(write(deleting, {removal("web")}).at(0).kind == Kind::gone);
}

TEST_CASE("write: conflicts and refusals are told, one by one") {
  FakeApi api([](const ServerRequest& request) {
    const auto is = [&](const char* name) { return has(request.target, std::string("/serviceentries/") + name + "?"); };
    if (is("conflict")) {
      return a_status(409, "Conflict", "Apply failed",
                      R"({"causes":[{"reason":"FieldManagerConflict",)"
                      R"("message":"conflict with \"kubectl-edit\" using v1",)"
                      R"("field":".spec.endpoints"}]})");
    }
    if (is("invalid")) {
      return a_status(422, "Invalid", "x", R"({"causes":[{"message":"Required value","field":"spec.hosts"}]})");
    }
    if (is("namespace")) return a_status(404, "NotFound", "x", R"({"kind":"namespaces","name":"mesh"})");
    if (is("absent")) return reply(404, "404 page not found");
    if (is("forbidden")) {
      return a_status(403, "Forbidden",
                      "y is forbidden: User \\\"u\\\" cannot patch resource \\\"serviceentries\\\" in API group");
    }
    if (is("quota")) return a_status(403, "Forbidden", "exceeded quota");
    if (is("large")) return reply(413, "");
    if (is("old")) return reply(415, "");
    if (is("taken")) return a_status(409, "AlreadyExists", "it is there");
    return stored("8", 1);
  });
  const Results results = write(
      api, {creation("good"), creation("conflict"), creation("invalid"), creation("namespace"), creation("absent"),
            creation("forbidden"), creation("quota"), creation("large"), creation("old"), creation("taken")});
  CHECK(results.at(0).kind == Kind::done);
  CHECK(results.at(1).kind == Kind::conflict);
  CHECK(results.at(1).message == "kubectl-edit owns .spec.endpoints");
  CHECK(results.at(2).kind == Kind::failed);
  CHECK(results.at(2).message == "spec.hosts: Required value");
  CHECK(results.at(3).message == "the namespace mesh does not exist");
  CHECK(has(results.at(4).message, "does not serve serviceentries of networking.istio.io/v1"));
  CHECK(has(results.at(5).message, "verbs: [create, patch]"));
  CHECK(results.at(6).message == "exceeded quota");
  CHECK(has(results.at(7).message, "larger than the API server takes"));
  CHECK(has(results.at(8).message, "older than Kubernetes 1.22"));
  CHECK(results.at(9).kind == Kind::moved_on);
}

TEST_CASE("write: one that fails in the end does not stop the others") {
  FakeApi api([](const ServerRequest& request) {
    return has(request.target, "/bad?") ? a_status(500, "InternalError", "failed calling webhook \\\"x\\\"")
                                        : stored("8", 1);
  });
  std::vector<Change> changes;
  for (int i = 0; i < 30; ++i) changes.push_back(creation(i == 7 ? "bad" : "good" + std::to_string(i)));
  const Results results = write(api, changes);
  CHECK(results.all.size() == 30);
  for (const auto& [index, result] : results.all) CHECK(result.kind == (index == 7 ? Kind::failed : Kind::done));
  CHECK(has(results.at(7).message, "is istiod running? (after 5 attempts)"));
}

TEST_CASE("write: after a signal what is in flight is told, and no more is sent") {
  FakeApi* self = nullptr;
  FakeApi api([&](const ServerRequest&) {
    if (self->asked.size() == 2) self->world.stop.request_stop();
    return stored("8", 1);
  });
  self = &api;
  std::vector<Change> changes;
  for (int i = 0; i < 50; ++i) changes.push_back(creation("s" + std::to_string(i)));
  std::vector<const Change*> pointers;
  for (const Change& change : changes) pointers.push_back(&change);
  Collector collector;
  CHECK_THROWS_AS(api.cluster(2)->write(pointers, {.manager = "ours"}, collector), Error);
  const Results& results = collector.results;
  CHECK(results.all.size() == api.asked.size());
  CHECK(results.all.size() < 10);
  for (const auto& [index, result] : results.all) CHECK(result.kind == Kind::done);
}

TEST_CASE("write: namespaces that are missing") {
  FakeApi api([](const ServerRequest& request) {
    CHECK(has(request.target, "&dryRun=All"));
    if (has(request.target, "/namespaces/nix/")) return a_status(404, "NotFound", "x", R"({"kind":"namespaces"})");
    return has(request.target, "/namespaces/odd/") ? a_status(422, "Invalid", "x") : stored("", 1);
  });
  const std::vector<Change> changes = {creation("a", "nix"), creation("b", "nix"), creation("c"), creation("d", "odd"),
                                       creation("e", "")};
  std::vector<const Change*> pointers;
  for (const Change& change : changes) pointers.push_back(&change);
  const auto missing = api.cluster()->missing_namespaces(pointers, {.manager = "ours"});
  REQUIRE(missing.has_value());
  CHECK(*missing == std::vector<std::string>{"nix"});
  CHECK(api.asked.size() == 4);
}

TEST_CASE("facts: the version, the API and what is allowed") {
  FakeApi api([](const ServerRequest& request) {
    if (request.target == "/version") return reply(200, R"({"major":"1","gitVersion":"v1.36.3"})");
    if (request.target == "/apis/networking.istio.io") {
      return reply(200, R"({"versions":[{"version":"v1"}],"preferredVersion":{"version":"v1"}})");
    }
    if (request.target == "/api/v1/namespaces/mesh") {
      return reply(404, R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,)"
                        R"("message":"namespaces \"mesh\" not found","details":{"name":"mesh","kind":"namespaces"}})");
    }
    CHECK(request.target == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
    CHECK(request.method() == "POST");
    const bool allowed = has(request.body, R"("resource":"serviceentries","verb":"list","namespace":"mesh")");
    return reply(201, std::string(R"({"kind":"SelfSubjectAccessReview","status":{"allowed":)") +
                          (allowed ? "true" : "false") + "}}");
  });
  const std::vector<std::string> namespaces = {"mesh"};
  const auto facts = api.cluster()->facts(namespaces);
  REQUIRE_MESSAGE(facts.has_value(), facts.error());
  CHECK(facts->version == "v1.36.3");
  CHECK(facts->versions == std::vector<std::string>{"v1"});
  CHECK(facts->missing_namespaces == namespaces);
  REQUIRE(facts->accesses.size() == 10);
  for (const Access& access : facts->accesses) {
    CHECK(access.nspace == "mesh");
    CHECK(access.allowed == (access.verb == "list" && access.resource == "serviceentries"));
  }
}

TEST_CASE("facts: a server that is none") {
  FakeApi api([](const ServerRequest&) { return reply(200, "<html>welcome</html>"); });
  CHECK(has(api.cluster()->facts({}).error(), "does not answer like a Kubernetes API server"));
  FakeApi refusing([](const ServerRequest&) { return reply(401, "Unauthorized"); });
  CHECK(refusing.cluster()->facts({}).error() == "the API server wants credentials, and there are none for it");
}

}  // namespace
}  // namespace r2i::kube
