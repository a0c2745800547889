#include "model/secrets.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace r2i {

namespace {

constexpr std::array<std::string_view, 12> kSecretWords = {"password",   "passwd",        "passphrase", "secret",
                                                           "token",      "apikey",        "accesskey",  "privatekey",
                                                           "credential", "authorization", "signingkey", "pwd"};

constexpr std::size_t kShortest = 3;  // "pwd"

/// Three letters, each in five bits.
constexpr std::uint32_t then(std::uint32_t before, char letter) {
  return (before << 5U | (static_cast<unsigned char>(letter) & 0x1fU)) & 0x7fffU;
}

// What the words begin with, so that few keys are looked at twice.
constexpr std::array<bool, 0x8000> kBegins = [] {
  std::array<bool, 0x8000> begins{};
  for (const std::string_view word : kSecretWords) begins[then(then(then(0, word[0]), word[1]), word[2])] = true;
  return begins;
}();

bool may_be_secret(std::string_view key) {
  std::uint32_t last = 0;
  for (const char c : key) {
    if (!is_alnum(c)) continue;
    last = then(last, c);
    if (kBegins[last]) return true;
  }
  return false;
}

bool has_url_password(std::string_view value) {
  const auto scheme = value.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority = value.substr(scheme + 3, value.find_first_of("/?#", scheme + 3) - (scheme + 3));
  const auto at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

}  // namespace

bool is_secret_key(std::string_view key) {
  if (!may_be_secret(key)) return false;
  std::string letters;
  letters.reserve(key.size());
  for (const char c : key) {
    if (is_alnum(c)) letters += to_lower(c);
  }
  for (std::string_view rest = letters; rest.size() >= kShortest; rest.remove_prefix(1)) {
    if (std::ranges::any_of(kSecretWords, [&](std::string_view word) { return rest.starts_with(word); })) return true;
  }
  return false;
}

bool is_secret_value(std::string_view value) {
  constexpr std::size_t kAwsKeyLength = 20;
  return value == kRedacted || value.find("PRIVATE KEY-----") != std::string_view::npos ||
         value.starts_with("eyJhbGciOi") ||
         ((value.starts_with("AKIA") || value.starts_with("ASIA")) && value.size() == kAwsKeyLength) ||
         has_url_password(value);
}

}  // namespace r2i
