#include "model/effective.hpp"

#include "base/json_writer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i {
namespace {

EffectiveSetting given(Shape shape, std::vector<std::string> values,
                       std::vector<std::pair<std::string, std::string>> pairs = {}) {
  return {"x", shape, std::move(values), std::move(pairs), {}, "mesh.yaml:1:1", {}};
}

std::string json_of(const EffectiveSetting& setting) {
  StringOutput out;
  JsonWriter writer(out, 0);
  write_value(writer, setting);
  return out.text();
}

TEST_CASE("effective settings: their values on one line and as JSON") {
  struct Row {
    EffectiveSetting setting;
    std::string text;
    std::string json;
  };
  EffectiveSetting metadata = given(Shape::text, {});
  metadata.metadata_key = "vhost";
  EffectiveSetting fallback = given(Shape::list, {"the mesh's default"});
  fallback.origin = "default";
  const std::vector<Row> rows = {
      {given(Shape::choice, {"passing"}), "passing", R"("passing")"},
      {given(Shape::boolean, {"true"}), "true", "true"},
      {given(Shape::number, {"16"}), "16", "16"},
      {given(Shape::number, {"0.5"}), "0.5", R"("0.5")"},
      {given(Shape::text, {"16"}), "16", R"("16")"},
      {given(Shape::text, {""}), R"("")", R"("")"},
      {given(Shape::text, {"a, b [c]"}), R"("a, b [c]")", R"("a, b [c]")"},
      {given(Shape::text, {"{service}.mesh"}), "{service}.mesh", R"("{service}.mesh")"},
      {given(Shape::text, {"a\nb\x1b"}), "\"a\\nb\uFFFD\"", R"("a\nb\u001b")"},
      {given(Shape::list, {"80", "instance"}), "[80, instance]", R"(["80","instance"])"},
      {given(Shape::list, {"a]", "b, c"}), R"(["a]", "b, c"])", R"(["a]","b, c"])"},
      {given(Shape::list, {}), "[]", "[]"},
      {given(Shape::map, {}, {{"team", "shop"}, {"tier", "1"}}), "{team: shop, tier: 1}",
       R"({"team":"shop","tier":"1"})"},
      {metadata, "{fromMetadata: vhost}", R"({"fromMetadata":"vhost"})"},
      {fallback, "the mesh's default", R"("the mesh's default")"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(value_text(row.setting) == row.text);
    CHECK(json_of(row.setting) == row.json);
  }
}

TEST_CASE("effective settings: what looks like a secret is not shown") {
  EffectiveSetting map = given(Shape::map, {}, {{"api-token", "5ecret"}, {"team", "shop"}, {"url", "http://u:p@h/"}});
  redact(map);
  CHECK(value_text(map) == "{api-token: <redacted>, team: shop, url: <redacted>}");
  EffectiveSetting list = given(Shape::list, {"-----BEGIN PRIVATE KEY-----", "a"});
  redact(list);
  CHECK(value_text(list) == "[<redacted>, a]");
}

}  // namespace
}  // namespace r2i
