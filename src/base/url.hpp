#pragma once

#include "base/secret.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace r2i {

/// The parts of an address, decoded. IPv6 hosts are kept without brackets.
struct Url {
  std::string scheme;  ///< lower case, empty if none was given
  std::string user;
  Secret password;
  std::string host;
  std::optional<std::uint16_t> port;
  std::string path;  ///< as written, with its leading '/', without a trailing one; empty if none
  std::map<std::string, std::string> query;  ///< decoded; a repeated key keeps all values, joined by ','

  /// `scheme://host:port/path`: without user, password and query, so it is safe to print.
  [[nodiscard]] std::string display() const;
};

/// Reads `[scheme://][user[:password]@]host[:port][/path][?key=value&…]`; also `unix:///path?…`, whose socket becomes
/// `path`. The error says what is wrong without repeating a part of the text, which may hold a password or a token.
tl::expected<Url, std::string> parse_url(std::string_view text);

/// Percent-encodes everything but RFC 3986's unreserved characters, so that the result is one path segment or query
/// value.
std::string percent_encode(std::string_view text);

/// Decodes %XX. What is no escape stays as it is, and so does '+'.
std::string percent_decode(std::string_view text);

}  // namespace r2i
