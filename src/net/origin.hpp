#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace r2i::net {

/// Where a request goes, as far as trust is concerned: headers and passwords for one origin are for no other.
struct Origin {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case; IPv6 in brackets
  std::string port;    ///< never empty: the scheme's own if the address has none

  [[nodiscard]] std::string authority() const { return host + ":" + port; }
  [[nodiscard]] std::string display() const { return scheme + "://" + authority(); }
  [[nodiscard]] bool is_loopback() const;
  friend bool operator==(const Origin&, const Origin&) = default;
};

/// The text of an absolute URL up to its path. Two URLs with the same text have the same origin.
std::string_view origin_text(std::string_view url);

/// Nothing if libcurl would not understand the URL.
std::optional<Origin> origin_of(const std::string& url);

/// Where a Location header leads, read relative to the URL that was asked, without user info and fragment; nothing if
/// it is not an address.
std::optional<std::string> resolve_location(const std::string& url, const std::string& location);

}  // namespace r2i::net
