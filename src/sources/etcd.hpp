#pragma once

#include "sources/source.hpp"

#include <memory>

namespace r2i::sources::etcd {

/// An etcd, read by its v3 API, gRPC or the JSON gateway: every key below the roots, at one revision, taken for
/// instances by a layout. Throws Error{usage} if the settings are wrong.
std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

}  // namespace r2i::sources::etcd
