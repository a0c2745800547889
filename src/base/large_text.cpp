#include "base/large_text.hpp"

#include "base/discard.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace r2i {

namespace {

constexpr std::size_t kMany = std::size_t{4} << 20U;  // what giving back takes is not felt then

std::size_t count_lines(std::string_view text) {
  // Blocks of a size that compilers know become vector instructions: every byte of a text comes by here.
  constexpr std::size_t kBlock = 64;
  std::size_t lines = 0;
  for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
    std::uint8_t found = 0;
    for (std::size_t i = 0; i < kBlock; ++i) found = static_cast<std::uint8_t>(found + (text[i] == '\n' ? 1 : 0));
    lines += found;
  }
  return lines + static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

/// Where the end of a text lies that begins at `start`.
LineColumn advance(LineColumn start, std::string_view text) {
  const std::size_t lines = count_lines(text);
  if (lines == 0) return {start.line, start.column + text.size()};
  return {start.line + lines, text.size() - text.rfind('\n')};
}

}  // namespace

void LargeText::keep(std::size_t offset) {
  behind_ = line_column(text_, offset);
  first_ = last_ = offset;
}

void LargeText::spend(std::size_t offset) {
  if (offset < last_ + kMany) return;
  const std::size_t size = offset - last_;
  behind_ = advance(behind_, std::string_view(text_).substr(last_, size));
  discard(std::span(text_).subspan(last_, size));
  last_ = offset;
}

LineColumn LargeText::place(std::size_t offset) const {
  if (offset <= first_) return line_column(text_, offset);
  return advance(behind_, std::string_view(text_).substr(last_, std::max(offset, last_) - last_));
}

}  // namespace r2i
