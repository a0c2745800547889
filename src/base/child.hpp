#pragma once

#include "base/process.hpp"

#include <sys/types.h>

namespace r2i {

/// An open file, closed with it.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(-1); }
  void reset(int fd);
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// A running program; ended and waited for at the latest by the destructor.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Starts the command with its standard output on `output`, and its standard error on `errors`, or on ours if that is
  /// negative. An errno, or 0.
  int start(const Command& command, int output, int errors = -1);
  /// Becomes readable when the program has ended.
  [[nodiscard]] int exit_fd() const { return exit_.get(); }
  /// Its status, as waitpid() gives it; waits for it.
  int wait();
  /// Asks it, and what it has started, to end; kills what has not done so when it has ended itself, or after two
  /// seconds. Does nothing once it was waited for.
  void end();

 private:
  pid_t pid_ = -1;
  bool own_group_ = false;
  Descriptor exit_;
};

}  // namespace r2i
