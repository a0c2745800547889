#include "model/secrets.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace r2i {

namespace {

constexpr std::array<std::string_view, 12> kSecretWords = {"password",   "passwd",        "passphrase", "secret",
                                                           "token",      "apikey",        "accesskey",  "privatekey",
                                                           "credential", "authorization", "signingkey", "pwd"};

// What one of the words begins with.
constexpr std::array<bool, 128> kBegins = [] {
  std::array<bool, 128> begins{};
  for (const std::string_view word : kSecretWords) begins[static_cast<unsigned char>(word.front())] = true;
  return begins;
}();

bool has_url_password(std::string_view value) {
  const auto scheme = value.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority = value.substr(scheme + 3, value.find_first_of("/?#", scheme + 3) - (scheme + 3));
  const auto at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

}  // namespace

bool is_secret_key(std::string_view key) {
  constexpr std::size_t kShortest = 3;  // "pwd"
  if (key.size() < kShortest) return false;
  std::string letters;
  letters.reserve(key.size());
  for (const char c : key) {
    if (is_alnum(c)) letters += to_lower(c);
  }
  for (std::string_view rest = letters; rest.size() >= kShortest; rest.remove_prefix(1)) {
    if (!kBegins[static_cast<unsigned char>(rest.front())]) continue;
    const auto begins = [&](std::string_view word) {
      return rest[0] == word[0] && rest[1] == word[1] && rest.starts_with(word);
    };
    if (std::ranges::any_of(kSecretWords, begins)) return true;
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
