#pragma once

#include "base/json_cursor.hpp"

#include <string>

namespace r2i {
class Sink;
}

namespace r2i::kube {

/// The value that the cursor stands on, as JSON on one line; reads it.
std::string copy_json(JsonCursor& cursor);

/// Tells it to a sink.
void copy_json(JsonCursor& cursor, Sink& sink);

}  // namespace r2i::kube
