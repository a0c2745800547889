#pragma once

#include <string>

namespace r2i::directory {

/// Keeps two runs from writing to one folder at the same time; it ends with the process at the latest.
class FolderLock {
 public:
  /// Throws Error{output} if another run holds it. Where the file system knows no locks, there is none.
  explicit FolderLock(const std::string& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  /// False: there is no such folder, or no lock.
  [[nodiscard]] bool is_held() const { return is_held_; }

 private:
  int fd_ = -1;
  bool is_held_ = false;
};

}  // namespace r2i::directory
