// The first of mimalloc's memory is of pages of 2 MiB, where the kernel has such to give: for a mesh, which is kept to
// the end of a run, the faults of ten thousand small ones would be a twentieth of its time. What a very large one needs
// on top is taken page by page. Libraries allocate before any of our constructors: only what stands in this section is
// called earlier than theirs.
#include <cstddef>
#include <mimalloc.h>
#include <sys/mman.h>

namespace {

constexpr std::size_t kSize = std::size_t{64} << 20;

void reserve_large_pages(int /*argc*/, char** /*argv*/, char** /*environment*/) {
  mi_process_init();
  mi_arena_id_t arena{};
  if (mi_reserve_os_memory_ex(kSize, true, false, false, &arena) != 0) return;  // then it does without
  std::size_t size = 0;
  void* const start = mi_arena_area(arena, &size);
  if (start != nullptr) madvise(start, size, MADV_HUGEPAGE);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const kReserveLargePages)(int, char**,
                                                                               char**) = reserve_large_pages;

}  // namespace
