#include "base/process.hpp"

#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace r2i {
namespace {

using Kind = CommandFailure::Kind;
using std::chrono::milliseconds;

/// A program that the shell runs.
std::string script(const testing::TempDir& dir, std::string_view text) {
  const std::string path = dir.write("program", "#!/bin/sh\n" + std::string(text));
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

std::string output_of(const Command& command) {
  const auto result = run_command(command, {});
  REQUIRE_MESSAGE(result.has_value(), result.error().message);
  return *result;
}

CommandFailure failure_of(const Command& command, const std::stop_token& stop = {}) {
  const auto result = run_command(command, stop);
  REQUIRE_FALSE(result.has_value());
  return result.error();
}

TEST_CASE("process: arguments go through no shell") {
  const testing::TempDir dir;
  const std::string program = script(dir, "for a in \"$@\"; do echo \"<$a>\"; done");
  CHECK(output_of({.program = program, .arguments = {"a b", "$HOME", "`id`", "", "*", "x\ny"}}) ==
        "<a b>\n<$HOME>\n<`id`>\n<>\n<*>\n<x\ny>\n");
}

TEST_CASE("process: a program is looked up in PATH") {
  CHECK(output_of({.program = "echo", .arguments = {"here"}}) == "here\n");
  const auto missing = failure_of({.program = "no-such-program-anywhere"});
  CHECK(missing.kind == Kind::not_found);
  CHECK(missing.message == "No such file or directory");
}

TEST_CASE("process: a program that may not be run") {
  const testing::TempDir dir;
  CHECK(failure_of({.program = dir.write("text", "no program")}).kind == Kind::not_started);
}

TEST_CASE("process: variables are added and replaced, the others stay") {
  const testing::TempDir dir;
  ::setenv("R2I_TEST_OLD", "old", 1);
  ::setenv("R2I_TEST_KEPT", "kept", 1);
  const std::string program = script(dir, R"(echo "$R2I_TEST_OLD $R2I_TEST_KEPT $R2I_TEST_NEW")");
  CHECK(output_of({.program = program, .variables = {{"R2I_TEST_OLD", "n e w"}, {"R2I_TEST_NEW", "x=y"}}}) ==
        "n e w kept x=y\n");
  ::unsetenv("R2I_TEST_OLD");
  ::unsetenv("R2I_TEST_KEPT");
}

TEST_CASE("process: standard input is empty") {
  CHECK(output_of({.program = "cat"}).empty());
}

TEST_CASE("process: no other file is inherited, and the usual signals are") {
  const testing::TempDir dir;
  const int fd = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  REQUIRE(fd > STDERR_FILENO);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const std::string program = script(dir, "ls /proc/self/fd | tr '\\n' ' '; grep SigBlk /proc/self/status");
  const std::string output = output_of({.program = program});
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(fd);
  CAPTURE(output);
  CHECK(output.starts_with("0 1 2 3 SigBlk"));  // 3: what `ls` itself reads
  CHECK(output.ends_with("\t0000000000000000\n"));
}

TEST_CASE("process: how a program ends") {
  const testing::TempDir dir;
  const auto failed = failure_of({.program = script(dir, "echo partial; exit 3")});
  CHECK(failed.kind == Kind::failed);
  CHECK(failed.message == "exit status 3");
  const auto killed = failure_of({.program = script(dir, "kill -9 $$")});
  CHECK(killed.kind == Kind::failed);
  CHECK(killed.message == "ended by signal 9 (SIGKILL)");
}

/// What a program in `dir` left running, and put the id of in the file `pid`. It has our standard error, which whoever
/// runs the tests waits for.
void end_what_is_left(const testing::TempDir& dir) {
  CHECK(::kill(static_cast<pid_t>(std::stoi(dir.read("pid"))), SIGKILL) == 0);
}

TEST_CASE("process: a program that takes too long is ended, with what it started") {
  const testing::TempDir dir;
  const std::string program = script(dir, "sleep 1000 & echo $! > " + dir.path("pid") + "; wait");
  const auto failure = failure_of({.program = program, .time_limit = milliseconds{300}});
  CHECK(failure.kind == Kind::timeout);
  CHECK(failure.message == "no end within 300 ms");
  const auto pid = static_cast<pid_t>(std::stoi(dir.read("pid")));
  // Whoever adopts orphans may take a moment to fetch its end; what counts is that it does not go on.
  while (::kill(pid, 0) == 0) {
    const std::string state = "/proc/" + std::to_string(pid) + "/stat";
    if (!std::filesystem::exists(state)) break;
    std::ifstream file(state);
    if (std::string stat; std::getline(file, stat) && stat.find(") Z ") != std::string::npos) break;
    std::this_thread::yield();
  }
}

TEST_CASE("process: a program that does not want to end is killed") {
  const testing::TempDir dir;
  const std::string program = script(dir, "trap '' TERM; sleep 1000");
  CHECK(failure_of({.program = program, .time_limit = milliseconds{200}}).kind == Kind::timeout);
}

TEST_CASE("process: what is left running does not hold us up") {
  const testing::TempDir dir;
  const std::string program = script(dir, "sleep 30 & echo $! > " + dir.path("pid") + "; echo done");
  CHECK(output_of({.program = program, .time_limit = milliseconds{20000}}) == "done\n");
  end_what_is_left(dir);
}

TEST_CASE("process: an output closed early") {
  const testing::TempDir dir;
  CHECK(output_of({.program = script(dir, "echo a; exec >&-; sleep 0; exit 0")}) == "a\n");
}

TEST_CASE("process: output is bounded") {
  const testing::TempDir dir;
  CHECK(output_of({.program = "head", .arguments = {"-c", "100000", "/dev/zero"}, .max_output_bytes = 100000}).size() ==
        100000);
  CHECK(failure_of({.program = "cat", .arguments = {"/dev/zero"}, .max_output_bytes = 100000}).kind == Kind::too_large);
}

/// The lines of the standard error of a command, each between angle brackets; `ran`: whether it ended well.
std::string error_lines_of(Command command, bool& ran) {
  std::string lines;
  command.error_line = [&](std::string_view line) { lines += "<" + std::string(line) + ">"; };
  ran = run_command(command, {}).has_value();
  return lines;
}

TEST_CASE("process: standard error comes line by line, the last one and those of a failure too") {
  const testing::TempDir dir;
  bool ran = false;
  CHECK(error_lines_of({.program = script(dir, "printf 'a\\nb' >&2; echo out")}, ran) == "<a><b>");
  CHECK(ran);
  CHECK(error_lines_of({.program = script(dir, "printf 'a\\nb' >&2; exit 1")}, ran) == "<a><b>");
  CHECK_FALSE(ran);
  // What a program says when it is asked to end is said.
  const std::string stubborn = script(dir, "trap 'echo ended >&2; exit 0' TERM; sleep 1000 & wait");
  CHECK(error_lines_of({.program = stubborn, .time_limit = milliseconds{300}}, ran) == "<ended>");
  CHECK_FALSE(ran);
}

TEST_CASE("process: as much on both streams as it likes, in whatever order") {
  const testing::TempDir dir;
  const std::string much =
      "i=0; while [ $i -lt 2000 ]; do printf '%01000d\n' $i >&2; printf '%01000d\n' $i; "
      "i=$((i + 1)); done";
  std::size_t lines = 0;
  const auto result = run_command(
      {.program = script(dir, much), .error_line = [&](std::string_view) { ++lines; }, .max_output_bytes = 10'000'000},
      {});
  REQUIRE(result.has_value());
  CHECK(result->size() == 2000 * 1001);
  CHECK(lines == 2000);
}

TEST_CASE("process: one that writes without end is held to the time") {
  const testing::TempDir dir;
  const std::string endless = script(dir, "exec cat /dev/zero >&2");
  const auto result =
      run_command({.program = endless, .error_line = [](std::string_view) {}, .time_limit = milliseconds{300}}, {});
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == Kind::timeout);
}

TEST_CASE("process: what is left running may hold standard error open") {
  const testing::TempDir dir;
  bool ran = false;
  const std::string program = script(dir, "echo a >&2; sleep 30 & echo $! > " + dir.path("pid"));
  CHECK(error_lines_of({.program = program}, ran) == "<a>");
  CHECK(ran);
  end_what_is_left(dir);
}

TEST_CASE("process: an output closed early is not the end") {
  const testing::TempDir dir;
  const std::string program = script(dir, "exec >&-; touch \"$0.went-on\"; exit 4");
  CHECK(failure_of({.program = program}).message == "exit status 4");
  CHECK(std::filesystem::exists(program + ".went-on"));
}

TEST_CASE("process: a script whose interpreter is missing is there nevertheless") {
  const testing::TempDir dir;
  const std::string path = dir.write("orphan", "#!/no/such/interpreter\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  CHECK(failure_of({.program = path}).kind == Kind::not_started);
  CHECK(failure_of({.program = path + "/below"}).kind == Kind::not_found);
}

TEST_CASE("process: an interruption ends it") {
  const testing::TempDir dir;
  std::stop_source stop;
  const std::string ready = dir.path("ready");
  const std::jthread stopper([&] {
    while (!std::filesystem::exists(ready)) std::this_thread::yield();
    stop.request_stop();
  });
  const auto failure = failure_of({.program = script(dir, "touch " + ready + "; sleep 1000")}, stop.get_token());
  CHECK(failure.kind == Kind::interrupted);
}

}  // namespace
}  // namespace r2i
