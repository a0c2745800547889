#include "sources/values.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace r2i::sources {

std::optional<bool> parse_boolean(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "false", "FALSE", "False"};
  if (std::ranges::find(kTrue, text) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, text) != kFalse.end()) return false;
  return std::nullopt;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  for (const std::string& item : split(text, ',')) {
    if (const auto trimmed = trim(item); !trimmed.empty()) items.emplace_back(trimmed);
  }
  return items;
}

std::string_view Values::variable(std::string_view key) const {
  for (const SourceSettingInfo& info : all_source_settings()) {
    if (info.key == key && applies_to(info, spec_.kind)) return info.environment;
  }
  throw Error(ErrorKind::bug, fmt::format("source {} has no setting {}", spec_.kind, key));
}

std::optional<std::string> Values::text(std::string_view key) const {
  const std::string_view native = variable(key);
  const auto found = spec_.values.find(std::string(key));
  if (found != spec_.values.end()) return found->second;
  return native.empty() ? std::nullopt : environment_.get(native);
}

Secret Values::secret(std::string_view key) const {
  const std::string_view native = variable(key);
  const auto found = spec_.secrets.find(std::string(key));
  if (found != spec_.secrets.end()) return found->second;
  return Secret(environment_.get(native).value_or(""));
}

bool Values::is_given(const std::string& key) const {
  return spec_.values.contains(key) || spec_.secrets.contains(key) || spec_.lists.contains(key);
}

const std::vector<std::string>* Values::given_list(std::string_view key) const {
  const auto given = spec_.lists.find(std::string(key));
  return given == spec_.lists.end() ? nullptr : &given->second;
}

std::vector<std::string> Values::list(std::string_view key) const {
  if (const auto* given = given_list(key)) return *given;
  return split_list(text(key).value_or(""));
}

bool Values::boolean(std::string_view key, bool fallback) const {
  const auto value = text(key);
  if (!value) return fallback;
  const auto parsed = parse_boolean(*value);
  if (!parsed) throw error(key, fmt::format("expected true or false, got {}", in_quotes(*value)));
  return *parsed;
}

std::chrono::milliseconds Values::duration(std::string_view key, std::chrono::milliseconds fallback) const {
  const auto value = text(key);
  if (!value) return fallback;
  const auto parsed = parse_duration(*value);
  if (!parsed) throw error(key, parsed.error());
  return *parsed;
}

std::uint64_t Values::count(std::string_view key, std::uint64_t fallback) const {
  const auto value = text(key);
  if (!value) return fallback;
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (code != std::errc() || end != value->data() + value->size()) {
    throw error(key, fmt::format("expected a number, got {}", in_quotes(*value)));
  }
  return number;
}

std::string Values::choice(std::string_view key, const std::vector<std::string>& choices) const {
  std::string value = text(key).value_or(choices.front());
  if (std::ranges::find(choices, value) != choices.end()) return value;
  throw error(key, fmt::format("expected one of {}, got {}{}", join(choices, ", "), in_quotes(value),
                               did_you_mean(value, choices)));
}

Error Values::error(std::string_view key, std::string_view message) const {
  const auto place = spec_.places.find(std::string(key));
  if (place != spec_.places.end()) return {ErrorKind::usage, fmt::format("{}: {}", place->second, message)};
  const bool from_address = spec_.values.contains(std::string(key));
  const std::string_view native = variable(key);
  if (!from_address && !native.empty())
    return {ErrorKind::usage, fmt::format("{}: {}: {}", spec_.text, native, message)};
  // What is missing has no place of its own, but its source may have one in a file.
  const bool in_file = !from_address && spec_.origin.find(':') != std::string::npos;
  return {ErrorKind::usage, fmt::format("{}{}: {}: {}", in_file ? spec_.origin + ": " : "", spec_.text, key, message)};
}

}  // namespace r2i::sources
