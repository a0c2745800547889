#pragma once

#include "base/json_cursor.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace r2i::kube {

class Session;

/// The versions of an API group that a server serves, the preferred one first, from its APIGroup document.
tl::expected<std::vector<std::string>, std::string> read_api_group(JsonCursor& cursor, std::string body);

/// Asks for the versions of networking.istio.io; none if it is not served. The error is a sentence.
tl::expected<std::vector<std::string>, std::string> ask_versions(Session& session);

/// The version to use of those: v1, else v1beta1. The error says why there is none.
tl::expected<std::string, std::string> choose_version(const std::vector<std::string>& versions,
                                                      const std::string& server);

}  // namespace r2i::kube
