#include "base/process.hpp"

#include "base/child.hpp"
#include "base/line_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace r2i {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = CommandFailure::Kind;
using std::chrono::milliseconds;

/// Wakes a poll() when a stop is requested.
class StopEvent {
 public:
  explicit StopEvent(const std::stop_token& stop)
      : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback_(stop, Signal{event_.get()}) {}
  [[nodiscard]] int get() const { return event_.get(); }

 private:
  struct Signal {
    int fd;
    void operator()() const {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
    }
  };
  Descriptor event_;
  std::stop_callback<Signal> callback_;
};

/// At most this much is taken from a pipe at a time, so that a program that never pauses does not keep us from looking
/// at the clock. It is what a pipe can hold, and so all that a program leaves in it when it ends.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 20U;

/// Hands on what the pipe has; false at its end.
template <typename Take>
bool drain(int fd, Take take) {
  std::array<char, 4096> block{};
  for (std::size_t taken = 0; taken < kMostAtOnce;) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count > 0) {
      take(std::string_view(block.data(), static_cast<std::size_t>(count)));
      taken += static_cast<std::size_t>(count);
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      return false;
    } else if (errno == EAGAIN) {
      return true;
    }
  }
  return true;
}

/// What a program writes into, and our end of it.
struct Pipe {
  Descriptor reader;
  Descriptor writer;

  /// An errno, or 0.
  int open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno;
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    return ::fcntl(reader.get(), F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
  }
};

std::string in_words(milliseconds limit) {
  constexpr int kSecond = 1000;
  if (limit.count() % kSecond == 0) return fmt::format("{} s", limit.count() / kSecond);
  return fmt::format("{} ms", limit.count());
}

std::optional<CommandFailure> judge(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
  if (WIFEXITED(status)) return CommandFailure{Kind::failed, fmt::format("exit status {}", WEXITSTATUS(status))};
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return CommandFailure{Kind::failed, fmt::format("ended by signal {}{}", WTERMSIG(status),
                                                  name == nullptr ? "" : fmt::format(" (SIG{})", name))};
}

/// A command from its start to its end.
class Run {
 public:
  explicit Run(const Command& command) : command_(command), lines_(command.error_line) {}

  /// An errno, or 0.
  int start() {
    if (const int fault = output_.open(); fault != 0) return fault;
    if (command_.error_line) {
      if (const int fault = errors_.open(); fault != 0) return fault;
    }
    const int fault = child_.start(command_, output_.writer.get(), errors_.writer.get());
    output_.writer.reset(-1);
    errors_.writer.reset(-1);
    return fault;
  }

  tl::expected<std::string, CommandFailure> finish(const std::stop_token& stop) {
    auto failure = watch(stop);
    if (failure) {
      child_.end();
    } else {
      failure = judge(child_.wait());
    }
    read_output();
    read_errors();
    lines_.finish();
    if (!failure) failure = too_large();
    if (failure) return tl::make_unexpected(*std::move(failure));
    return std::move(text_);
  }

 private:
  /// Returns when the program has ended, or why it is not to go on.
  std::optional<CommandFailure> watch(const std::stop_token& stop) {
    const StopEvent event(stop);
    const auto end = Clock::now() + command_.time_limit;
    std::array<pollfd, 4> watched{pollfd{child_.exit_fd(), POLLIN, 0}, pollfd{event.get(), POLLIN, 0},
                                  pollfd{output_.reader.get(), POLLIN, 0}, pollfd{errors_.reader.get(), POLLIN, 0}};
    while (watched[0].revents == 0) {
      if (auto failure = too_large()) return failure;
      if (stop.stop_requested()) return CommandFailure{Kind::interrupted, "interrupted"};
      const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
      if (left.count() <= 0) {
        return CommandFailure{Kind::timeout, fmt::format("no end within {}", in_words(command_.time_limit))};
      }
      ::poll(watched.data(), watched.size(), static_cast<int>(std::min(left, milliseconds{60000}).count()));
      // A program may close its output and go on; what it left running may hold the output open after its end.
      if (watched[2].revents != 0 && !read_output()) watched[2].fd = -1;
      if (watched[3].revents != 0 && !read_errors()) watched[3].fd = -1;
    }
    return std::nullopt;
  }

  bool read_output() {
    return drain(output_.reader.get(), [this](std::string_view text) { text_ += text; });
  }

  bool read_errors() {
    return drain(errors_.reader.get(), [this](std::string_view text) { lines_.add(text); });
  }

  [[nodiscard]] std::optional<CommandFailure> too_large() const {
    if (text_.size() <= command_.max_output_bytes) return std::nullopt;
    return CommandFailure{Kind::too_large, fmt::format("it wrote more than {} bytes", command_.max_output_bytes)};
  }

  const Command& command_;
  Pipe output_;
  Pipe errors_;
  LineSplitter lines_;
  std::string text_;
  Child child_;
};

CommandFailure not_started(const std::string& program, int fault) {
  const bool is_path = program.find('/') != std::string::npos;
  if (fault == ENOENT && is_path && ::access(program.c_str(), F_OK) == 0) {
    return {Kind::not_started, "the interpreter that its first line names is not there"};
  }
  const bool missing = fault == ENOENT || fault == ENOTDIR;
  return {missing ? Kind::not_found : Kind::not_started, std::strerror(fault)};
}

}  // namespace

tl::expected<std::string, CommandFailure> run_command(const Command& command, const std::stop_token& stop) {
  Run run(command);
  if (const int fault = run.start(); fault != 0) return tl::make_unexpected(not_started(command.program, fault));
  return run.finish(stop);
}

bool stdin_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

}  // namespace r2i
