#include "sources/key_pattern.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace r2i::sources {
namespace {

/// "service=web,id=1", or "no".
std::string matched(const std::string& pattern, const std::string& key) {
  const auto parsed = KeyPattern::parse(pattern);
  if (!parsed) return parsed.error();
  KeyParts parts;
  if (!parsed->match(key, parts)) return "no";
  std::string told;
  for (const auto& [name, value] : parts) told += fmt::format("{}{}={}", told.empty() ? "" : ",", name, value);
  return told;
}

TEST_CASE("key pattern: what a key's parts stand for") {
  struct Row {
    const char* pattern;
    const char* key;
    const char* parts;
  };
  const std::vector<Row> rows = {
      {"{service}/{id}", "web/1", "service=web,id=1"},
      {"{service}/{id}", "web", "no"},
      {"{service}/{id}", "web/", "no"},
      {"{service}/{id}", "/1", "no"},
      {"{service}/{id}", "a/web/1", "no"},
      {"{service:**}/{id}", "a/b/web/1", "id=1,service=a/b/web"},
      {"{service:**}/{id}", "web/1", "id=1,service=web"},
      {"{service:**}/{id}", "1", "no"},
      {"{service:**}/{id}", "/1", "no"},
      {"{service:**}/{id}", "//1", "id=1,service=/"},
      {"{service:reversed}/{id}", "local/cluster/web/x1", "id=x1,service=web.cluster.local"},
      {"{service:**}", "web", "service=web"},
      {"{service:**}", "", "no"},
      {"**", "", ""},
      {"**", "a/b", ""},
      {"a/**/{id}", "a/1", "id=1"},
      {"a/**/{id}", "a/b/c/1", "id=1"},
      {"a/**/{id}", "b/1", "no"},
      {"{zone}/**/{service}/{id}", "z/x/y/web/1", "zone=z,id=1,service=web"},
      {"{zone}/**/{service}/{id}", "z/web/1", "zone=z,id=1,service=web"},
      {"{zone}/**/{service}/{id}", "web/1", "no"},
      {"*/{service}/{id}", "any/web/1", "service=web,id=1"},
      {"*/{service}/{id}", "/web/1", "service=web,id=1"},
      {"v*/{service}", "v12/web", "service=web"},
      {"v*/{service}", "w12/web", "no"},
      {"{service}@{id}", "web@1", "service=web,id=1"},
      {"{service}@{id}", "web@1@2", "service=web,id=1@2"},
      {"{service}@{id}.json", "web@1.json", "service=web,id=1"},
      {"{service}@{id}.json", "web@.json", "no"},
      {"{service}@{id}.json", "web@1.jso", "no"},
      {"{address}:{port}", "10.0.0.1:80", "address=10.0.0.1,port=80"},
      {"nodes/{service}", "nodes/web", "service=web"},
      {"nodes/{service}", "node/web", "no"},
      {"/{service}", "/web", "service=web"},
      {"{service}/{id}", "w\xff\x01/\n", "service=w\xff\x01,id=\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.key);
    CHECK(matched(row.pattern, row.key) == row.parts);
  }
}

TEST_CASE("key pattern: what is no pattern") {
  struct Row {
    const char* pattern;
    const char* says;
  };
  const std::vector<Row> rows = {
      {"", "the pattern is empty"},
      {"{service", "in {service a brace has no other one"},
      {"service}", "in service} a brace has no other one"},
      {"{}", "in {} \"\" is no name"},
      {"{a b}", "in {a b} \"a b\" is no name"},
      {"{a}{b}", "in {a}{b} nothing tells where one part ends and the next begins"},
      {"{a}*", "in {a}* nothing tells where one part ends and the next begins"},
      {"{a}/{a}", "{a} comes twice"},
      {"a**", "** stands for whole segments: in a** it is a part of one"},
      {"**/**", "only one part may stand for several segments"},
      {"**/{a:**}", "only one part may stand for several segments"},
      {"x{a:**}", "{a:**} stands for whole segments: in x{a:**} it is a part of one"},
      {"{a:up}", "in {a:up} \"up\" is neither ** nor reversed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CHECK(matched(row.pattern, "x") == row.says);
  }
}

struct Walk {
  const char* pattern;
  const char* folder;
  std::size_t depth;
  bool leads_on;
  const char* only_name;
};

TEST_CASE("key pattern: where a walk through a tree of keys leads") {
  for (const Walk& row : {
           Walk{"{service}/{id}", "", 0, true, ""},
           Walk{"{service}/{id}", "web", 1, true, ""},
           Walk{"{service}/{id}", "web/1", 2, false, ""},
           Walk{"{service:**}/{id}", "a/b/c", 3, true, ""},
           Walk{"{interface}/providers/{url}", "com.foo", 1, true, "providers"},
           Walk{"{interface}/providers/{url}", "com.foo/consumers", 2, false, ""},
           Walk{"{interface}/providers/{url}", "com.foo/providers", 2, true, ""},
           Walk{"v?/{id}", "", 0, true, "v?"},
           Walk{"v*/{id}", "w1", 1, false, ""},
           Walk{"a/**/{id}", "a/x/y", 3, true, ""},
           Walk{"a/**/{id}", "b", 1, false, ""},
       }) {
    CAPTURE(row.pattern);
    CAPTURE(row.folder);
    const auto pattern = KeyPattern::parse(row.pattern);
    REQUIRE(pattern);
    CHECK(pattern->may_be_below(row.folder, row.depth) == row.leads_on);
    CHECK(pattern->only_name_below(row.depth) == row.only_name);
  }
  CHECK(KeyPattern::parse("{service}/{id}")->depth() == 2);
  CHECK_FALSE(KeyPattern::parse("{service:**}/{id}")->depth());
  CHECK(KeyPattern::parse("{service}/{id}")->last_part() == "id");
  CHECK(KeyPattern::parse("{service}/x-{id}")->last_part().empty());
}

}  // namespace
}  // namespace r2i::sources
