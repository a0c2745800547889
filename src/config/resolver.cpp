#include "config/resolver.hpp"

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/pattern_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace r2i::config {

std::optional<std::size_t> Resolver::choice() {
  const auto choices = split(given_.info->choices, '|');
  const auto found = std::ranges::find(choices, given_.last());
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  problem(fmt::format("expected one of {}, got {}{}", join(choices, ", "), in_quotes(given_.last()),
                      did_you_mean(given_.last(), choices)));
  return std::nullopt;
}

bool Resolver::truth() {
  if (given_.last() == "true" || given_.last() == "1") return true;
  if (given_.last() == "false" || given_.last() == "0") return false;
  problem(fmt::format("expected true or false, got {}", in_quotes(given_.last())));
  return false;
}

std::optional<std::uint32_t> Resolver::number(const std::string& text, std::uint32_t least, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
  problem(fmt::format("expected a number from {} to {}, got {}", least, most, in_quotes(text)));
  return std::nullopt;
}

void Resolver::number(std::uint32_t& out, std::uint32_t least, std::uint32_t most) {
  out = number(given_.last(), least, most).value_or(out);
}

std::optional<double> Resolver::real() {
  const std::string& text = given_.last();
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size() && std::isfinite(value) && value >= 0) return value;
  problem(fmt::format("expected a number that is not negative, got {}", in_quotes(text)));
  return std::nullopt;
}

void Resolver::duration(std::chrono::milliseconds& out) {
  if (const auto duration = parse_duration(given_.last())) {
    out = *duration;
  } else {
    problem(duration.error());
  }
}

void Resolver::patterns(std::vector<std::string>& out) {
  try {
    const PatternSet checked(given_.values);
    out = given_.values;
  } catch (const Error& error) {
    problem(error.what());
  }
}

void Resolver::text(std::string& out) {
  out = given_.last();
  if (out.empty()) problem("must not be empty");
}

void Resolver::name(std::string& out, bool (*is_legal)(std::string_view), std::string_view what) {
  out = given_.last();
  if (out.empty() || !is_legal(out)) problem(fmt::format("{} is no {}", in_quotes(out), what));
}

}  // namespace r2i::config
