#pragma once

#include "sources/source.hpp"

#include <memory>

namespace r2i::sources::nacos {

/// A Nacos, through whichever of its APIs v1, v2 and v3 it has. A namespace is a scope. Throws Error{usage} if the
/// settings are wrong.
std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

}  // namespace r2i::sources::nacos
