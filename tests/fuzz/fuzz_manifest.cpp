// Any bytes as a file of manifests: reading ends, what is read is written and read back as the same objects, and no
// name leads out of the directory.
#include "base/text.hpp"
#include "directory/directory.hpp"
#include "directory/generated_file.hpp"
#include "directory/kustomization.hpp"
#include "directory/manifest_file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_safe(const std::string& place) {
  const auto folders = std::ranges::count(place, '/');
  return folders <= 1 && !place.starts_with('/') && !place.starts_with('.') && place.size() <= 255 + 1 + 255 &&
         place.find("..") == std::string::npos && place.find("/.") == std::string::npos && place.ends_with(".yaml");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace r2i::directory;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)read_kustomization(text, "kustomization.yaml");
  const Contents contents = read_contents(text, "a.yaml");
  require(contents.objects.size() <= contents.documents);
  if (!contents.objects.empty()) require(may_hold_objects(text));
  for (const r2i::LiveObject& object : contents.objects) {
    require(is_safe(Directory::place_of(r2i::key_of(object.manifest))));
    const std::string written = manifest_text(object.manifest, "v1");
    // Characters that Kubernetes refuses are out before anything is written.
    if (!r2i::is_clean_text(written)) continue;
    const Contents again = read_contents(written, "b.yaml");
    require(again.problems.empty() && again.documents == 1 && again.objects.size() == 1);
    require(again.objects.front().manifest == object.manifest);
    require(manifest_text(again.objects.front().manifest, "v1") == written);
  }
  return 0;
}
