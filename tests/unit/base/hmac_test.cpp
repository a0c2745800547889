#include "base/hmac.hpp"

#include "base/base64.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace r2i {
namespace {

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

TEST_CASE("hmac: the vectors of RFC 2202") {
  struct Row {
    std::string key;
    std::string text;
    std::string digest;
  };
  const std::vector<Row> rows = {
      {std::string(20, '\x0b'), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
      {"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'), "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
      {std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
      {"", "", "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(hex(hmac_sha1(Secret(row.key), row.text)) == row.digest);
  }
}

TEST_CASE("hmac: a signature of Nacos's clients") {
  // openssl dgst -sha1 -hmac sk -binary | base64
  CHECK(encode_base64(hmac_sha1(Secret("sk"), "1700000000000@@DEFAULT_GROUP@@pay")) == "/4cIxXsoCwEZbvhzIltvx/5dwME=");
}

}  // namespace
}  // namespace r2i
