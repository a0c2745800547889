#include "base/natural_order.hpp"

#include "base/order.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace r2i {

namespace {

/// Comparing all pairs takes the square of their number. A map of more keys is no set of labels, and may be sorted by
/// bytes.
constexpr std::size_t kMostKeys = 1000;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// The end of the digits that begin at `start`.
std::size_t digits_end(std::string_view text, std::size_t start) {
  while (start < text.size() && is_digit(text[start])) ++start;
  return start;
}

/// Whether the digits that end before `end` have one that is not 0.
bool follows_digit_above_zero(std::string_view text, std::size_t end) {
  while (end > 0 && text[end - 1] == '0') --end;
  return end > 0 && is_digit(text[end - 1]);
}

/// The value of `digits`, after a leading `start`; as kubectl's 64 bits it overflows.
std::int64_t value_of(std::string_view digits, std::uint64_t start) {
  std::uint64_t value = start;
  for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return static_cast<std::int64_t>(value);
}

template <typename Entries>
void sort_by_bytes(Entries& entries) {
  bring_in_order(entries, std::less(), [](const auto& entry) -> const std::string& { return entry.first; });
}

/// std::sort may not be used with a relation that is not transitive.
template <typename Entries>
void insertion_sort(Entries& entries) {
  for (auto next = entries.begin(); next != entries.end(); ++next) {
    for (auto at = next; at != entries.begin() && is_naturally_before(at->first, (at - 1)->first); --at) {
      std::swap(*at, *(at - 1));
    }
  }
}

template <typename Entries>
bool is_sorted_in_all_pairs(const Entries& entries) {
  for (auto a = entries.begin(); a != entries.end(); ++a) {
    for (auto b = a + 1; b != entries.end(); ++b) {
      if (is_naturally_before(b->first, a->first)) return false;
    }
  }
  return true;
}

}  // namespace

bool is_naturally_before(std::string_view a, std::string_view b) {
  const auto [a_differs, b_differs] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto i = static_cast<std::size_t>(a_differs - a.begin());
  if (i == a.size() || i == b.size()) return a.size() < b.size();
  const bool letter_in_a = is_letter(a[i]);
  const bool letter_in_b = is_letter(b[i]);
  const bool before_by_code = static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[i]);
  if (letter_in_a && letter_in_b) return before_by_code;
  if (letter_in_a || letter_in_b) return letter_in_b;
  // A 0 inside a number counts as a digit of it, one at its front does not.
  const bool continues = (a[i] == '0' || b[i] == '0') && follows_digit_above_zero(a, i);
  const std::size_t a_end = digits_end(a, i);
  const std::size_t b_end = digits_end(b, i);
  const std::int64_t a_value = value_of(a.substr(i, a_end - i), continues ? 1 : 0);
  const std::int64_t b_value = value_of(b.substr(i, b_end - i), continues ? 1 : 0);
  if (a_value != b_value) return a_value < b_value;
  if (a_end != b_end) return a_end < b_end;
  return before_by_code;
}

template <typename T>
void sort_keys(std::vector<std::pair<std::string, T>>& entries) {
  sort_by_bytes(entries);
  if (entries.size() > kMostKeys || is_sorted_in_all_pairs(entries)) return;
  insertion_sort(entries);
  if (!is_sorted_in_all_pairs(entries)) sort_by_bytes(entries);
}

template void sort_keys(std::vector<std::pair<std::string, std::string>>& entries);
template void sort_keys(std::vector<std::pair<std::string, std::uint32_t>>& entries);

}  // namespace r2i
