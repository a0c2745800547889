#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// ASCII only: registries' names are bytes, and a locale must not change a manifest.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// "1 service", "2 services".
std::string counted(std::size_t count, std::string_view noun);

/// The candidate that `text` was probably meant to be (edit distance of at most a third of its length), or nothing.
std::optional<std::string> closest(std::string_view text, const std::vector<std::string>& candidates);

/// ` (did you mean "X"?)`, or nothing if no candidate is close.
std::string did_you_mean(std::string_view text, const std::vector<std::string>& candidates);

/// Whether `text` is UTF-8 without characters that Kubernetes' YAML reader refuses or changes: controls other than tab
/// and line break, U+007F to U+009F, U+2028, U+2029, U+FEFF and U+FFFE.
bool is_clean_text(std::string_view text);

/// `text` with each such character, and each run of bad UTF-8, replaced by U+FFFD.
std::string clean_text(std::string_view text);

bool is_utf8(std::string_view text);
/// `text` with each run of bad UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// `text` between double quotes, with control characters made visible, at most `limit` bytes of it: for messages.
std::string in_quotes(std::string_view text, std::size_t limit = 120);

}  // namespace r2i
