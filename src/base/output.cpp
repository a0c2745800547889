#include "base/output.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace r2i {

FdOutput::FdOutput(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
  buffer_.reserve(2 * kBlock);
}

void FdOutput::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE) throw Error(ErrorKind::closed_pipe, fmt::format("the reader of {} has gone", name_));
      throw Error(ErrorKind::output, fmt::format("cannot write to {}: {}", name_, std::strerror(errno)));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

namespace {

/// Creates a file that is not there yet beside `path`. mkstemp() would not heed the umask.
int create_beside(const std::string& path, mode_t mode, std::string& name) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const auto start = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  constexpr unsigned kAttempts = 100;
  for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
    name = fmt::format("{}{}{:x}-{:x}", folder, NewFile::kUnfinished, ::getpid(), start + attempt);
    const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

}  // namespace

NewFile::NewFile(std::string path, FileAccess access) : path_(std::move(path)), access_(access) {
  fd_ = create_beside(path_, access == FileAccess::owner ? 0600 : 0666, temporary_);
  if (fd_ < 0) {
    throw Error(ErrorKind::output, fmt::format("cannot create a file beside {}: {}", path_, std::strerror(errno)));
  }
  out_ = std::make_unique<FdOutput>(fd_, path_);
}

NewFile::~NewFile() {
  if (fd_ >= 0) {
    ::close(fd_);
    ::unlink(temporary_.c_str());
  }
}

void NewFile::commit() {
  out_->flush();
  const bool synced = access_ == FileAccess::everyone || ::fsync(fd_) == 0 || errno == EINVAL;
  const bool closed = ::close(std::exchange(fd_, -1)) == 0;
  if (synced && closed && ::rename(temporary_.c_str(), path_.c_str()) == 0) return;
  const std::string why = std::strerror(errno);
  ::unlink(temporary_.c_str());
  throw Error(ErrorKind::output, fmt::format("cannot write {}: {}", path_, why));
}

}  // namespace r2i
