#pragma once

#include "plan/plan.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::plan {

// What the writer and the reader of a plan file must agree upon.

inline constexpr std::string_view kPlanApiVersion = "registry2istio.io/v1";
inline constexpr std::string_view kPlanKind = "Plan";
inline constexpr std::string_view kChecksumPrefix = "sha256:";
inline constexpr std::size_t kChecksumDigits = 64;

inline constexpr std::array<Action, 4> kActions = {Action::create, Action::update, Action::empty, Action::remove};

inline constexpr std::array<std::string_view, 4> kPhaseNames = {"add-workloads", "write-entries", "remove-workloads",
                                                                "remove-entries"};

/// The numbers of `summary`, by name, sorted. All but `unchanged` follow from the lists.
using Summary = std::vector<std::pair<std::string_view, std::size_t>>;
Summary summary_of(const Plan& plan);

/// The digits of the checksum of a document that is given without them.
std::string checksum_of(std::string_view document);

/// What contradicts itself in a plan that was read: sentences, each with the index of the change that it is about.
struct Contradiction {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t change = kNone;  ///< index into Plan::changes
  std::string message;
};
std::vector<Contradiction> contradictions_in(const Plan& plan);

}  // namespace r2i::plan
