#include "base/base64.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("base64: the examples of RFC 4648, both ways") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string("\0\xff", 2), "AP8="},
  };
  for (const auto& [bytes, text] : rows) {
    CAPTURE(text);
    CHECK(encode_base64(bytes) == text);
    CHECK(decode_base64(text) == bytes);
  }
}

TEST_CASE("base64: line breaks are let pass") {
  CHECK(decode_base64("Zm9v\nYmFy\n") == "foobar");
  CHECK(decode_base64("Zm9v\r\nYmFy") == "foobar");
}

TEST_CASE("base64: a long text") {
  const std::string bytes(100000, 'x');
  CHECK(decode_base64(encode_base64(bytes)) == bytes);
}

TEST_CASE("base64: what it is not") {
  for (const char* text : {"Zg", "Zg=", "Z", "Zm9v!", "not base64 at all?"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text).has_value());
  }
}

}  // namespace
}  // namespace r2i
