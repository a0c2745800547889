#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace r2i {

/// The first `digits` hexadecimal digits (at most 64) of the SHA-256 of `text`: stable names, not secrecy.
std::string short_hash(std::string_view text, std::size_t digits = 8);

}  // namespace r2i
