#include "base/yaml_value.hpp"

#include "base/text.hpp"
#include "base/yaml_type.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

namespace r2i {

namespace {

bool is_sign(char c) {
  return c == '+' || c == '-';
}

/// The base that the prefix of `digits` names, which is taken away.
int take_base(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  const char prefix = to_lower(digits[1]);
  const int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
  digits.remove_prefix(base != 0 ? 2 : 1);
  return base != 0 ? base : 8;
}

/// An integer of 64 bits, signed or not, in decimal; without `_` in `text`.
std::optional<std::string> integer(std::string_view text) {
  char sign = is_sign(text.front()) ? text.front() : '\0';
  std::string_view digits = text.substr(sign != '\0' ? 1 : 0);
  const bool binary = digits.starts_with("0b");
  const int base = take_base(digits);
  if (digits.empty()) return std::nullopt;
  if (binary && sign == '\0' && is_sign(digits.front())) {  // `0b-1` is a number, too
    sign = digits.front();
    digits.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (sign != '\0' && value > kMost + (sign == '-' ? 1 : 0)) return std::nullopt;
  return (sign == '-' && value != 0 ? "-" : "") + std::to_string(value);
}

/// A number that a double can hold, in decimal; one that is too large is none. Without `_` in `text`.
std::optional<std::string> decimal(std::string_view text) {
  const bool negative = text.front() == '-';
  if (is_sign(text.front())) text.remove_prefix(1);
  if (text.empty() || (!is_digit(text.front()) && text.front() != '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  const bool too_small = text.find('-') != std::string_view::npos;
  if (error != std::errc() && !too_small) return std::nullopt;
  char digits[32];
  const auto written = std::to_chars(digits, digits + sizeof digits, error == std::errc() ? value : 0.0);
  return (negative ? "-" : "") + std::string(digits, written.ptr);
}

std::optional<std::string> number(std::string_view text) {
  const char first = text.front();
  if (first == '.') {
    // Here, and only here, Kubernetes' reader is strict about where an underscore may be.
    const bool has_underscore = text.find('_') != std::string_view::npos;
    if (has_underscore && !has_other_yaml_type(text)) return std::nullopt;
  } else if (!is_digit(first) && !is_sign(first)) {
    return std::nullopt;
  }
  std::string plain(text);
  std::erase(plain, '_');
  if (auto whole = first == '.' ? std::nullopt : integer(plain)) return whole;
  return decimal(plain);
}

bool is_infinity_or_nan(std::string_view text) {
  const std::string lower = to_lower(text);
  return (lower.ends_with(".inf") || lower == ".nan") && has_other_yaml_type(text);
}

}  // namespace

YamlValue resolve_yaml(std::string_view text) {
  using Kind = YamlValue::Kind;
  if (text.empty() || text == "~") return {Kind::null, "null"};
  if (is_yaml_keyword(text)) {
    const std::string word = to_lower(text);
    if (word == "null") return {Kind::null, word};
    const bool value = word == "y" || word == "yes" || word == "on" || word == "true";
    return {Kind::boolean, value ? "true" : "false"};
  }
  if (auto found = number(text)) return {Kind::number, std::move(*found)};
  if (is_infinity_or_nan(text)) return {Kind::not_finite, std::string(text)};
  return {Kind::string, std::string(text)};
}

}  // namespace r2i
