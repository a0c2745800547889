#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace r2i {

/// Where bytes go. Writers append to `buffer()` and call `spill()` now and then, so that no writer keeps a whole
/// document and no byte is copied twice.
class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  [[nodiscard]] std::string& buffer() noexcept { return buffer_; }
  void write(std::string_view text) { buffer_ += text; }

  /// Hands the buffer on if it has grown past a block. Throws Error{output}.
  void spill() {
    if (buffer_.size() >= kBlock) flush();
  }

  /// Hands on what is buffered. Throws Error{output}.
  virtual void flush() = 0;

 protected:
  static constexpr std::size_t kBlock = std::size_t{64} * 1024;
  std::string buffer_;
};

/// Writes to a file descriptor that somebody else owns. `name` is for messages ("standard output").
class FdOutput : public Output {
 public:
  FdOutput(int fd, std::string name);
  void flush() override;

 private:
  int fd_;
  std::string name_;
};

/// Who a new file is for.
enum class FileAccess {
  owner,     ///< mode 0600, and on the disk once it is committed
  everyone,  ///< mode 0666 less the umask, brought to the disk by the system at its leisure: one of many
};

/// A file that appears whole, or not at all: written beside its place, and renamed into it by commit().
class NewFile {
 public:
  /// How the names of files begin that are not in their place yet. A run that is killed leaves them behind.
  static constexpr std::string_view kUnfinished = ".r2i-";

  /// Throws Error{output}.
  explicit NewFile(std::string path, FileAccess access = FileAccess::owner);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  [[nodiscard]] Output& output() { return *out_; }
  /// Throws Error{output}; the place then holds what it held before.
  void commit();

 private:
  std::string path_;
  FileAccess access_;
  std::string temporary_;
  int fd_ = -1;
  std::unique_ptr<FdOutput> out_;
};

/// Keeps everything: for small texts, and for tests.
class StringOutput : public Output {
 public:
  void flush() override {}
  [[nodiscard]] const std::string& text() const noexcept { return buffer_; }
};

}  // namespace r2i
