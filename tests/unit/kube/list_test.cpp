#include "unit/kube/fake_api.hpp"

#include "kube/cluster.hpp"
#include "model/codes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::kube {
namespace {

using testing::reply;
using testing::ServerReply;
using testing::ServerRequest;

ServerReply page(const std::vector<std::string>& items, std::string_view token = "") {
  std::string text = R"({"apiVersion":"networking.istio.io/v1","items":[)";
  for (const std::string& item : items) text += (text.ends_with('[') ? "" : ",") + item;
  return reply(200, text + R"(],"kind":"ServiceEntryList","metadata":{"continue":")" + std::string(token) +
                        R"(","resourceVersion":"5"}})");
}

bool is_for(const ServerRequest& request, std::string_view part) {
  return has(request.target, part);
}

std::string sorted_names(const CollectedObjects& objects) {
  std::vector<std::string> names;
  for (const LiveObject& live : objects.all) names.push_back(meta_of(live.manifest).name);
  std::ranges::sort(names);
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

TEST_CASE("list: both kinds, all pages") {
  FakeApi api([](const ServerRequest& request) {
    if (is_for(request, "/workloadentries")) return page({an_object("WorkloadEntry", "w")});
    if (is_for(request, "continue=a%2F%2B%3D")) return page({an_object("ServiceEntry", "c")}, "last");
    if (is_for(request, "continue=last")) return page({});
    return page({an_object("ServiceEntry", "a"), an_object("ServiceEntry", "b")}, "a/+=");
  });
  CollectedObjects objects;
  const auto listed = api.cluster()->list({}, objects);
  REQUIRE_MESSAGE(listed.has_value(), listed.error());
  CHECK(sorted_names(objects) == "a b c w");
  CHECK(listed->objects == 4);
  CHECK(listed->namespaces.empty());
  CHECK(listed->api_version == "v1");
  CHECK(api.asked.size() == 4);
  CHECK(api.count("GET /apis/networking.istio.io/v1/serviceentries?limit=500") == 3);
  CHECK(api.count("GET /apis/networking.istio.io/v1/workloadentries?limit=500") == 1);
  CHECK(objects.restarts == 0);
}

TEST_CASE("list: a token at an unusual place") {
  FakeApi api([](const ServerRequest& request) {
    const bool first = !is_for(request, "continue=");
    return reply(200, std::string(R"({"kind":"ServiceEntryList","metadata":{"continue":")") + (first ? "next" : "") +
                          R"("},"items":[)" + an_object("ServiceEntry", first ? "a" : "b") + "]}");
  });
  CollectedObjects objects;
  REQUIRE(api.cluster()->list({}, objects).has_value());
  CHECK(sorted_names(objects) == "a a b b");
}

TEST_CASE("list: pages that go round") {
  FakeApi api([](const ServerRequest&) { return page({}, "again"); });
  CollectedObjects objects;
  CHECK(has(api.cluster()->list({}, objects).error(), "the pages go round in a circle"));
  FakeApi first([](const ServerRequest&) {
    return reply(200, R"({"kind":"ServiceEntryList","metadata":{"continue":"again"},"items":[]})");
  });
  const std::string told = first.cluster()->list({}, objects).error();
  CAPTURE(told);
  CHECK(has(told, "the pages go round in a circle"));
}

TEST_CASE("list: an expired token starts the list again, twice at most") {
  int expired = 0;
  int most = 2;
  FakeApi api([&](const ServerRequest& request) {
    if (is_for(request, "continue=") && expired < most) {
      ++expired;
      return a_status(410, "Expired", "The provided continue parameter is too old");
    }
    if (is_for(request, "workloadentries")) return page({});
    return is_for(request, "continue=") ? page({an_object("ServiceEntry", "b")})
                                        : page({an_object("ServiceEntry", "a")}, "t");
  });
  CollectedObjects objects;
  const auto listed = api.cluster()->list({}, objects);
  REQUIRE_MESSAGE(listed.has_value(), listed.error());
  CHECK(sorted_names(objects) == "a b");
  CHECK(objects.restarts == 2);
  expired = 0;
  most = 100;
  const auto failed = api.cluster()->list({}, objects);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error() == "cannot list serviceentries: The provided continue parameter is too old");
  CHECK(expired == 3);
}

