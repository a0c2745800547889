#include "base/hmac.hpp"

#include "base/error.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace r2i {

std::string hmac_sha1(const Secret& key, std::string_view text) {
  constexpr std::size_t kBytes = 20;
  std::string digest(kBytes, '\0');
  unsigned length = 0;
  const std::string& bytes = key.reveal();
  // libcrypto takes bytes as unsigned char.
  const auto* input = reinterpret_cast<const unsigned char*>(text.data());
  auto* output = reinterpret_cast<unsigned char*>(digest.data());
  const auto* done =
      HMAC(EVP_sha1(), bytes.data(), static_cast<int>(bytes.size()), input, text.size(), output, &length);
  if (done == nullptr || length != kBytes) throw Error(ErrorKind::bug, "HMAC-SHA1 failed");
  return digest;
}

}  // namespace r2i
