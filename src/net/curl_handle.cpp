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

}  // namespace r2i::net
