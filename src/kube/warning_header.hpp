#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r2i::kube {

/// The texts of the warnings with code 299, which are the API server's own, in a `Warning` header (RFC 7234 §5.5).
std::vector<std::string> read_warnings(std::string_view header);

}  // namespace r2i::kube
