#include "base/duration.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace r2i {

namespace {

// "ms" before "m": the first that fits is taken.
constexpr auto kUnits = std::to_array<std::pair<std::string_view, double>>(
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});

// A year: more is a slip of the pen.
constexpr double kMost = 366.0 * 86'400'000;

}  // namespace

tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text) {
  const auto error = [&] {
    return tl::make_unexpected(
        fmt::format("expected a duration such as \"30s\" or \"1m30s\", got {}", in_quotes(text)));
  };
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return error();
  double total = 0;
  for (std::string_view rest = text; !rest.empty();) {
    // std::from_chars takes "nan" and "inf", too.
    if (!is_digit(rest.front()) && rest.front() != '.') return error();
    double amount = 0;
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), amount, std::chars_format::fixed);
    if (code != std::errc() || amount < 0) return error();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto* const unit = std::ranges::find_if(kUnits, [&](const auto& u) { return rest.starts_with(u.first); });
    if (unit == kUnits.end()) return error();
    total += amount * unit->second;
    rest.remove_prefix(unit->first.size());
  }
  if (total > kMost) return error();
  return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

}  // namespace r2i
