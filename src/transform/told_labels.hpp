#pragma once

#include "transform/candidate.hpp"

#include <string_view>
#include <vector>

namespace r2i::transform {

/// A label as the registry has it.
struct ToldLabel {
  std::string_view key;  ///< as it is to be called
  std::string_view value;
  std::string_view kind;  ///< what it is from: "metadata" or "tag"
  std::string_view text;  ///< the key of the metadata, or the whole of the tag
};

/// What of the metadata and the tags of the candidate's instance is to become a label, in their order, in place of what
/// `out` holds: it refers to them, and to the settings.
void pick_told_labels(const Candidate& candidate, std::vector<ToldLabel>& out);

}  // namespace r2i::transform
