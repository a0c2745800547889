#pragma once

#include "sources/source.hpp"

#include <memory>

namespace r2i::sources::exec {

/// A program whose standard output is a snapshot: how any registry that this build does not know comes in. It is run
/// without a shell and with our environment; what it writes to standard error is shown, line by line, as it comes.
std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

}  // namespace r2i::sources::exec
