#include "base/output.hpp"

#include "base/error.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace r2i {
namespace {

using testing::TempDir;

template <typename Act>
ErrorKind kind_of_failure(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("it succeeded");
  return ErrorKind::bug;
}

TEST_CASE("output: bytes reach the descriptor when flushed, and once a block has gathered") {
  const TempDir dir;
  const int fd = ::open(dir.path("out").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  REQUIRE(fd >= 0);
  FdOutput out(fd, "out");
  out.write("small");
  out.spill();
  CHECK(dir.read("out").empty());
  const std::string large(std::size_t{100} * 1024, 'x');
  out.write(large);
  out.spill();
  CHECK(dir.read("out") == "small" + large);
  out.write("end");
  out.flush();
  out.flush();
  CHECK(dir.read("out") == "small" + large + "end");
  ::close(fd);
}

TEST_CASE("output: a reader that has gone is told from a failure to write") {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  ::close(pipe[0]);
  CHECK(kind_of_failure([&] {
          FdOutput out(pipe[1], "standard output");
          out.write("x");
          out.flush();
        }) == ErrorKind::closed_pipe);
  ::close(pipe[1]);

  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  FdOutput out(full, "standard output");
  out.write("x");
  CHECK_THROWS_WITH_AS(out.flush(), "cannot write to standard output: No space left on device", Error);
  ::close(full);
}

TEST_CASE("new file: it appears when committed, for its owner alone, and replaces what was there") {
  const TempDir dir;
  const std::string path = dir.write("snapshot.json", "old");
  ::chmod(path.c_str(), 0644);
  {
    NewFile file(path);
    file.output().write("new");
    file.output().flush();
    CHECK(dir.read("snapshot.json") == "old");
    file.commit();
  }
  CHECK(dir.read("snapshot.json") == "new");
  CHECK(dir.size() == 1);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("new file: one for everyone heeds the umask") {
  const TempDir dir;
  const mode_t before = ::umask(0027);
  NewFile file(dir.path("a.yaml"), FileAccess::everyone);
  file.commit();
  ::umask(before);
  struct stat status {};
  REQUIRE(::stat(dir.path("a.yaml").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0640U);
}

TEST_CASE("new file: a name of full length has room beside it") {
  const TempDir dir;
  const std::string name(255, 'x');
  NewFile file(dir.path(name));
  file.output().write("new");
  file.commit();
  CHECK(dir.read(name) == "new");
}

TEST_CASE("new file: without a commit nothing has changed and nothing is left behind") {
  const TempDir dir;
  const std::string path = dir.write("snapshot.json", "old");
  {
    NewFile file(path);
    file.output().write("new");
    file.output().flush();
    CHECK(dir.size() == 2);
  }
  CHECK(dir.read("snapshot.json") == "old");
  CHECK(dir.size() == 1);
}

TEST_CASE("new file: where it cannot be, it says so and leaves nothing") {
  const TempDir dir;
  CHECK(kind_of_failure([&] { NewFile(dir.path("missing/snapshot.json")); }) == ErrorKind::output);

  const std::string taken = dir.path("taken");
  std::filesystem::create_directory(taken);
  CHECK(kind_of_failure([&] {
          NewFile file(taken);
          file.output().write("new");
          file.commit();
        }) == ErrorKind::output);
  CHECK(dir.size() == 1);
}

TEST_CASE("string output: keeps everything") {
  StringOutput out;
  out.write("a");
  out.flush();
  out.write("b");
  CHECK(out.text() == "ab");
}

}  // namespace
}  // namespace r2i