TEST_CASE("list: where all namespaces are forbidden, the given ones are read") {
  FakeApi api([](const ServerRequest& request) {
    if (!is_for(request, "/namespaces/")) {
      return a_status(403, "Forbidden",
                      "User \\\"u\\\" cannot list resource \\\"serviceentries\\\" at the cluster scope");
    }
    return page({an_object(is_for(request, "service") ? "ServiceEntry" : "WorkloadEntry",
                           is_for(request, "/mesh/") ? "m" : "d")});
  });
  CollectedObjects objects;
  const std::vector<std::string> namespaces = {"mesh", "", "mesh"};
  const auto listed = api.cluster()->list(namespaces, objects);
  REQUIRE_MESSAGE(listed.has_value(), listed.error());
  CHECK(listed->namespaces == std::vector<std::string>{"default", "mesh"});
  CHECK(sorted_names(objects) == "d d m m");
  CHECK(objects.restarts == 1);
  // Without any, the default one.
  CHECK(api.cluster()->list({}, objects)->namespaces == std::vector<std::string>{"default"});
}

TEST_CASE("list: forbidden everywhere names the rule that is missing") {
  FakeApi api([](const ServerRequest&) {
    return a_status(403, "Forbidden",
                    "serviceentries is forbidden: User \\\"u\\\" cannot list resource \\\"serviceentries\\\" in the "
                    "namespace \\\"mesh\\\"");
  });
  CollectedObjects objects;
  const std::vector<std::string> namespaces = {"mesh"};
  const auto failed = api.cluster()->list(namespaces, objects);
  REQUIRE_FALSE(failed.has_value());
  CHECK(has(failed.error(), R"(in the namespace mesh: User "u" cannot list resource)"));
  CHECK(has(failed.error(),
            "{apiGroups: [networking.istio.io], resources: [serviceentries, workloadentries], "
            "verbs: [list]}"));
}

TEST_CASE("list: the version that is served") {
  std::string versions;
  FakeApi api([&](const ServerRequest& request) {
    if (request.target == "/apis/networking.istio.io") {
      if (versions.empty()) return reply(404, "404 page not found");
      return reply(200, R"({"kind":"APIGroup","versions":[)" + versions + "]}");
    }
    return is_for(request, "/v1beta1/") ? page({}) : reply(404, "404 page not found");
  });
  CollectedObjects objects;
  versions = R"({"version":"v1alpha3"},{"version":"v1beta1"})";
  const auto cluster = api.cluster();
  CHECK(cluster->list({}, objects)->api_version == "v1beta1");
  api.asked.clear();
  CHECK(cluster->list({}, objects)->api_version == "v1beta1");
  CHECK(api.asked.size() == 2);  // it is known now
  const auto refusal = [&] { return api.cluster()->list({}, objects).error(); };
  versions = R"({"version":"v1alpha3"})";
  CHECK(has(refusal(), "which is too old"));
  versions.clear();
  CHECK(has(refusal(), "Istio's CRDs are not installed"));
  versions = R"({"version":"v1"})";
  CHECK(has(refusal(), "installed in part only"));
}

TEST_CASE("list: what cannot be read to its end is a failure") {
  std::string body;
  FakeApi api([&](const ServerRequest&) { return reply(200, body); });
  CollectedObjects objects;
  for (const char* text :
       {"", "<html></html>", "{}", R"({"items":[],"metadata":{}} {})", R"({"items":[{"kind":"Pod"}],"metadata":{}})"}) {
    CAPTURE(text);
    body = text;
    const auto failed = api.cluster()->list({}, objects);
    REQUIRE_FALSE(failed.has_value());
    CHECK(has(failed.error(), "what came is not a list of objects"));
  }
}

TEST_CASE("list: broken connections and busy servers are asked again") {
  int number = 0;
  FakeApi api([&](const ServerRequest&) {
    switch (++number) {
      case 1:
        return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", ServerReply::Then::reset};
      case 2:
        return reply(429, "Too many requests, please try again later.");
      case 3:
        return a_status(500, "InternalError", "etcdserver: leader changed");
      default:
        return page({});
    }
  });
  CollectedObjects objects;
  const auto listed = api.cluster()->list({}, objects);
  REQUIRE_MESSAGE(listed.has_value(), listed.error());
  CHECK(api.asked.size() == 5);
}

TEST_CASE("list: a server that is not there") {
  World world;
  std::string url;
  {
    url = testing::LoopbackServer([](const ServerRequest&) { return reply(200, ""); }).url("");
  }
  Cluster cluster(world.context, {.server = url}, 4, std::chrono::seconds{60});
  CollectedObjects objects;
  const auto failed = cluster.list({}, objects);
  REQUIRE_FALSE(failed.has_value());
  CHECK(has(failed.error(), "connection refused by 127.0.0.1"));
}

TEST_CASE("list: an interruption") {
  FakeApi* self = nullptr;
  FakeApi api([&](const ServerRequest&) {
    self->world.stop.request_stop();
    return page({});
  });
  self = &api;
  CollectedObjects objects;
  try {
    static_cast<void>(api.cluster()->list({}, objects));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::interrupted);
  }
}

}  // namespace
}  // namespace r2i::kube
