#pragma once

#include "directory/file_problem.hpp"
#include "model/live_object.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::directory {

/// What a file of manifests holds.
struct Contents {
  std::size_t documents = 0;          ///< of any kind; each item of a List is one
  std::vector<LiveObject> objects;    ///< the ServiceEntries and WorkloadEntries
  std::vector<FileProblem> problems;  ///< a document that has one gives no objects
};

/// Whether a ServiceEntry or a WorkloadEntry may be in a YAML or JSON text, be it valid or not: its kind stands there
/// in full, unless escapes or another encoding hide it.
[[nodiscard]] bool may_hold_objects(std::string_view text);

/// Reads all documents of a YAML or JSON text, and what is in Lists. `place` is the file, for messages.
[[nodiscard]] Contents read_contents(std::string_view text, const std::string& place);

}  // namespace r2i::directory
