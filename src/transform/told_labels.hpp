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

/// Picks what of the metadata and the tags of instances is to become labels, for one candidate after the other.
class LabelPicker {
 public:
  /// In the order in which the instance has them, the metadata first. They refer to it and to the settings, and are
  /// there until the next call.
  const std::vector<ToldLabel>& pick(const Candidate& candidate);

 private:
  std::vector<ToldLabel> labels_;
  std::vector<ToldLabel> of_tags_;  ///< for the same tags and choices again
  SharedList tags_;
  const Choices* choices_ = nullptr;
};

}  // namespace r2i::transform
