#pragma once

#include "net/curl_handle.hpp"

#include <chrono>
#include <optional>
#include <poll.h>
#include <vector>

namespace r2i::net {

/// A transfer that has ended.
struct Finished {
  void* who;  ///< the CURLOPT_PRIVATE of its handle
  CURLcode code;
};

/// What drives transfers, and the connections they share. libcurl says which sockets it waits for, and is told which of
/// them are ready: so what a turn costs does not grow with the transfers that merely wait. Only wake() may be called
/// from another thread. What is added must be removed before it is destroyed. Throws Error{bug} where libcurl says that
/// it was misused.
class Multi {
 public:
  Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi();

  template <CURLMoption kOption>
  void set(std::same_as<long> auto value) {
    static_assert(static_cast<int>(kOption) < CURLOPTTYPE_OBJECTPOINT);
    check(curl_multi_setopt(handle_, kOption, value));
  }

  void add(const Easy& easy) { check(curl_multi_add_handle(handle_, easy.get())); }
  void remove(const Easy& easy) noexcept { curl_multi_remove_handle(handle_, easy.get()); }

  /// Does what can be done without waiting.
  void perform();
  /// A transfer that has ended and was not told of before; it is still to be removed.
  std::optional<Finished> next_finished() noexcept;
  /// Waits until there is something to do, until wake(), or for as long as `most`, after which all sockets are looked
  /// at; if that is no time, it looks which sockets are ready.
  void wait(std::chrono::milliseconds most);
  void wake() noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused) noexcept;
  static int on_timer(CURLM* multi, long milliseconds, void* self) noexcept;
  static void check(CURLMcode code);
  void watch(int socket, int what);
  void act(curl_socket_t socket, int events);
  void collect_ready();

  CURLM* handle_;
  int waker_;                               ///< an eventfd
  std::vector<pollfd> watched_;             ///< it first, then the sockets that libcurl waits for
  std::vector<pollfd> ready_;               ///< sockets that libcurl has yet to be told of
  std::optional<Clock::time_point> alarm_;  ///< when it wants to be called, though no socket is ready
};

}  // namespace r2i::net
