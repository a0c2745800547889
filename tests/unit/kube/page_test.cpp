#include "kube/page.hpp"

#include "unit/kube/world.hpp"

#include "model/codes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i::kube {
namespace {

std::string item(std::string_view name, std::string_view spec = R"({"hosts":["h"]})") {
  return R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","metadata":{"generation":2,)"
         R"("labels":{"registry2istio.io/owner":"o","x":"y"},"managedFields":[{"apiVersion":"networking.istio.io/v1",)"
         R"("fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:hosts":{}}},"manager":"m","operation":"Apply"}],"name":")" +
         std::string(name) + R"(","namespace":"mesh","resourceVersion":"7","uid":"u"},"spec":)" + std::string(spec) +
         R"(,"status":{"metadata":{"continue":"no"}}})";
}

std::string list(std::string_view items, std::string_view metadata = R"({"resourceVersion":"9"})") {
  return R"({"apiVersion":"networking.istio.io/v1","items":[)" + std::string(items) +
         R"(],"kind":"ServiceEntryList","metadata":)" + std::string(metadata) + "}\n";
}

struct Case {
  tl::expected<Page, std::string> read(std::string body) {
    JsonCursor cursor;
    return read_page(cursor, body, diagnostics, objects);
  }
  std::string refusal(std::string body) {
    const auto page = read(std::move(body));
    REQUIRE_FALSE(page.has_value());
    return page.error();
  }

  testing::Collected diagnostics;
  CollectedObjects objects;
};

TEST_CASE("page: objects and the continue token") {
  Case c;
  const auto page = c.read(list(item("a") + "," + item("b"), R"({"continue":"tok","remainingItemCount":3})"));
  REQUIRE(page.has_value());
  CHECK(page->continue_token == "tok");
  CHECK(page->objects == 2);
  CHECK(c.objects.names() == "a b");
  const LiveObject& live = c.objects.all.at(0);
  CHECK(live.resource_version == "7");
  CHECK(live.generation == 2);
  CHECK(live.applied_by("m")->contains(".spec.hosts"));
  CHECK(c.read(list("")).value().continue_token.empty());
  CHECK(c.read(R"({"kind":"WorkloadEntryList","metadata":{"continue":"first"},"items":null})").value().continue_token ==
        "first");
}

TEST_CASE("page: an object that is not understood is nobody's, and is told of") {
  Case c;
  const auto page = c.read(list(item("a", R"({"resolution":"NEWEST"})") + "," + item("b")));
  REQUIRE(page.has_value());
  CHECK(c.objects.names() == "a b");
  const LiveObject& unread = c.objects.all.at(0);
  CHECK(unread.managers.empty());
  CHECK(meta_of(unread.manifest).labels == Pairs{{"x", "y"}});
  CHECK(c.objects.all.at(1).managers.size() == 1);
  CHECK(c.diagnostics.first(Code::object_unread) ==
        R"(ServiceEntry mesh/a: spec.resolution: unknown value "NEWEST"; the object is left as it is)");
  CHECK(c.diagnostics.all.size() == 1);
}

TEST_CASE("page: what is no page") {
  Case c;
  CHECK(has(c.refusal(""), "empty"));
  CHECK(has(c.refusal("[]"), "expected an object"));
  CHECK(has(c.refusal("<html>"), ""));
  CHECK(c.refusal("{}") == "its kind is \"\"");
  CHECK(c.refusal(R"({"kind":"Status","metadata":{},"items":[]})") == "its kind is \"Status\"");
  CHECK(c.refusal(R"({"kind":"ServiceEntryList","metadata":{}})") == "it has no items or no metadata");
  CHECK(c.refusal(R"({"kind":"ServiceEntryList","items":[]})") == "it has no items or no metadata");
  CHECK(has(c.refusal(R"({"metadata":{"continue":7}})"), "metadata.continue: expected a string"));
  CHECK(has(c.refusal(list(R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}})")), "an item is no object"));
  CHECK(c.refusal(list(item(""))) == "an item has no name");
  CHECK(has(c.refusal(list("7")), "an item is no object"));
}

TEST_CASE("page: one that is cut anywhere is refused") {
  const std::string whole = list(item("a") + "," + item("b"), R"({"continue":"tok"})");
  for (std::size_t length = 0; length + 2 < whole.size(); length += 7) {
    CAPTURE(length);
    Case c;
    CHECK_FALSE(c.read(whole.substr(0, length)).has_value());
    CHECK(c.diagnostics.all.empty());
  }
}

TEST_CASE("page: the continue token is found at the end, or not at all") {
  JsonCursor cursor;
  const auto peek = [&](std::string_view text) { return peek_continue_token(cursor, text); };
  CHECK(peek(list(item("a"), R"({"continue":"to\"k","resourceVersion":"1"})")) == "to\"k");
  CHECK(peek(list(item("a"))) == "");
  CHECK(peek(list(item("a"), R"({"continue":null})")) == "");
  CHECK(peek(list("", R"({"a":{"metadata":{"continue":"inner"}},"continue":"outer"})")) == std::nullopt);
  CHECK(peek(R"({"items":[],"metadata":{"continue":"x"},"kind":"ServiceEntryList"})") == "x");
  // The page's own metadata stands before the items here.
  CHECK(peek(R"({"metadata":{"continue":"x"},"items":[)" + item("a") + "]}") == std::nullopt);
  CHECK(peek(R"({"items":["\"metadata\":{\"continue\":\"x\"}}"]})") == std::nullopt);
  CHECK(peek(R"({"x-metadata":{"continue":"x"}})") == std::nullopt);
  CHECK(peek("") == std::nullopt);
  CHECK(peek(list(item("a"), R"({"continue":7})")) == std::nullopt);
  CHECK(peek(list(item(std::string(10000, 'n')), R"({"continue":"far"})")) == "far");
}

}  // namespace
}  // namespace r2i::kube
