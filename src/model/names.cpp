#include "model/names.hpp"

#include "base/network.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace r2i {

namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxSubdomain = 253;
constexpr std::size_t kMaxHost = 255;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// What words are made of: letters and digits on both ends, and inside what their kind allows.
constexpr unsigned kAlnum = 1;
constexpr unsigned kDash = 2;
constexpr unsigned kUnderscore = 4;
constexpr unsigned kDot = 8;
constexpr unsigned kAnyWord = kAlnum | kDash | kUnderscore | kDot;

// Every label of every endpoint is looked at here, letter by letter.
constexpr std::array<unsigned char, 256> kClass = [] {
  std::array<unsigned char, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) classes[c] = is_alnum(static_cast<char>(c)) ? kAlnum : 0;
  classes['-'] = kDash;
  classes['_'] = kUnderscore;
  classes['.'] = kDot;
  return classes;
}();

/// Characters of the classes in `allowed`; not empty.
bool is_word(std::string_view text, unsigned allowed) {
  const auto fits = [&](char c) { return (kClass[static_cast<unsigned char>(c)] & allowed) != 0; };
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) && std::ranges::all_of(text, fits);
}

/// Whether `holds` is true of each part of `text` between the dots.
template <typename Predicate>
bool all_parts(std::string_view text, Predicate holds) {
  while (true) {
    const auto dot = text.find('.');
    if (!holds(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

/// Of a prefix of a key, and of an object's name, the whole is counted and not each part.
bool is_subdomain(std::string_view text) {
  return text.size() <= kMaxSubdomain &&
         all_parts(text, [](std::string_view part) { return is_word(part, kAlnum | kDash); });
}

/// As Go's strconv.Atoi reads it: digits that fit 64 bits.
bool is_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size();
}

/// Labels joined by '.', of which the last may be empty, but not a number.
bool are_host_labels(std::string_view text) {
  const auto dot = text.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? text : text.substr(dot + 1);
  if (is_number(last)) return false;
  if (last.empty()) text.remove_suffix(std::min<std::size_t>(text.size(), 1));
  return (dot == std::string_view::npos && last.empty()) || all_parts(text, is_dns_label);
}

bool is_key(std::string_view text, bool any_case) {
  const auto slash = text.find('/');
  const std::string_view name = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (name.size() > kMaxLabel || !is_word(name, kAnyWord)) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view prefix = text.substr(0, slash);
  return is_subdomain(prefix) && (any_case || std::ranges::none_of(prefix, is_upper));
}

}  // namespace

bool is_dns_label(std::string_view text) {
  return text.size() <= kMaxLabel && is_word(text, kAlnum | kDash);
}

bool is_namespace(std::string_view text) {
  return is_dns_label(text) && std::ranges::none_of(text, is_upper);
}

bool is_object_name(std::string_view text) {
  return is_subdomain(text) && std::ranges::none_of(text, is_upper);
}

bool is_host_name(std::string_view text) {
  return !text.ends_with('.') && is_fqdn(text);
}

bool is_fqdn(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHost && are_host_labels(text);
}

bool is_wildcard_host(std::string_view text) {
  if (text.empty() || text.size() > kMaxHost) return false;
  const auto dot = text.find('.');
  std::string_view first = text.substr(0, dot);
  if (first.size() > kMaxLabel) return false;
  if (first != "*") {
    first.remove_prefix(first.starts_with("*-") ? 2 : first.starts_with('*') ? 1 : 0);
    if (!is_word(first, kAlnum | kDash)) return false;
  }
  return dot == std::string_view::npos || are_host_labels(text.substr(dot + 1));
}

bool is_ip_address(std::string_view text) {
  return IpAddress::parse(text).has_value();
}

bool is_zoned_ip_address(std::string_view text) {
  const auto percent = text.find('%');
  const std::string_view address = text.substr(0, percent);
  if (percent != std::string_view::npos && percent + 1 == text.size()) return false;
  return is_ip_address(address) && (percent == std::string_view::npos || address.find(':') != std::string_view::npos);
}

bool is_subnet(std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view address = text.substr(0, slash);
  const std::string_view digits = text.substr(slash + 1);
  const unsigned most = address.find(':') == std::string_view::npos ? 32 : 128;
  unsigned bits = most + 1;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool plain =
      code == std::errc() && end == digits.data() + digits.size() && (digits.size() == 1 || !digits.starts_with('0'));
  return is_ip_address(address) && plain && bits <= most;
}

bool is_unix_address(std::string_view text) {
  if (!text.starts_with(kUnixPrefix) || text.ends_with('/')) return false;
  const std::string_view rest = text.substr(kUnixPrefix.size());
  return rest.starts_with('@') || rest.starts_with('/');
}

bool is_label_key(std::string_view text) {
  return is_key(text, true);
}

bool is_metadata_key(std::string_view text) {
  return is_key(text, false);
}

bool is_label_value(std::string_view text) {
  return text.size() <= kMaxLabel && is_endpoint_label_value(text);
}

bool is_endpoint_label_value(std::string_view text) {
  return text.empty() || is_word(text, kAnyWord);
}

}  // namespace r2i
