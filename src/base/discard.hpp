#pragma once

#include <span>

namespace r2i {

/// Gives the whole pages in these bytes back to the system, for what is large and will not be read again, but cannot be
/// freed yet. What is read there afterwards is zero, or as it was.
void discard(std::span<char> bytes) noexcept;

}  // namespace r2i
