#pragma once

#include "sources/source.hpp"

#include <memory>

namespace r2i::sources::file {

/// A snapshot, `-` for standard input, or a directory of snapshots (`*.json`, by name).
std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

}  // namespace r2i::sources::file
