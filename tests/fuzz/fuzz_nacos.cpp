// Any bytes as an answer of Nacos's: parsing ends with a value or an error.
#include "sources/nacos_instance.hpp"
#include "sources/nacos_login.hpp"
#include "sources/nacos_parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace r2i::sources::nacos;

void parse(r2i::JsonCursor& cursor, const std::string& text, Packing packing) {
  std::string body = text;
  if (auto page = parse_page(cursor, body, packing)) {
    for (Found& found : *page) {
      if (found.key.name.empty()) std::abort();
      const auto count = found.instances.size();
      if (protect(found.instances, found.protect_threshold) && may_be_protected(found.instances)) std::abort();
      if (found.instances.size() != count) std::abort();
    }
  }
  body = text;
  if (const auto listing = parse_listing(cursor, body, packing)) {
    for (const ServiceKey& key : listing->services) {
      if (key.name.empty()) std::abort();
    }
  }
  body = text;
  (void)parse_names(cursor, body, packing, "G");
  body = text;
  (void)parse_hosts(cursor, body, packing, {"G", "s"});
  body = text;
  (void)parse_threshold(cursor, body, packing);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static r2i::JsonCursor cursor;
  const std::string text(reinterpret_cast<const char*>(data), size);
  parse(cursor, text, Packing::bare);
  parse(cursor, text, Packing::envelope);
  std::string body = text;
  (void)parse_namespaces(cursor, body);
  body = text;
  if (const auto login = parse_login(cursor, body)) {
    if (login->token.empty() || login->ttl < std::chrono::seconds(0)) std::abort();
  }
  return 0;
}
