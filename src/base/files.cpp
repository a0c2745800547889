#include "base/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace r2i {

namespace {

/// Closes what it opened; standard input stays open.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<std::string> system_error() {
  return tl::make_unexpected(std::string(std::strerror(errno)));
}

// Parsers want room after the text; reserving it here spares them a copy of the whole.
constexpr std::size_t kPadding = 128;

/// Waits until there is something to read, or the end; false once `stop` fires.
bool wait_for_input(int fd, const std::stop_token& stop) {
  constexpr int kLookUp = 50;  // milliseconds
  pollfd descriptor{fd, POLLIN, 0};
  while (!stop.stop_requested()) {
    if (::poll(&descriptor, 1, kLookUp) != 0) return true;
  }
  return false;
}

/// Asks for large pages behind a large buffer, before it is touched: its page faults would take longer than the
/// reading.
void use_huge_pages(std::string& text) {
  constexpr std::uintptr_t kHugePage = std::uintptr_t{2} << 20U;
  const auto begin = reinterpret_cast<std::uintptr_t>(text.data());
  const std::uintptr_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  const std::uintptr_t last = (begin + text.capacity()) / kHugePage * kHugePage;
  if (first < last) ::madvise(text.data() + (first - begin), last - first, MADV_HUGEPAGE);
}

}  // namespace

tl::expected<std::string, std::string> read_file(const std::string& path, const std::stop_token& stop) {
  const Descriptor file(path);
  if (file.get() < 0) return system_error();
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error();
  std::string text;
  std::size_t size = 0;
  const std::size_t expected =
      S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : std::size_t{64} * 1024;
  text.reserve(expected + kPadding);
  use_huge_pages(text);
  text.resize(expected + kPadding);
  while (true) {
    if (!S_ISREG(status.st_mode) && !wait_for_input(file.get(), stop))
      return tl::make_unexpected(std::string("interrupted"));
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error();
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (text.size() - size < kPadding) text.resize(2 * text.size());
  }
  text.resize(size);
  return text;
}

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

tl::expected<std::vector<std::string>, std::string> list_files(const std::string& dir, const std::string& suffix) {
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code unknown;
    if (!name.starts_with('.') && name.ends_with(suffix) && !it->is_directory(unknown))
      paths.push_back(it->path().string());
  }
  if (error) return tl::make_unexpected(error.message());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace r2i
