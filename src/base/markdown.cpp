#include "base/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace r2i {

std::string markdown_code(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return longest == 0 ? fmt::format("`{}`", text) : fmt::format("{0} {1} {0}", fence, text);
}

}  // namespace r2i
