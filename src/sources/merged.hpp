#pragma once

#include "sources/source.hpp"

#include <memory>
#include <string>

namespace r2i::sources {

/// The source with SourceInfo::merge set in all that it hands over (row 20). Snapshots have names of their own, so only
/// what they turn out to be tells the sources that it is for.
std::unique_ptr<Source> merged_into(std::string name, std::unique_ptr<Source> source);

}  // namespace r2i::sources
