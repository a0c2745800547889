#include "sources/etcd_api.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

using namespace std::string_literals;
using namespace std::string_view_literals;

namespace r2i::sources::etcd {
namespace {

/// A message in gRPC's frame; of less than 128 bytes.
std::string framed(std::string_view message) {
  return "\0\0\0\0"s + static_cast<char>(message.size()) + std::string(message);
}

/// "cluster/revision count+ key=value …", or what is wrong.
std::string told(const tl::expected<Page, std::string>& page) {
  if (!page) return page.error();
  std::string text = fmt::format("{}/{} {}{}", page->cluster, page->revision, page->count, page->more ? "+" : "");
  for (const auto& [key, value] : page->keys) text += fmt::format(" {}={}", key, value);
  return text;
}

std::string grpc_page(std::string body) {
  return told(make_grpc_api("")->page(body));
}

constexpr std::string_view kHeader = "\x0a\x06\x08\x11\x10\x01\x18\x2a"sv;  // cluster 17, member 1, revision 42
constexpr std::string_view kFoo =
    "\x12\x0c\x0a\x03"
    "foo"
    "\x10\x02"
    "\x2a\x03"
    "bar"sv;  // with a create_revision

TEST_CASE("etcd gRPC: what is asked") {
  const auto api = make_grpc_api("http://e1:2379");
  const net::HttpRequest range = api->range({"/a/", "/a0", 300, 5, false});
  CHECK(range.url == "http://e1:2379/etcdserverpb.KV/Range");
  CHECK(range.method == net::HttpMethod::post);
  CHECK(range.content_type == "application/grpc");
  CHECK_FALSE(range.compressed);
  CHECK(range.body == framed("\x0a\x03/a/\x12\x03/a0\x18\xac\x02\x20\x05"sv));
  REQUIRE(range.headers.size() == 1);
  CHECK(range.headers[0].first == "te");

  const net::HttpRequest alone = api->range({"a", "\0"sv, 1, 0, true});
  CHECK(alone.body == framed("\x0a\x01"
                             "a\x12\x01\x00\x18\x01\x38\x01"sv));
  REQUIRE(alone.headers.size() == 2);
  CHECK(alone.headers[1].first == "hasleader");
  CHECK(alone.headers[1].second.reveal() == "true");

  CHECK(api->authenticate("me", Secret("pw")).url == "http://e1:2379/etcdserverpb.Auth/Authenticate");
  CHECK(api->authenticate("me", Secret("pw")).body == framed("\x0a\x02me\x12\x02pw"sv));
  CHECK(api->status().url == "http://e1:2379/etcdserverpb.Maintenance/Status");
  CHECK(api->status().body == framed(""));
}

TEST_CASE("etcd gRPC: a page") {
  CHECK(grpc_page(fmt::format("{}{}\x12\x03\x0a\x01z\x18\x01\x20\xa0\x8d\x06", kHeader, kFoo)) ==
        "17/42 100000+ foo=bar z=");
  CHECK(grpc_page(std::string(kHeader)) == "17/42 0");
  // What later versions may add, of every type, is skipped.
  const auto more =
      "\x98\x06\x07\xa2\x06\x01x\xa9\x06"
      "12345678"
      "\xad\x06"
      "1234"sv;
  CHECK(grpc_page(fmt::format("{}{}{}", more, kHeader, kFoo)) == "17/42 0 foo=bar");
}

TEST_CASE("etcd gRPC: what is no page") {
  const std::string promise = "the answer is not what the API promises: ";
  CHECK(grpc_page("") == promise + "it has no revision");
  CHECK(grpc_page(fmt::format("{}\x12\x02\x2a\x00", kHeader).substr(0, 8) + "\x12\x02\x2a\x00"s) ==
        promise + "a key is missing");
  CHECK(grpc_page(fmt::format("{}\x12\x7f", kHeader)) == promise + "end of buffer exception");
  CHECK(grpc_page(fmt::format("{}\x0f", kHeader)) == promise + "unknown pbf field type exception");
  // A number where bytes belong.
  CHECK(grpc_page("\x08\x01") == promise + "it has no revision");
}

TEST_CASE("etcd gRPC: the last key of a page that has not been parsed") {
  const auto api = make_grpc_api("");
  CHECK(api->last_key(fmt::format("{}{}\x12\x03\x0a\x01z\x18\x01", kHeader, kFoo)) == "z");
  CHECK(api->last_key(fmt::format("{}{}\x18\x01", kHeader, kFoo)) == "foo");
  CHECK_FALSE(api->last_key(fmt::format("{}{}", kHeader, kFoo)));
  CHECK_FALSE(api->last_key("\x18\x01"));
  CHECK_FALSE(api->last_key("\x12"));
}

TEST_CASE("etcd gRPC: leader, token, message") {
  const auto api = make_grpc_api("");
  std::string status =
      "\x0a\x00\x12\x05"
      "3.6.8\x20\x93\x40"s;
  CHECK(api->leader(status) == "8211");
  std::string without;
  CHECK(api->leader(without) == "0");
  std::string answer =
      "\x12\x03"
      "tok"s;
  CHECK(api->token(answer) == "tok");
  CHECK(api->token(without) == "");
  std::string cut =
      "\x12\x09"
      "tok"s;
  CHECK(api->token(cut).error() == "the answer is not what the API promises: end of buffer exception");
  CHECK(api->message("etcdserver: no leader") == "etcdserver: no leader");
}

TEST_CASE("etcd JSON: what is asked") {
  const auto api = make_json_api("http://e1:2379/v3");
  const net::HttpRequest range = api->range({"/a/", "/a0", 300, 5, true});
  CHECK(range.url == "http://e1:2379/v3/kv/range");
  CHECK(range.body == R"({"key":"L2Ev","range_end":"L2Ew","limit":300,"revision":"5","serializable":true})");
  CHECK(api->range({"a", "b", 1, 0, false}).body == R"({"key":"YQ==","range_end":"Yg==","limit":1})");
  CHECK(api->authenticate("m\"e", Secret("p\\w")).body == R"({"name":"m\"e","password":"p\\w"})");
  CHECK(api->token_header() == "Authorization");
}

TEST_CASE("etcd JSON: an error's message, as the versions write it") {
  const auto api = make_json_api("");
  CHECK(api->message(R"({"error":"etcdserver: x","message":"etcdserver: user name is empty","code":3})") ==
        "etcdserver: user name is empty");
  CHECK(api->message(R"({"code":16,"message":"etcdserver: invalid auth token","details":[]})") ==
        "etcdserver: invalid auth token");
  CHECK(api->message(R"({"error":"x","code":99})") == "x");
  CHECK(api->message("<html>") == "");
  CHECK(api->message(R"({"message":7})") == "");
}

}  // namespace
}  // namespace r2i::sources::etcd
