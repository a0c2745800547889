#include "config/resolver.hpp"

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace r2i::config {

void Resolver::problem(const Given& given, std::string_view message) {
  problems_.push_back(fmt::format("{}: {}", given.origin, message));
}

std::optional<std::size_t> Resolver::choice(const Given& given) {
  const auto choices = split(given.info.choices, '|');
  const auto found = std::ranges::find(choices, given.last());
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  problem(given, fmt::format("expected one of {}, got {}{}", join(choices, ", "), in_quotes(given.last()),
                             did_you_mean(given.last(), choices)));
  return std::nullopt;
}

bool Resolver::truth(const Given& given) {
  if (given.last() == "true" || given.last() == "1") return true;
  if (given.last() == "false" || given.last() == "0") return false;
  problem(given, fmt::format("expected true or false, got {}", in_quotes(given.last())));
  return false;
}

std::optional<std::uint32_t> Resolver::number(const Given& given, const std::string& text, std::uint32_t least,
                                              std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
  problem(given, fmt::format("expected a number from {} to {}, got {}", least, most, in_quotes(text)));
  return std::nullopt;
}

void Resolver::number(const Given& given, std::uint32_t& out, std::uint32_t least, std::uint32_t most) {
  out = number(given, given.last(), least, most).value_or(out);
}

void Resolver::duration(const Given& given, std::chrono::milliseconds& out) {
  if (const auto duration = parse_duration(given.last())) {
    out = *duration;
  } else {
    problem(given, duration.error());
  }
}

void Resolver::globs(const Given& given, std::vector<std::string>& out) {
  try {
    const GlobSet checked(given.values);
    out = given.values;
  } catch (const Error& error) {
    problem(given, error.what());
  }
}

void Resolver::text(const Given& given, std::string& out) {
  out = given.last();
  if (out.empty()) problem(given, "must not be empty");
}

void Resolver::name(const Given& given, std::string& out, bool (*is_legal)(std::string_view), std::string_view what) {
  out = given.last();
  if (out.empty() || !is_legal(out)) problem(given, fmt::format("{} is no {}", in_quotes(out), what));
}

}  // namespace r2i::config
