#pragma once

#include "model/judge.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace r2i {

/// An object and the file that it is in.
struct PlacedObject {
  std::string file;
  JudgedObject object;
};

/// What several objects get wrong together.
struct Clash {
  std::size_t object = 0;  ///< the index of the later one
  std::string text;        ///< "ServiceEntry mesh/pay: the host a.b is also in …, and what to do"
};

/// Objects of one name, of which the later one overwrites the earlier; and twins: one host in two ServiceEntries that a
/// proxy may see both, of which Istio serves one. Each object is held against the first of the earlier ones that
/// clashes.
std::vector<Clash> find_clashes(std::span<const PlacedObject> objects);

}  // namespace r2i
