#pragma once

#include "plan/changes_in_words.hpp"
#include "plan/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace r2i::plan {

// What the renderers for people say of a plan, in common: words without colour or markup, on one line each, and without
// control characters.

/// How many of a long list are shown.
inline constexpr std::size_t kMostShown = 10;

std::vector<const Change*> sorted_by_key(const std::vector<Change>& changes);

/// `text` as it may go to a terminal, without line breaks.
std::string on_one_line(std::string_view text);
std::string display(const ObjectKey& key);

/// What changes, in short: "endpoints +3 -1 ~1, resolution", "2 ports, 5 endpoints"; may be empty.
std::string headline(const Change& change, const std::vector<PartChange>& words);
/// "adopted: was kubectl-client-side-apply's", in brackets and after three blanks, or nothing.
std::string note_of(const Change& change);

struct Line {
  Sign sign;
  std::string text;  ///< "endpoint 10.0.0.4:8080  weight 5 → 10"
};
/// A line for each thing that changes. Unless `full`, the rest of a long list of one kind is only counted.
std::vector<Line> lines_of(const std::vector<PartChange>& words, bool full);

/// "not updated: kubectl-edit owns .spec.endpoints (to let it pass: --force-conflicts)".
std::string reason_of(const Held& held);

/// Twins that are not told already as the reason of what is held.
std::vector<const Twin*> untold_twins(const Plan& plan);
std::string words_of(const Twin& twin);

}  // namespace r2i::plan
