#include "sources/etcd_page.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace r2i::sources::etcd {
namespace {

/// "cluster/revision count+ key=value …", or what is wrong.
std::string told(std::string body) {
  JsonCursor cursor;
  const auto page = parse_json_page(cursor, body);
  if (!page) return page.error();
  std::string text = fmt::format("{}/{} {}{}", page->cluster, page->revision, page->count, page->more ? "+" : "");
  for (const auto& [key, value] : page->keys) text += fmt::format(" {}={}", key, value);
  return text;
}

TEST_CASE("etcd page: as the versions of the gateway write them") {
  CHECK(
      told(R"({"header":{"cluster_id":"14841639068965178418","member_id":"1","revision":"1002","raft_term":"2"},)"
           R"("kvs":[{"key":"Zm9v","create_revision":"3","mod_revision":"3","version":"1","value":"YmFy","lease":"7"},)"
           R"({"key":"Zm9vMg=="}],"more":true,"count":"100000"})") ==
      "14841639068965178418/1002 100000+ foo=bar foo2=");
  CHECK(told(R"({"header": {"revision": "1"}})") == "/1 0");
  CHECK(told(R"({"header":{"revision":7},"kvs":[],"count":0,"more":false})") == "/7 0");
  CHECK(told(R"({"header":{"revision":"7"},"kvs":[{"value":"/wA=","key":"/w=="}],"count":"1"})") ==
        std::string("/7 1 \xff=\xff\0", 9));
}

TEST_CASE("etcd page: what is none") {
  const std::string promise = "the answer is not what the API promises: ";
  CHECK(told("") == promise + "the document is empty (byte 0)");
  CHECK(told("{}") == promise + "it has no revision or no count");
  CHECK(told("[]") == promise + "expected an object, got a list (byte 0)");
  CHECK(told(R"({"header":{"revision":"x"}})") == promise + "it has no revision or no count");
  CHECK(told(R"({"header":{"revision":"1"},"count":"-1"})") == promise + "it has no revision or no count");
  CHECK(told(R"({"header":{"revision":"1"},"kvs":[{"key":"?"}]})") == promise + "kvs[0].key: not Base64 (byte 41)");
  CHECK(told(R"({"header":{"revision":"1"},"kvs":[{"value":"Zm9v"}]})")
            .starts_with(promise + "kvs[0]: a key is missing"));
  CHECK(told(R"({"header":{"revision":"1"},"kvs":{}})").starts_with(promise + "kvs: expected a list, got an object"));
}

TEST_CASE("etcd page: the end of a prefix") {
  CHECK(end_of_prefix("/a/") == "/a0");
  CHECK(end_of_prefix("a\xff\xff") == "b");
  CHECK(end_of_prefix("\xff") == std::string(1, '\0'));
  CHECK(end_of_prefix("") == std::string(1, '\0'));
}

}  // namespace
}  // namespace r2i::sources::etcd
