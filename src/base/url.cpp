#include "base/url.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <utility>

namespace r2i {
namespace {

// No message of this file repeats a part of the text: what looks like a port may be the rest of a password.
using Problem = tl::unexpected<std::string>;

constexpr std::string_view kBadEscape =
    "an escape is not '%' and two hexadecimal digits (a '%' that stands for itself is written %25)";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_escape(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
}

bool escapes_are_sound(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (!is_escape(text, at)) return false;
  }
  return true;
}

/// Cuts `text` at the first `separator`; the second half is empty if there is none.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

/// The scheme's length if the text begins with `scheme://`. A "://" behind the first '/', as in a query, is none.
std::size_t scheme_length(std::string_view text) {
  const auto slash = text.find_first_of("/?");
  if (slash == std::string_view::npos || slash == 0) return 0;
  return text.substr(slash - 1).starts_with("://") ? slash - 1 : 0;
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_host_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

bool is_ipv6(const std::string& text) {
  const auto zone = text.find('%');
  if (zone != std::string::npos && !is_host_name(std::string_view(text).substr(zone + 1))) return false;
  in6_addr address{};
  return inet_pton(AF_INET6, text.substr(0, zone).c_str(), &address) == 1;
}

tl::expected<void, std::string> read_user(std::string_view text, Url& url) {
  if (!escapes_are_sound(text)) return Problem(fmt::format("in the user name or the password {}", kBadEscape));
  const auto [user, password] = cut(text, ':');
  url.user = percent_decode(user);
  url.password = Secret(percent_decode(password));
  return {};
}

tl::expected<void, std::string> read_port(std::string_view text, Url& url) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc{} || end != text.data() + text.size() || port == 0) {
    return Problem("the port is not a number from 1 to 65535");
  }
  url.port = port;
  return {};
}

tl::expected<void, std::string> read_bracketed_host(std::string_view text, Url& url) {
  const auto close = text.find(']');
  if (close == std::string_view::npos) return Problem("the ']' behind the IPv6 address is missing");
  url.host = percent_decode(text.substr(1, close - 1));
  if (!is_ipv6(url.host)) return Problem("what stands in brackets is not an IPv6 address");
  const auto rest = text.substr(close + 1);
  if (rest.empty()) return {};
  if (rest.front() != ':') return Problem("only ':' and a port may follow the brackets of an IPv6 address");
  return read_port(rest.substr(1), url);
}

tl::expected<void, std::string> read_authority(std::string_view text, Url& url) {
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    if (auto read = read_user(text.substr(0, at), url); !read) return read;
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) return read_bracketed_host(text, url);
  if (std::ranges::count(text, ':') > 1) return Problem("an IPv6 address needs brackets, as in [::1]:8500");
  const auto [host, port] = cut(text, ':');
  if (host.empty()) return Problem("there is no host");
  if (!is_host_name(host)) return Problem("the host has a character that no host name has");
  url.host = host;
  return host.size() < text.size() ? read_port(port, url) : tl::expected<void, std::string>{};
}

tl::expected<void, std::string> read_query(std::string_view text, Url& url) {
  if (!escapes_are_sound(text)) return Problem(fmt::format("in the query {}", kBadEscape));
  while (!text.empty()) {
    const auto [piece, rest] = cut(text, '&');
    text = rest;
    if (piece.empty()) continue;
    const auto [key, value] = cut(piece, '=');
    if (key.empty()) return Problem("a parameter of the query has no name");
    const auto [place, is_new] = url.query.try_emplace(percent_decode(key), percent_decode(value));
    if (!is_new) place->second.append(",").append(percent_decode(value));
  }
  return {};
}

/// The path and the query, from the '/' or '?' that ends the authority.
tl::expected<void, std::string> read_rest(std::string_view text, Url& url) {
  const auto [path, query] = cut(text, '?');
  const auto last = path.find_last_not_of('/');
  if (last != std::string_view::npos) url.path = path.substr(0, last + 1);
  return read_query(query, url);
}

}  // namespace

tl::expected<Url, std::string> parse_url(std::string_view text) {
  if (text.empty()) return Problem("the address is empty");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; })) {
    return Problem("the address has a blank or a control character");
  }
  if (text.find('#') != std::string_view::npos) {
    return Problem("the address has a '#', which has no meaning here (in a password it is written %23)");
  }
  Url url;
  if (const auto length = scheme_length(text); length > 0 || text.starts_with("://")) {
    if (!is_scheme(text.substr(0, length))) return Problem("what stands before :// is not a scheme");
    url.scheme = text.substr(0, length);
    std::ranges::transform(url.scheme, url.scheme.begin(),
                           [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); });
    text.remove_prefix(length + 3);
  }
  const auto authority = text.substr(0, text.find_first_of("/?"));
  const auto rest = text.substr(authority.size());
  if (url.scheme == "unix") {
    if (!authority.empty()) return Problem("the path of a socket begins with '/', as in unix:///run/consul.sock");
  } else if (auto read = read_authority(authority, url); !read) {
    if (rest.find('@') == std::string_view::npos) return Problem(read.error());
    return Problem(read.error() + " (in a password '/' is written %2F and '?' is written %3F)");
  }
  if (auto read = read_rest(rest, url); !read) return Problem(read.error());
  if (url.scheme == "unix" && url.path.empty()) return Problem("the path of the socket is missing");
  return url;
}

std::string Url::display() const {
  std::string text = scheme.empty() ? "" : scheme + "://";
  if (host.find(':') == std::string::npos) {
    text += host;
  } else if (const auto zone = host.find('%'); zone == std::string::npos) {
    text += fmt::format("[{}]", host);
  } else {
    text += fmt::format("[{}%25{}]", host.substr(0, zone), host.substr(zone + 1));
  }
  if (port) text += fmt::format(":{}", *port);
  return text + path;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && is_escape(text, at)) {
      decoded += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
      at += 2;
    } else {
      decoded += text[at];
    }
  }
  return decoded;
}

}  // namespace r2i
