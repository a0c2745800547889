#pragma once

#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace r2i {

/// The 20 bytes of HMAC-SHA1 (RFC 2104) of `text`: what services sign requests with.
std::string hmac_sha1(const Secret& key, std::string_view text);

}  // namespace r2i
