#include "sources/etcd_page.hpp"

#include "base/base64.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace r2i::sources::etcd {

namespace {

/// An int64, which etcd writes as a string.
void read_number(DocumentReader& reader, std::string& out) {
  if (reader.cursor().type() == JsonCursor::Type::number) {
    std::int64_t number = 0;
    reader.read(number);
    out = fmt::format("{}", number);
  } else {
    reader.read(out);
  }
}

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void read_bytes(DocumentReader& reader, std::string& out) {
  std::string text;
  reader.read(text);
  if (auto bytes = decode_base64(text)) {
    out = std::move(*bytes);
  } else {
    reader.find(reader.cursor().offset(), "not Base64");
  }
}

void read_header(DocumentReader& reader, Page& page) {
  std::string revision;
  reader.object({}, [&](std::string_view key) {
    if (key == "cluster_id") {
      read_number(reader, page.cluster);
    } else if (key == "revision") {
      read_number(reader, revision);
    } else {
      return false;
    }
    return true;
  });
  page.revision = to_number(revision).value_or(0);
}

void read_keys(DocumentReader& reader, Page& page) {
  reader.list([&] {
    auto& [name, value] = page.keys.emplace_back();
    reader.object({}, [&](std::string_view key) {
      if (key == "key") {
        read_bytes(reader, name);
      } else if (key == "value") {
        read_bytes(reader, value);
      } else {
        return false;
      }
      return true;
    });
    if (name.empty()) reader.find(reader.cursor().offset(), "a key is missing");
  });
}

std::string_view behind_colon(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (!text.starts_with(':')) return {};
  text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

}  // namespace

tl::expected<Page, std::string> parse_json_page(JsonCursor& cursor, std::string& body) {
  Page page;
  std::string count;
  auto wrong = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key == "header") {
        read_header(reader, page);
      } else if (key == "kvs") {
        read_keys(reader, page);
      } else if (key == "more") {
        reader.read(page.more);
      } else if (key == "count") {
        read_number(reader, count);
      } else {
        return false;
      }
      return true;
    });
  });
  if (wrong) return tl::make_unexpected(std::move(*wrong));
  const auto number = count.empty() ? std::optional<std::uint64_t>(0) : to_number(count);
  if (page.revision == 0 || !number)
    return tl::make_unexpected("the answer is not what the API promises: it has no revision or no count");
  page.count = *number;
  return page;
}

/// Values are Base64, so that none can look like a key.
std::optional<std::string> peek_last_json_key(std::string_view body) {
  constexpr std::string_view kKey = R"("key")";
  constexpr std::string_view kMore = R"("more")";
  const auto at = body.rfind(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view text = behind_colon(body.substr(at + kKey.size()));
  if (!text.starts_with('"')) return std::nullopt;
  text = text.substr(1, text.find('"', 1) - 1);
  const auto more = body.find(kMore, at);
  if (more == std::string_view::npos || !behind_colon(body.substr(more + kMore.size())).starts_with("true"))
    return std::nullopt;
  return decode_base64(text);
}

std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::string(1, '\0');
  ++prefix.back();
  return prefix;
}

}  // namespace r2i::sources::etcd
