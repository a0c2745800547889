#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace r2i {

/// The bytes that a Base64 text (RFC 4648 §4, padded; line breaks are let pass) stands for, or nothing if it is none.
std::optional<std::string> decode_base64(std::string_view text);

/// Base64 on one line, padded.
std::string encode_base64(std::string_view bytes);

}  // namespace r2i
