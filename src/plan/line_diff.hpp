#pragma once

#include <string_view>
#include <vector>

namespace r2i::plan {

/// One line of an edit script: it stays, goes or comes.
struct DiffLine {
  enum class Kind { common, removed, added };
  Kind kind;
  std::string_view text;

  friend bool operator==(const DiffLine&, const DiffLine&) = default;
};

/// The way from one text to the other, line by line; what goes is told before what comes in its place. The shortest
/// way, but for texts with thousands of differences, where it may be a little longer. The lines are views into the
/// texts, without their line breaks.
std::vector<DiffLine> line_diff(std::string_view before, std::string_view after);

}  // namespace r2i::plan
