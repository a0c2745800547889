#include "base/output.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
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

NewFile::NewFile(std::string path) : path_(std::move(path)), temporary_(path_ + ".XXXXXX") {
  // mkostemp gives mode 0600.
  fd_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
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
  const bool synced = ::fsync(fd_) == 0 || errno == EINVAL;
  const bool closed = ::close(std::exchange(fd_, -1)) == 0;
  if (synced && closed && ::rename(temporary_.c_str(), path_.c_str()) == 0) return;
  const std::string why = std::strerror(errno);
  ::unlink(temporary_.c_str());
  throw Error(ErrorKind::output, fmt::format("cannot write {}: {}", path_, why));
}

}  // namespace r2i
