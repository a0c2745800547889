#include "net/multi.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <new>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace r2i::net {

Multi::Multi() {
  start_libcurl();
  handle_ = curl_multi_init();
  if (handle_ == nullptr) throw std::bad_alloc();
  waker_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (waker_ < 0) {
    curl_multi_cleanup(handle_);
    throw Error(ErrorKind::bug, fmt::format("eventfd: {}", std::generic_category().message(errno)));
  }
  watched_.push_back({waker_, POLLIN, 0});
  curl_multi_setopt(handle_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(handle_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(handle_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  curl_multi_setopt(handle_, CURLMOPT_TIMERDATA, this);
}

Multi::~Multi() {
  curl_multi_cleanup(handle_);
  close(waker_);
}

void Multi::check(CURLMcode code) {
  if (code == CURLM_OK) return;
  if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  throw Error(ErrorKind::bug, fmt::format("libcurl: {}", curl_multi_strerror(code)));
}

int Multi::on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*unused*/) noexcept {
  static_cast<Multi*>(self)->watch(socket, what);
  return 0;
}

void Multi::watch(int socket, int what) {
  const auto found = std::ranges::find(watched_, socket, &pollfd::fd);
  if (what == CURL_POLL_REMOVE) {
    if (found != watched_.end()) watched_.erase(found);
    return;
  }
  const int in = (what & CURL_POLL_IN) != 0 ? POLLIN : 0;
  const int out = (what & CURL_POLL_OUT) != 0 ? POLLOUT : 0;
  pollfd& entry = found != watched_.end() ? *found : watched_.emplace_back(pollfd{socket, 0, 0});
  entry.events = static_cast<short>(in | out);
}

int Multi::on_timer(CURLM* /*multi*/, long milliseconds, void* self) noexcept {
  auto& alarm = static_cast<Multi*>(self)->alarm_;
  if (milliseconds < 0) {
    alarm.reset();
  } else {
    alarm = Clock::now() + std::chrono::milliseconds(milliseconds);
  }
  return 0;
}

void Multi::act(curl_socket_t socket, int events) {
  int running = 0;
  check(curl_multi_socket_action(handle_, socket, events, &running));
}

void Multi::perform() {
  // What libcurl does for one socket may close another one: it then knows that one no more, and does nothing.
  for (const pollfd& entry : ready_) {
    const bool failed = (entry.revents & (POLLERR | POLLNVAL)) != 0;
    const bool in = (entry.revents & (POLLIN | POLLHUP)) != 0;
    const bool out = (entry.revents & POLLOUT) != 0;
    act(entry.fd, (in ? CURL_CSELECT_IN : 0) | (out ? CURL_CSELECT_OUT : 0) | (failed ? CURL_CSELECT_ERR : 0));
  }
  ready_.clear();
  if (alarm_ && *alarm_ <= Clock::now()) {
    alarm_.reset();
    act(CURL_SOCKET_TIMEOUT, 0);
  }
}

std::optional<Finished> Multi::next_finished() noexcept {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(handle_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* who = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &who);
    return Finished{who, message->data.result};
  }
  return std::nullopt;
}

void Multi::wait(std::chrono::milliseconds most) {
  constexpr std::chrono::milliseconds kNone{0};
  auto until_alarm = most;
  // One that is due is no reason not to look: a transfer that never pauses must not keep the others from being read.
  if (alarm_) until_alarm = std::max(kNone, std::chrono::ceil<std::chrono::milliseconds>(*alarm_ - Clock::now()));
  const int came = poll(watched_.data(), watched_.size(), static_cast<int>(std::min(most, until_alarm).count()));
  if (came > 0) collect_ready();
  if (came != 0 || until_alarm < most || most == kNone) return;
  // libcurl may hold back what it has read already, as 7.88 did with the trailers of HTTP/2.
  for (pollfd& entry : watched_) entry.revents = entry.events & POLLIN;
  ready_.assign(watched_.begin() + 1, watched_.end());
}

void Multi::collect_ready() {
  if (watched_.front().revents != 0) {
    std::uint64_t count = 0;
    (void)!read(waker_, &count, sizeof count);
  }
  std::copy_if(watched_.begin() + 1, watched_.end(), std::back_inserter(ready_),
               [](const pollfd& entry) { return entry.revents != 0; });
}

void Multi::wake() noexcept {
  const std::uint64_t one = 1;
  (void)!write(waker_, &one, sizeof one);
}

}  // namespace r2i::net
