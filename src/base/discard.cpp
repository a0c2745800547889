#include "base/discard.hpp"

#include <cstddef>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

namespace r2i {

void discard(std::span<char> bytes) noexcept {
  static const auto kPage = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* start = bytes.data();
  std::size_t length = bytes.size();
  if (std::align(kPage, kPage, start, length) == nullptr) return;
  // It is a favour: where the system refuses, the bytes stay.
  static_cast<void>(::madvise(start, length - length % kPage, MADV_DONTNEED));
}

}  // namespace r2i
