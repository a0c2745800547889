#include "base/hash.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace r2i {

std::string short_hash(std::string_view text, std::size_t digits) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, "")).substr(0, digits);
}

}  // namespace r2i
