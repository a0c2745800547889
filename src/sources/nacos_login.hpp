#pragma once

#include "base/json_cursor.hpp"
#include "base/secret.hpp"
#include "sources/nacos_packing.hpp"

#include <chrono>
#include <string>

namespace r2i::sources::nacos {

/// What a log-in gives.
struct Login {
  Secret token;
  std::chrono::seconds ttl{0};  ///< 0: the server does not say
};

/// The answer of `v3/auth/user/login`, `v1/auth/users/login`, `v1/auth/login`.
Parsed<Login> parse_login(JsonCursor& cursor, std::string& body);

}  // namespace r2i::sources::nacos
