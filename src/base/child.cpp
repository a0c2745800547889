#include "base/child.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace r2i {

namespace {

/// What a program gets between the request to end and the end.
constexpr std::chrono::milliseconds kGrace{2000};

/// Texts as execve() wants them.
class TextList {
 public:
  void add(std::string text) { texts_.push_back(std::move(text)); }
  char* const* get() {
    pointers_.clear();
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

TextList environment_of(const Command& command) {
  TextList list;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const auto name = text.substr(0, text.find('='));
    if (std::ranges::none_of(command.variables, [&](const auto& own) { return own.first == name; })) {
      list.add(std::string(text));
    }
  }
  for (const auto& [name, value] : command.variables) list.add(fmt::format("{}={}", name, value));
  return list;
}

/// What posix_spawn() is told about files, signals and the process group.
class SpawnPlan {
 public:
  SpawnPlan(bool interactive, int output, int errors) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
    if (!interactive) ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    if (errors >= 0) ::posix_spawn_file_actions_adddup2(&files_, errors, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    // This process may block signals and ignore SIGPIPE; a program would inherit that.
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    const int group = interactive ? 0 : POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&attributes_,
                               static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* files() const { return &files_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

void Descriptor::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Child::~Child() {
  end();
}

int Child::start(const Command& command, int output, int errors) {
  own_group_ = !command.interactive;
  const SpawnPlan plan(command.interactive, output, errors);
  TextList arguments;
  arguments.add(command.program);
  for (const std::string& argument : command.arguments) arguments.add(argument);
  TextList environment = environment_of(command);
  const int fault = ::posix_spawnp(&pid_, command.program.c_str(), plan.files(), plan.attributes(), arguments.get(),
                                   environment.get());
  if (fault != 0) {
    pid_ = -1;
    return fault;
  }
  // glibc 2.36 declares pidfd_open() for C alone.
  exit_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  return exit_.get() < 0 ? errno : 0;
}

int Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  return status;
}

void Child::end() {
  if (pid_ <= 0) return;
  if (own_group_) ::kill(-pid_, SIGTERM);
  // The program itself may have left its group.
  if (!own_group_ || ::getpgid(pid_) != pid_) ::kill(pid_, SIGTERM);
  pollfd exit{exit_.get(), POLLIN, 0};
  const bool ended = ::poll(&exit, 1, static_cast<int>(kGrace.count())) > 0;
  if (own_group_) ::kill(-pid_, SIGKILL);
  if (!ended) ::kill(pid_, SIGKILL);
  wait();
}

}  // namespace r2i
