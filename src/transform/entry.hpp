#pragma once

#include "base/diagnostic.hpp"
#include "transform/convert.hpp"
#include "transform/prepared.hpp"

#include <span>
#include <string>
#include <vector>

namespace r2i::transform {

using Parts = std::span<const Prepared* const>;

/// What becomes one ServiceEntry: a service, or several of merged sources (row 20).
struct Whole {
  const Service& service;  ///< what messages call it: the service itself, or what stands for all of them
  const Choices& choices;  ///< of what is decided once for all
  Parts parts;
  std::vector<Candidate> candidates;  ///< of all parts, those of one together
  std::string owner;
};

/// What holds the host of the parts, which is one, and their aliases against others, and makes nothing of them.
Converted claim(const Service& whole, Parts parts);

/// Rows 6 to 16, as far as they need no other service.
Converted make_entry(Whole whole, Diagnostics& diagnostics);

}  // namespace r2i::transform
