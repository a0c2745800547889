#pragma once

#include <string_view>

namespace r2i {

/// What stands in a snapshot in place of a secret.
inline constexpr std::string_view kRedacted = "<redacted>";

/// Whether a key of a registry's metadata names something that must not leave the registry (password, token, …).
bool is_secret_key(std::string_view key);

/// Whether a value is a secret by its own looks, or stood for one: kRedacted, a private key, a JSON web token, an AWS
/// key, a URL with a password.
bool is_secret_value(std::string_view value);

}  // namespace r2i
