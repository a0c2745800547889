// Any bytes as a configuration file: it is read, or refused with messages that each say where. Whatever the file says,
// no variable of the environment shows in a message.
#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "model/settings.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::string_view kSecret = "5ecret-of-the-environment";

void require(bool holds) {
  if (!holds) std::abort();
}

/// A file without a place on any disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : descriptor_(memfd_create("config", MFD_CLOEXEC)) {
    require(descriptor_ >= 0 && write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }

  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

std::vector<std::string_view> all_keys() {
  std::vector<std::string_view> keys;
  for (const r2i::SettingInfo& info : r2i::all_settings()) keys.push_back(info.key);
  return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find(kSecret) != std::string_view::npos) return 0;  // the fuzzer reads along: then it is the file that tells
  const MemoryFile file(text);
  const r2i::Environment environment({{"TOKEN", std::string(kSecret)}, {"HOST", "c1"}});
  try {
    (void)r2i::config::resolve(all_keys(), {{"config", {file.path()}}}, environment);
  } catch (const r2i::Error& error) {
    require(error.kind() == r2i::ErrorKind::usage);
    const std::string said = error.what();
    require(!said.empty() && said.find(kSecret) == std::string::npos && r2i::valid_utf8(said) == said);
  }
  return 0;
}
