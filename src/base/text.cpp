#include "base/text.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace r2i {

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string counted(std::size_t count, std::string_view noun) {
  if (count == 1) return fmt::format("1 {}", noun);
  const bool changes = noun.ends_with('y') && !noun.ends_with("ey");
  if (changes) return fmt::format("{} {}ies", count, noun.substr(0, noun.size() - 1));
  return fmt::format("{} {}s", count, noun);
}

namespace {

/// The number of letters to change, add, leave out, or swap with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
  const auto same = [&](std::size_t i, std::size_t j) { return to_lower(a[i - 1]) == to_lower(b[j - 1]); };
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = rows[i - 1][j - 1] + (same(i, j) ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, substituted});
      const bool swapped = i > 1 && j > 1 && same(i, j - 1) && same(i - 1, j);
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.size()][b.size()];
}

bool is_harmful(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n';
  return (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

template <typename Refuse>
std::string replace_if(std::string_view text, Refuse refuse) {
  std::string clean;
  clean.reserve(text.size());
  bool in_bad_run = false;
  while (!text.empty()) {
    const Character c = first_character(text);
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    const bool bad_bytes = c.length == 0;
    if (!bad_bytes && !refuse(c.code)) {
      clean += text.substr(0, length);
    } else if (!bad_bytes || !in_bad_run) {
      clean += kReplacement;
    }
    in_bad_run = bad_bytes;
    text.remove_prefix(length);
  }
  return clean;
}

}  // namespace

std::optional<std::string> closest(std::string_view text, const std::vector<std::string>& candidates) {
  std::size_t best = std::max<std::size_t>(text.size() / 3, 1) + 1;
  std::optional<std::string> found;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(text, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string>& candidates) {
  const auto candidate = closest(text, candidates);
  return candidate ? fmt::format(" (did you mean \"{}\"?)", *candidate) : std::string();
}

bool is_clean_text(std::string_view text) {
  if (is_plain_ascii(text)) return true;
  while (!text.empty()) {
    const Character c = first_character(text);
    if (c.length == 0 || is_harmful(c.code)) return false;
    text.remove_prefix(c.length);
  }
  return true;
}

std::string clean_text(std::string_view text) {
  return replace_if(text, is_harmful);
}

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text);
}

std::string valid_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  return replace_if(text, [](char32_t) { return false; });
}

std::string in_quotes(std::string_view text, std::size_t limit) {
  const bool cut = text.size() > limit;
  std::string clean = clean_text(text.substr(0, limit));
  std::string visible = "\"";
  for (const char c : clean) {
    if (c == '\n') {
      visible += "\\n";
    } else if (c == '\t') {
      visible += "\\t";
    } else {
      if (c == '"' || c == '\\') visible += '\\';
      visible += c;
    }
  }
  visible += cut ? "…\"" : "\"";
  return visible;
}

}  // namespace r2i
