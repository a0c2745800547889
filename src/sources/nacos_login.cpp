#include "sources/nacos_login.hpp"

#include "sources/json_answer.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace r2i::sources::nacos {

namespace {

constexpr std::int64_t kYear = std::int64_t{365} * 24 * 3600;  // a token without an end counts as one of a year

}  // namespace

Parsed<Login> parse_login(JsonCursor& cursor, std::string& body) {
  std::string token;
  std::int64_t ttl = 0;
  const auto read_member = [&](DocumentReader& reader, std::string_view key) {
    if (key == "accessToken") {
      read_unless_null(reader, token);
    } else if (key == "tokenTtl") {
      read_unless_null(reader, ttl);
    } else {
      return false;
    }
    return true;
  };
  Flaw error = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key != "data") return read_member(reader, key);
      if (reader.cursor().type() != JsonCursor::Type::object) return false;
      reader.object({}, [&](std::string_view inner) { return read_member(reader, inner); });
      return true;
    });
  });
  if (!error && token.empty()) error = lacks("accessToken");
  if (error) return tl::make_unexpected(std::move(*error));
  return Login{Secret(std::move(token)), std::chrono::seconds(std::clamp<std::int64_t>(ttl, 0, kYear))};
}

}  // namespace r2i::sources::nacos
