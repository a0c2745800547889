#pragma once

#include "sources/source.hpp"

#include <memory>

namespace r2i::sources::consul {

/// A Consul, read as facts about `catalog/services` and `health/service/:name` alone; nothing else is required of the
/// server. Throws Error{usage} if the settings are wrong.
std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

}  // namespace r2i::sources::consul
