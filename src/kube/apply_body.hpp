#pragma once

#include "model/change.hpp"

#include <string>

namespace r2i::kube {

/// The body of a server-side apply: the object, with the uid and the resourceVersion that it must have if it is there
/// already. `resource_version` is empty for an object that is not.
std::string apply_body(const Manifest& manifest, const std::string& version, const std::string& uid,
                       const std::string& resource_version);

/// The body of a delete of exactly this object in this state (meta/v1 DeleteOptions).
std::string delete_body(const std::string& uid, const std::string& resource_version, bool dry_run);

}  // namespace r2i::kube
