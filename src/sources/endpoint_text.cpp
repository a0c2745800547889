#include "sources/endpoint_text.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <charconv>

namespace r2i::sources {

namespace {

constexpr std::string_view kSchemeEnd = "://";

/// JSON, a path or a sentence has others: in a field for addresses they are no address that somebody mistyped.
bool may_be_in_host(char c) {
  constexpr std::string_view kPunctuation = "-._:%";
  return is_alnum(c) || kPunctuation.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
}

bool is_encoded(std::string_view text) {
  const auto escape = text.find('%');
  return escape != std::string_view::npos && text.find(kSchemeEnd) == std::string_view::npos &&
         equals_ignoring_case(text.substr(escape, 9), "%3A%2F%2F");
}

void read_query(std::string_view text, bool decoded, EndpointText& endpoint) {
  for (const std::string& pair : split(text, '&')) {
    const auto equals = pair.find('=');
    if (pair.empty() || equals == 0) continue;
    std::string key = pair.substr(0, equals);
    std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
    if (!decoded) {
      key = percent_decode(key);
      value = percent_decode(value);
    }
    endpoint.parameters.emplace_back(std::move(key), std::move(value));
  }
}

bool read_port(std::string_view text, EndpointText& endpoint) {
  std::int64_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (code != std::errc() || end != text.data() + text.size()) return false;
  endpoint.port = port;
  return true;
}

bool read_host_and_port(std::string_view text, EndpointText& endpoint) {
  if (const auto at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    endpoint.host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && read_port(rest.substr(1), endpoint));
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
    endpoint.host = text;
    return true;
  }
  endpoint.host = text.substr(0, colon);
  return read_port(text.substr(colon + 1), endpoint);
}

}  // namespace

std::optional<EndpointText> read_endpoint(std::string_view text) {
  EndpointText endpoint;
  text = trim(text);
  std::string decoded;
  const bool encoded = is_encoded(text);
  if (encoded) text = decoded = percent_decode(text);
  const auto scheme = text.find(kSchemeEnd);
  if (scheme != std::string_view::npos && scheme < text.find_first_of("/?")) {
    endpoint.scheme = to_lower(text.substr(0, scheme));
    text.remove_prefix(scheme + kSchemeEnd.size());
    if (const auto query = text.find('?'); query != std::string_view::npos) {
      read_query(text.substr(query + 1), encoded, endpoint);
      text = text.substr(0, query);
    }
    text = text.substr(0, text.find('/'));
  }
  if (text.empty() || !read_host_and_port(text, endpoint)) return std::nullopt;
  return std::ranges::all_of(endpoint.host, may_be_in_host) ? std::optional(std::move(endpoint)) : std::nullopt;
}

}  // namespace r2i::sources
