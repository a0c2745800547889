#pragma once

#include "base/json_cursor.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources::etcd {

/// One answer to a question for keys.
struct Page {
  std::string cluster;  ///< its id
  std::uint64_t revision = 0;
  std::vector<std::pair<std::string, std::string>> keys;  ///< with their values, decoded
  bool more = false;
  std::uint64_t count = 0;  ///< of all keys of the range, from the first of this page on
};

/// An answer of the JSON gateway's `kv/range`. The error says what is not as the API promises.
tl::expected<Page, std::string> parse_json_page(JsonCursor& cursor, std::string& body);

/// The last key of such an answer that has not been parsed, if another page follows it. Nothing: only parsing it will
/// tell.
std::optional<std::string> peek_last_json_key(std::string_view body);

/// The end of the range of all keys with this prefix: the prefix with one more in its last byte; "\0": no end.
std::string end_of_prefix(std::string prefix);

}  // namespace r2i::sources::etcd
