// Any bytes as an answer of Consul's: parsing ends with a value or an error.
#include "sources/consul_parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static r2i::JsonCursor cursor;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string body = text;
  if (const auto answer = r2i::sources::consul::parse_instances(cursor, body)) {
    for (const auto& instance : answer->instances) {
      if (instance.ports.size() > 1) std::abort();
    }
  }
  body = text;
  (void)r2i::sources::consul::parse_service_names(cursor, body);
  body = text;
  (void)r2i::sources::consul::parse_peering(cursor, body);
  body = text;
  (void)r2i::sources::consul::parse_own_datacenter(cursor, body);
  body = text;
  (void)r2i::sources::consul::parse_names(cursor, body);
  return 0;
}
