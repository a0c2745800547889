#include "base/yaml_type.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

namespace r2i {

namespace {

constexpr std::uint64_t pack(std::string_view word) {
  std::uint64_t packed = 0;
  for (const char c : word) packed = packed << 8U | static_cast<unsigned char>(c | 0x20);
  return packed;
}

/// Reads a text from its front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// The number of digits taken.
  std::size_t take_digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    rest_.remove_prefix(count);
    return count;
  }

  /// Takes a number of `digits` digits, or of fewer but not none if not `exact`. Tells whether it is there and at most
  /// `limit`.
  bool take_number(unsigned& number, unsigned limit, std::size_t digits = 2, bool exact = false) {
    std::size_t count = 0;
    number = 0;
    while (count < digits && count < rest_.size() && is_digit(rest_[count])) {
      number = number * 10 + static_cast<unsigned>(rest_[count++] - '0');
    }
    rest_.remove_prefix(count);
    return (exact ? count == digits : count > 0) && number <= limit;
  }

 private:
  std::string_view rest_;
};

bool is_zone(Cursor at) {
  unsigned number = 0;
  if (at.take("Z")) return at.at_end();
  return at.take("+-") && at.take_number(number, 24, 2, true) && at.take(":") && at.take_number(number, 60, 2, true) &&
         at.at_end();
}

/// Whether `text` is a date, or a date and a time as Kubernetes' reader knows them: with `T` and zone or with blank and
/// none.
bool is_timestamp(std::string_view text) {
  Cursor at(text);
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!at.take_number(year, 9999, 4, true) || !at.take("-") || !at.take_number(month, 12) || !at.take("-") ||
      !at.take_number(day, 31)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return false;
  if (at.at_end()) return true;
  const bool zoned = at.take("Tt");
  if (!zoned && !at.take(" ")) return false;
  while (!zoned && at.take(" ")) continue;
  unsigned number = 0;
  if (!at.take_number(number, 23) || !at.take(":") || !at.take_number(number, 59) || !at.take(":") ||
      !at.take_number(number, 59)) {
    return false;
  }
  if (at.take(".,") && at.take_digits() == 0) return false;
  return zoned ? is_zone(at) : at.at_end();
}

/// Whether `text` is `190:20:30` or `12:30.5`, which YAML 1.1 knows as a number to base 60.
bool is_base60(std::string_view text) {
  Cursor at(text);
  at.take("+-");
  if (at.take_digits() == 0) return false;
  while (at.take("_0123456789")) continue;
  unsigned number = 0;
  std::size_t groups = 0;
  for (; at.take(":"); ++groups) {
    if (!at.take_number(number, 59)) return false;
  }
  if (at.take(".")) {
    while (at.take("_0123456789")) continue;
  }
  return groups > 0 && at.at_end();
}

/// Whether `text` is a decimal number that a double can hold; a larger one stays a string for Kubernetes.
bool is_decimal(std::string_view text) {
  Cursor at(text);
  const bool has_sign = at.take("+-");
  std::size_t digits = at.take_digits();
  if (at.take(".")) digits += at.take_digits();
  if (digits == 0) return false;
  if (at.take("eE")) {
    at.take("+-");
    if (at.take_digits() == 0) return false;
  }
  if (!at.at_end()) return false;
  text.remove_prefix(has_sign ? 1 : 0);
  double value = 0;
  const std::errc error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  const bool too_small = text.find('-') != std::string_view::npos;
  return error == std::errc() || too_small;
}

/// Whether `text` is an integer of 64 bits with the prefix `0x`, `0o` or `0b`.
bool is_prefixed_integer(std::string_view text) {
  char sign = text.front() == '+' || text.front() == '-' ? text.front() : '\0';
  text.remove_prefix(sign != '\0' ? 1 : 0);
  if (text.size() < 3 || text[0] != '0') return false;
  const char prefix = text[1];
  const int base = to_lower(prefix) == 'x' ? 16 : to_lower(prefix) == 'o' ? 8 : to_lower(prefix) == 'b' ? 2 : 0;
  if (base == 0) return false;
  text.remove_prefix(2);
  if (prefix == 'b' && sign == '\0' && (text.front() == '+' || text.front() == '-')) {  // `0b-1` is accepted, too
    sign = text.front();
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return sign == '\0' || value <= most + (sign == '-' ? 1 : 0);
}

std::string without_underscores(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '_');
  return plain;
}

/// Whether every `_` stands between two digits.
bool has_separators_only(std::string_view text) {
  for (std::size_t at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
    if (at == 0 || at + 1 == text.size() || !is_digit(text[at - 1]) || !is_digit(text[at + 1])) return false;
  }
  return true;
}

bool is_infinity_or_nan(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (text.front() == '+' || text.front() == '-') text.remove_prefix(1);
  return text == ".inf" || text == ".Inf" || text == ".INF";
}

}  // namespace

bool is_yaml_keyword(std::string_view word) {
  if (word.size() > 5) return false;
  switch (pack(word)) {
    case pack("y"):
    case pack("n"):
    case pack("yes"):
    case pack("no"):
    case pack("on"):
    case pack("off"):
    case pack("true"):
    case pack("false"):
    case pack("null"):
      break;
    default:
      return false;
  }
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const std::string_view tail = word.substr(1);
  return std::all_of(tail.begin(), tail.end(), is_lower) ||
         (is_upper(word.front()) && std::all_of(tail.begin(), tail.end(), is_upper));
}

bool has_other_yaml_type(std::string_view text) {
  if (text.empty() || text == "~") return true;
  const char first = text.front();
  if (first == '.') {
    return is_infinity_or_nan(text) || (has_separators_only(text) && is_decimal(without_underscores(text)));
  }
  if (!is_digit(first) && first != '+' && first != '-') return is_yaml_keyword(text);
  const std::string plain = without_underscores(text);
  return is_decimal(plain) || is_prefixed_integer(plain) || is_infinity_or_nan(text) || is_timestamp(text) ||
         is_base60(text);
}

}  // namespace r2i
