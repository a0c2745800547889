#include "directory/folder_lock.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace r2i::directory {

FolderLock::FolderLock(const std::string& folder) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (fd_ < 0) return;
  is_held_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
  if (is_held_ || errno != EWOULDBLOCK) return;
  ::close(fd_);
  throw Error(ErrorKind::output, fmt::format("another run is writing to {}", folder));
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace r2i::directory
