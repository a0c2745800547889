#pragma once

#include "base/json_cursor.hpp"
#include "model/change.hpp"
#include "model/live_object.hpp"

#include <optional>
#include <string>

namespace r2i::kube {

/// Reads one object as the API server answers it; nothing if it is none, or not one of ours to read.
std::optional<LiveObject> read_object(JsonCursor& cursor, std::string body);

/// What the API server answers to a write that it has carried out: an object, or the Status of a deletion.
struct WrittenAnswer {
  std::string resource_version;  ///< empty: it has none
};
/// Nothing if the text is neither.
std::optional<WrittenAnswer> read_written(JsonCursor& cursor, std::string body);

/// What of an object is not as the plan knew it: "its spec, its labels"; empty if only its resourceVersion may have
/// moved, as when istiod writes the status. `manager` is ours.
std::string differences(const LiveObject& live, const Precondition& planned, const std::string& manager);

/// Whether the object already is what we are about to write.
bool is_written(const LiveObject& live, const Manifest& wanted, const std::string& manager);

}  // namespace r2i::kube
