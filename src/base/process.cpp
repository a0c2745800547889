#include "base/process.hpp"

#include "base/child.hpp"

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

namespace r2i {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = CommandFailure::Kind;
using std::chrono::milliseconds;

tl::unexpected<CommandFailure> failure(Kind kind, std::string message) {
  return tl::make_unexpected(CommandFailure{kind, std::move(message)});
}

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

/// Appends what the pipe has; false at its end.
bool drain(int fd, std::string& text, std::size_t limit) {
  std::array<char, 4096> block{};
  while (text.size() <= limit) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count > 0) {
      text.append(block.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      return false;
    } else if (errno == EAGAIN) {
      return true;
    }
  }
  return true;
}

std::optional<CommandFailure> judge(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
  if (WIFEXITED(status)) return CommandFailure{Kind::failed, fmt::format("exit status {}", WEXITSTATUS(status))};
  return CommandFailure{Kind::failed, fmt::format("ended by signal {}", WTERMSIG(status))};
}

tl::expected<std::string, CommandFailure> collect(Child& child, int output, const Command& command,
                                                  const std::stop_token& stop) {
  const StopEvent event(stop);
  const auto end = Clock::now() + command.time_limit;
  std::string text;
  std::array<pollfd, 3> watched{pollfd{child.exit_fd(), POLLIN, 0}, pollfd{event.get(), POLLIN, 0},
                                pollfd{output, POLLIN, 0}};
  while (true) {
    if (text.size() > command.max_output_bytes) {
      return failure(Kind::too_large, fmt::format("it wrote more than {} bytes", command.max_output_bytes));
    }
    if (watched[0].revents != 0) break;
    if (stop.stop_requested()) return failure(Kind::interrupted, "interrupted");
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left.count() <= 0) {
      return failure(Kind::timeout, fmt::format("no end within {} ms", command.time_limit.count()));
    }
    ::poll(watched.data(), watched.size(), static_cast<int>(std::min(left, milliseconds{60000}).count()));
    // A program may close its output and go on; what it left running may hold the output open after its end.
    if (watched[2].revents != 0 && !drain(output, text, command.max_output_bytes)) watched[2].fd = -1;
  }
  drain(output, text, command.max_output_bytes);
  if (auto bad = judge(child.wait())) return tl::make_unexpected(*std::move(bad));
  if (text.size() > command.max_output_bytes) {
    return failure(Kind::too_large, fmt::format("it wrote more than {} bytes", command.max_output_bytes));
  }
  return text;
}

}  // namespace

tl::expected<std::string, CommandFailure> run_command(const Command& command, const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure(Kind::not_started, std::strerror(errno));
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
  Child child;
  if (const int fault = child.start(command, writer.get()); fault != 0) {
    return failure(fault == ENOENT ? Kind::not_found : Kind::not_started, std::strerror(fault));
  }
  writer.reset(-1);
  return collect(child, reader.get(), command, stop);
}

bool stdin_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

}  // namespace r2i
