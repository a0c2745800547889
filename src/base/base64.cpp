#include "base/base64.hpp"

#include "base/error.hpp"

#include <openssl/evp.h>

#include <limits>
#include <memory>

namespace r2i {

namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// libcrypto counts in int.
bool fits(std::string_view text) {
  return text.size() <= std::numeric_limits<int>::max() / 2;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  if (!fits(text)) return std::nullopt;
  const std::unique_ptr<EVP_ENCODE_CTX, decltype(&EVP_ENCODE_CTX_free)> context(EVP_ENCODE_CTX_new(),
                                                                                &EVP_ENCODE_CTX_free);
  std::string bytes(text.size() / 4 * 3 + 4, '\0');
  int length = 0;
  int rest = 0;
  EVP_DecodeInit(context.get());
  if (EVP_DecodeUpdate(context.get(), bytes_of(bytes), &length, bytes_of(text), static_cast<int>(text.size())) < 0 ||
      EVP_DecodeFinal(context.get(), bytes_of(bytes) + length, &rest) < 0) {
    return std::nullopt;
  }
  bytes.resize(static_cast<std::size_t>(length) + static_cast<std::size_t>(rest));
  return bytes;
}

std::string encode_base64(std::string_view bytes) {
  if (!fits(bytes)) throw Error(ErrorKind::bug, "too many bytes for Base64");
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace r2i
