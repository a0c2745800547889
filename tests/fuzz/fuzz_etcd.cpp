// Any bytes as an answer of etcd's, by JSON and by gRPC, as a key and its value, as a pattern and a path: reading ends
// with a value or an error.
#include "sources/etcd_api.hpp"
#include "sources/key_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using r2i::sources::KeyLayout;

std::vector<KeyLayout> layouts() {
  std::vector<KeyLayout> all;
  for (const std::string& name : KeyLayout::names()) {
    r2i::sources::LayoutTexts own;
    if (name == "template")
      own = {
          {"key", {"a*/**/{service}@{id}"}}, {"addressFrom", {"a[*]['b.c'].d"}}, {"metadataFrom", {"$.m", "x=a[0]?y"}}};
    all.push_back(KeyLayout::make(name, own).value());
  }
  return all;
}

void check(const r2i::sources::KeyReading& reading) {
  using Kind = r2i::sources::KeyReading::Kind;
  // Every key is an instance, or it is said why not.
  if (reading.kind != Kind::instances && (reading.why.empty() || !reading.instances.empty())) std::abort();
  if (reading.kind == Kind::instances && reading.service.empty()) std::abort();
}

/// What is seen of a page without parsing it is what parsing it tells.
void check_last_key(r2i::sources::etcd::Api& api, std::string_view body) {
  const auto last = api.last_key(body);
  std::string text(body);
  const auto page = api.page(text);
  if (last && page && (!page->more || page->keys.empty() || page->keys.back().first != *last)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static r2i::JsonCursor cursor;
  static r2i::FlatJson tree;
  static const std::vector<KeyLayout> all = layouts();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto grpc = r2i::sources::etcd::make_grpc_api("");
  std::string body(text);
  for (const auto& page : {r2i::sources::etcd::parse_json_page(cursor, body), grpc->page(body = text)}) {
    if (!page) continue;
    for (const auto& [key, value] : page->keys) {
      for (const KeyLayout& layout : all) check(layout.read(key, value, tree));
    }
  }
  check_last_key(*grpc, text);
  const auto line = text.find('\n');
  const std::string_view key = text.substr(0, line);
  const std::string value(line == std::string_view::npos ? std::string_view() : text.substr(line + 1));
  for (const KeyLayout& layout : all) check(layout.read(key, value, tree));
  r2i::sources::KeyParts parts;
  if (const auto pattern = r2i::sources::KeyPattern::parse(key)) (void)pattern->match(value, parts);
  std::string document = value;
  std::size_t found = 0;
  if (const auto path = r2i::sources::ValuePath::parse(key); path && !tree.read(document))
    path->each_node(tree, 0, [&](std::size_t) { return ++found < 3; });
  if (found > 3) std::abort();
  return 0;
}
