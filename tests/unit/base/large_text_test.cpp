#include "base/large_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace r2i {
namespace {

/// 12 MB: lines of 0 to 99 bytes, or one line alone.
std::string large(bool lines) {
  constexpr std::size_t kSize = std::size_t{12} << 20U;
  std::string text;
  for (std::size_t i = 0; text.size() < kSize; ++i) {
    text.append(i % 100, 'x');
    text += lines ? '\n' : ' ';
  }
  return text;
}

constexpr std::size_t kFirst = 1'000'000;
constexpr std::size_t kStep = 2'500'000;

TEST_CASE("large text: every place that is left has the line it had") {
  for (const bool lines : {true, false}) {
    CAPTURE(lines);
    const std::string whole = large(lines);
    LargeText text(whole);
    text.keep(kFirst);
    std::size_t wrong = 0;
    const auto check = [&](std::size_t offset) {
      const LineColumn expected = line_column(whole, offset);
      const LineColumn found = text.place(offset);
      wrong += found.line == expected.line && found.column == expected.column ? 0 : 1;
    };
    for (std::size_t offset = kFirst; offset < whole.size(); offset += kStep) {
      text.spend(offset);
      for (const std::size_t ahead : {std::size_t{0}, std::size_t{1}, std::size_t{150}, kStep}) check(offset + ahead);
    }
    for (const std::size_t kept : {std::size_t{0}, std::size_t{1}, kFirst - 1, kFirst}) check(kept);
    check(whole.size());
    CHECK(wrong == 0);
    CHECK(text.place(whole.size() + 10).line == line_column(whole, whole.size()).line);
  }
}

TEST_CASE("large text: what is spent goes, what is kept or ahead stays") {
  const std::string whole = large(true);
  LargeText text(whole);
  text.keep(kFirst);
  const std::size_t at = whole.size() - kStep;
  text.spend(at);
  CHECK(text.text().substr(0, kFirst) == whole.substr(0, kFirst));
  CHECK(text.text().substr(at) == whole.substr(at));
  CHECK(std::ranges::count(text.text(), '\0') > static_cast<std::ptrdiff_t>(whole.size() / 2));
}

TEST_CASE("large text: a small one is left alone") {
  LargeText text("ab\ncd");
  text.keep(1);
  text.spend(4);
  CHECK(text.text() == "ab\ncd");
  CHECK(text.place(4).line == 2);
  CHECK(text.place(4).column == 2);
}

}  // namespace
}  // namespace r2i
