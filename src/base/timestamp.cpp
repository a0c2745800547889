#include "base/timestamp.hpp"

#include "base/text.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <charconv>

namespace r2i {

namespace {

using std::chrono::sys_days;
using std::chrono::system_clock;

/// Takes exactly `digits` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_digit)) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

/// Takes one of `characters` off the front of `text`.
std::optional<char> take_one_of(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return std::nullopt;
  const char taken = text.front();
  text.remove_prefix(1);
  return taken;
}

/// Two numbers of two digits with ':' between.
std::optional<std::chrono::minutes> take_hours_and_minutes(std::string_view& text) {
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take_one_of(text, ":")) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
}

std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  const auto sign = take_one_of(text, "Zz+-");
  if (!sign) return std::nullopt;
  if (*sign == 'Z' || *sign == 'z') return std::chrono::minutes{0};
  const auto offset = take_hours_and_minutes(text);
  if (!offset) return std::nullopt;
  return *sign == '-' ? -*offset : *offset;
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take_one_of(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_one_of(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

}  // namespace

std::string timestamp(system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time)));
}

std::optional<system_clock::time_point> parse_timestamp(std::string_view text) {
  constexpr int kLeapSecond = 60;
  const auto date = take_date(text);
  if (!date || !take_one_of(text, "Tt ")) return std::nullopt;
  const auto minutes = take_hours_and_minutes(text);
  if (!minutes || !take_one_of(text, ":")) return std::nullopt;
  const auto seconds = take_number(text, 2);
  if (!seconds || *seconds > kLeapSecond) return std::nullopt;
  if (take_one_of(text, ".")) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  // The clock counts nanoseconds, and ends in 2262: what lies beyond is its end.
  constexpr auto kFirst = std::chrono::ceil<std::chrono::seconds>(system_clock::time_point::min());
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(system_clock::time_point::max());
  return std::clamp(*date + *minutes + std::chrono::seconds{*seconds} - *zone, kFirst, kLast);
}

}  // namespace r2i
