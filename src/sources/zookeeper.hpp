#pragma once

#include "sources/source.hpp"

#include <memory>

namespace r2i::sources::zookeeper {

/// A ZooKeeper: every node below the roots, read by one session that creates and watches nothing, taken for instances
/// by a layout. Throws Error{usage} if the settings are wrong.
std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

}  // namespace r2i::sources::zookeeper
