#pragma once

#include "base/json_tree.hpp"
#include "model/check.hpp"
#include "model/schema.hpp"

#include <vector>

namespace r2i {

/// What is wrong with the form of an object.
struct Structure {
  std::vector<Breach> misread;  ///< values of a wrong type, and fields that are missing: their value is not known
  std::vector<Breach> strange;  ///< keys that nobody knows or that come twice
};

/// Holds an object to a shape.
Structure check_structure(const JsonTree& object, const schema::Shape& shape);

/// What a ServiceEntry or a WorkloadEntry says though it is empty.
Written read_written(const JsonTree& object);

/// Where in the text the value at a path starts; of one that is not there, what it would be in.
std::size_t locate(const JsonTree& object, const FieldPath& path);

}  // namespace r2i
