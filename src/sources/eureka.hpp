#pragma once

#include "sources/source.hpp"

#include <memory>

namespace r2i::sources::eureka {

/// A Eureka, read as the one answer to `apps`, or as those to `vips/:vip`; nothing else is asked of the server. Throws
/// Error{usage} if the settings are wrong.
std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

}  // namespace r2i::sources::eureka
