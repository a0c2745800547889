#pragma once

#include <cstddef>
#include <string_view>

namespace r2i {

struct Character {
  char32_t code = 0;
  std::size_t length = 0;  ///< in bytes; 0: the text does not begin with UTF-8
};

/// The character that `text`, which is not empty, begins with.
Character first_character(std::string_view text);

/// How many characters `text` has; each byte that is not UTF-8 is one.
std::size_t count_characters(std::string_view text);

}  // namespace r2i
