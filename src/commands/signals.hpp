#pragma once

#include <stop_token>
#include <thread>

namespace r2i::commands {

/// Turns SIGINT and SIGTERM into a request to stop; the second one ends the process at once. To be made before any
/// other thread.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  /// The signal that came, or 0.
  [[nodiscard]] static int received();

 private:
  void wait();

  std::stop_source stop_;
  int signal_fd_;
  int end_fd_;
  std::thread thread_;
};

}  // namespace r2i::commands
