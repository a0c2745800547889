#pragma once

#include "model/service.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace r2i::transform {

/// What the registry's metadata says for a key that the configuration names. Of an instance: its own, else its
/// service's. Of a service (no instance): its own, else what most of its instances say (of equals the first by name).
std::optional<std::string> metadata_value(const Service& service, const Instance* instance, std::string_view key);

}  // namespace r2i::transform
