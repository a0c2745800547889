#include "net/curl_handle.hpp"

#include <doctest/doctest.h>

#include <cstddef>

namespace r2i::net {
namespace {

template <CURLoption kOption, class Value>
concept CanSet = requires(Easy& easy, Value value) { easy.set<kOption>(value); };

TEST_CASE("an option takes its own type and no other") {
  static_assert(CanSet<CURLOPT_NOSIGNAL, long>);
  static_assert(!CanSet<CURLOPT_NOSIGNAL, int>);
  static_assert(!CanSet<CURLOPT_NOSIGNAL, bool>);
  static_assert(!CanSet<CURLOPT_NOSIGNAL, unsigned long>);
  static_assert(!CanSet<CURLOPT_CONNECTTIMEOUT_MS, double>);
  static_assert(!CanSet<CURLOPT_HTTP_VERSION, decltype(CURL_HTTP_VERSION_2TLS)>);
  static_assert(!CanSet<CURLOPT_NOSIGNAL, const char*>);
  static_assert(!CanSet<CURLOPT_NOSIGNAL, std::nullptr_t>);
  static_assert(CanSet<CURLOPT_URL, const char*>);
  static_assert(CanSet<CURLOPT_URL, std::string>);
  static_assert(CanSet<CURLOPT_URL, std::nullptr_t>);
  static_assert(!CanSet<CURLOPT_URL, long>);
  static_assert(!CanSet<CURLOPT_URL, void*>);
  static_assert(CanSet<CURLOPT_HTTPHEADER, Slist>);
  static_assert(!CanSet<CURLOPT_HTTPHEADER, const char*>);
  static_assert(!CanSet<CURLOPT_URL, Slist>);
  static_assert(CanSet<CURLOPT_WRITEDATA, void*>);
  static_assert(!CanSet<CURLOPT_WRITEDATA, const char*>);
  static_assert(CanSet<CURLOPT_WRITEFUNCTION, curl_write_callback>);
  static_assert(!CanSet<CURLOPT_WRITEFUNCTION, void (*)()>);
  static_assert(CanSet<CURLOPT_HEADERFUNCTION, curl_write_callback>);
  static_assert(!CanSet<CURLOPT_HEADERDATA, const char*>);
  static_assert(!CanSet<CURLOPT_READFUNCTION, curl_read_callback>);
  static_assert(!CanSet<CURLOPT_MAXFILESIZE_LARGE, long>);
}

TEST_CASE("lists can be moved") {
  Slist list;
  list.append("a");
  list.append("b");
  Slist moved = std::move(list);
  CHECK(std::string(moved.get()->next->data) == "b");
  list = Slist();
  list.append("c");
  CHECK(std::string(list.get()->data) == "c");
}

}  // namespace
}  // namespace r2i::net
