#include "commands/signals.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace r2i::commands {

namespace {

std::atomic<int> received_signal{0};

constexpr int kSignalExitBase = 128;

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Signals::Signals() : signal_fd_(-1), end_fd_(::eventfd(0, EFD_CLOEXEC)) {
  const sigset_t signals = handled_signals();
  // Blocked in every thread: they come to the descriptor alone.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal_fd_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
  thread_ = std::thread([this] { wait(); });
}

Signals::~Signals() {
  const std::uint64_t one = 1;
  if (::write(end_fd_, &one, sizeof one) == sizeof one) thread_.join();
  ::close(end_fd_);
  ::close(signal_fd_);
}

int Signals::received() {
  return received_signal.load();
}

void Signals::wait() {
  std::array<pollfd, 2> descriptors = {pollfd{signal_fd_, POLLIN, 0}, pollfd{end_fd_, POLLIN, 0}};
  while (true) {
    if (::poll(descriptors.data(), descriptors.size(), -1) < 0) continue;
    if (descriptors[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signal_fd_, &info, sizeof info) != sizeof info) continue;
    const int number = static_cast<int>(info.ssi_signo);
    if (received_signal.exchange(number) != 0) ::_exit(kSignalExitBase + number);
    stop_.request_stop();
  }
}

}  // namespace r2i::commands
