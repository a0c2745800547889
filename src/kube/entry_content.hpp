#pragma once

#include "base/secret.hpp"
#include "kube/kubeconfig.hpp"

#include <string>
#include <string_view>

namespace r2i::kube {

// What entries of a kubeconfig refer to. `where` names the entry in errors: `user "ada" of /home/ada/.kube/config`. All
// throw Error{usage}.

[[noreturn]] void refuse_entry(const std::string& where, std::string_view why);

/// The content of a file or of Base64 data; empty if there is neither. `field` is its name in a kubeconfig.
std::string content_of(const FileOrData& value, const std::string& where, std::string_view field);

/// The token in a file, without the blanks around it.
Secret read_token(const std::string& path, const std::string& where);

}  // namespace r2i::kube
