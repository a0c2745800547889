#include "net/curl_handle.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <new>

namespace r2i::net {

void start_libcurl() {
  // Never undone: other threads may still be inside a library that libcurl started, and the process's end frees it all.
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) {
    throw Error(ErrorKind::bug, fmt::format("libcurl does not start: {}", curl_easy_strerror(code)));
  }
}

void Slist::append(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list_ = longer;
}

Easy::Easy() {
  start_libcurl();
  handle_ = curl_easy_init();
  if (handle_ == nullptr) throw std::bad_alloc();
}

void Easy::check(CURLcode code, CURLoption option) {
  if (code == CURLE_OK) return;
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  throw Error(ErrorKind::bug,
              fmt::format("libcurl refuses its option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
}

Multi::Multi() {
  start_libcurl();
  handle_ = curl_multi_init();
  if (handle_ == nullptr) throw std::bad_alloc();
}

void Multi::check(CURLMcode code) {
  if (code == CURLM_OK) return;
  if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  throw Error(ErrorKind::bug, fmt::format("libcurl: {}", curl_multi_strerror(code)));
}

void Multi::perform() {
  int running = 0;
  check(curl_multi_perform(handle_, &running));
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
  check(curl_multi_poll(handle_, nullptr, 0, static_cast<int>(most.count()), nullptr));
}

}  // namespace r2i::net
