#include "base/child.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace r2i {
namespace {

/// A pipe that is read to its end.
class Listener {
 public:
  Listener() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }
  [[nodiscard]] int writer() const { return writer_.get(); }
  /// One line, without its end.
  std::string line() { return until('\n'); }
  /// All that comes until nobody holds the other end any more.
  std::string rest() {
    writer_.reset(-1);
    return until('\0');
  }

 private:
  std::string until(char end) {
    std::string text;
    char c = 0;
    while (::read(reader_.get(), &c, 1) == 1 && c != end) text += c;
    return text;
  }

  Descriptor reader_;
  Descriptor writer_;
};

Command shell(std::string_view text) {
  return {.program = "sh", .arguments = {"-c", std::string(text)}};
}

bool is_readable(int fd, int milliseconds) {
  pollfd watched{fd, POLLIN, 0};
  return ::poll(&watched, 1, milliseconds) == 1;
}

TEST_CASE("child: it ends by itself, and its end shows") {
  Listener output;
  Child child;
  REQUIRE(child.start(shell("echo one; exit 3"), output.writer()) == 0);
  CHECK(is_readable(child.exit_fd(), -1));
  const int status = child.wait();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(output.rest() == "one\n");
  child.end();  // of one that has been waited for: nothing
}

TEST_CASE("child: its standard error goes where it is told") {
  Listener output;
  Listener errors;
  Child child;
  REQUIRE(child.start(shell("echo one; echo two >&2"), output.writer(), errors.writer()) == 0);
  child.wait();
  CHECK(output.rest() == "one\n");
  CHECK(errors.rest() == "two\n");
}

TEST_CASE("child: one that cannot be started is told by its errno, and leaves nothing to wait for") {
  Listener output;
  Child child;
  CHECK(child.start({.program = "/no/such/program"}, output.writer()) == ENOENT);
  child.end();
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("child: nothing is left of one that goes out of scope") {
  Listener output;
  {
    Child child;
    REQUIRE(child.start(shell("echo $$; exec sleep 1000"), output.writer()) == 0);
    CHECK_FALSE(output.line().empty());
    CHECK_FALSE(is_readable(child.exit_fd(), 0));
  }
  CHECK(output.rest().empty());  // nobody holds it
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("child: its end is that of its group, even of those who would rather stay") {
  Listener output;
  Child child;
  REQUIRE(child.start(shell("sh -c 'trap \"\" TERM; echo up; while :; do sleep 1; done' & exec sleep 1000"),
                      output.writer()) == 0);
  CHECK(output.line() == "up");
  child.end();
  CHECK(output.rest().empty());
}

TEST_CASE("child: one that ignores the request is killed") {
  Listener output;
  Child child;
  REQUIRE(child.start(shell("trap '' TERM; echo up; while :; do sleep 1; done"), output.writer()) == 0);
  CHECK(output.line() == "up");
  child.end();
  CHECK(output.rest().empty());
}

TEST_CASE("child: one that has left its group is ended, too") {
  Listener output;
  Child child;
  // Python can do what the shell cannot: go into the group of its parent.
  REQUIRE(child.start({.program = "python3",
                       .arguments = {"-c",
                                     "import os, time\nos.setpgid(0, os.getpgid(os.getppid()))\n"
                                     "print('up', flush=True)\ntime.sleep(1000)"}},
                      output.writer()) == 0);
  CHECK(output.line() == "up");
  child.end();
  CHECK(output.rest().empty());
}

TEST_CASE("child: one that has time to tidy up uses it") {
  Listener output;
  Child child;
  REQUIRE(child.start(shell("trap 'echo tidy; exit 0' TERM; sleep 1000 & echo up; wait"), output.writer()) == 0);
  CHECK(output.line() == "up");
  child.end();
  CHECK(output.rest() == "tidy\n");
}

}  // namespace
}  // namespace r2i
