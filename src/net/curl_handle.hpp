#pragma once

#include <curl/curl.h>

#include <concepts>
#include <string>
#include <utility>

namespace r2i::net {

// libcurl takes its options as varargs and reads them with the type it expects: an int where it wants a long is
// undefined behaviour, and no compiler says so for C++. Here the option is a template argument, so that its type can be
// checked.

enum class OptionType { number, text, list, pointer, write_function, blob, other };

consteval OptionType type_of(CURLoption option) {
  switch (option) {
    case CURLOPT_HTTPHEADER:
    case CURLOPT_CONNECT_TO:
      return OptionType::list;
    case CURLOPT_ERRORBUFFER:
    case CURLOPT_HEADERDATA:
    case CURLOPT_POSTFIELDS:  // libcurl does not copy what it points to
    case CURLOPT_PRIVATE:
    case CURLOPT_WRITEDATA:
      return OptionType::pointer;
    case CURLOPT_HEADERFUNCTION:
    case CURLOPT_WRITEFUNCTION:
      return OptionType::write_function;
    default:
      break;
  }
  if (option < CURLOPTTYPE_OBJECTPOINT) return OptionType::number;
  if (option < CURLOPTTYPE_FUNCTIONPOINT) return OptionType::text;
  return option >= CURLOPTTYPE_BLOB ? OptionType::blob : OptionType::other;
}

/// Starts libcurl, once per process; the first handle calls it. Throws Error{bug} if that fails.
void start_libcurl();

/// A list of strings that belongs to it; a handle that is given one reads it without copying.
class Slist {
 public:
  Slist() = default;
  Slist(Slist&& other) noexcept : list_(std::exchange(other.list_, nullptr)) {}
  Slist& operator=(Slist&& other) noexcept {
    std::swap(list_, other.list_);
    return *this;
  }
  ~Slist() { curl_slist_free_all(list_); }

  void append(const std::string& line);
  [[nodiscard]] curl_slist* get() const noexcept { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

/// One transfer's handle. Setters throw Error{bug} if libcurl refuses an option.
class Easy {
 public:
  Easy();
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;
  ~Easy() { curl_easy_cleanup(handle_); }

  [[nodiscard]] CURL* get() const noexcept { return handle_; }

  template <CURLoption kOption>
    requires(type_of(kOption) == OptionType::number)
  void set(std::same_as<long> auto value) {
    check(curl_easy_setopt(handle_, kOption, value), kOption);
  }
  /// libcurl copies the text; nullptr means none.
  template <CURLoption kOption>
    requires(type_of(kOption) == OptionType::text)
  void set(const char* value) {
    check(curl_easy_setopt(handle_, kOption, value), kOption);
  }
  template <CURLoption kOption>
    requires(type_of(kOption) == OptionType::text)
  void set(const std::string& value) {
    set<kOption>(value.c_str());
  }
  /// The list must outlive the transfer.
  template <CURLoption kOption>
    requires(type_of(kOption) == OptionType::list)
  void set(const Slist& value) {
    check(curl_easy_setopt(handle_, kOption, value.get()), kOption);
  }
  template <CURLoption kOption>
    requires(type_of(kOption) == OptionType::write_function)
  void set(curl_write_callback value) {
    check(curl_easy_setopt(handle_, kOption, value), kOption);
  }
  template <CURLoption kOption>
    requires(type_of(kOption) == OptionType::pointer)
  void set(std::same_as<void*> auto value) {
    check(curl_easy_setopt(handle_, kOption, value), kOption);
  }
  /// The bytes are not copied: they must outlive the handle.
  template <CURLoption kOption>
    requires(type_of(kOption) == OptionType::blob)
  void set_blob(const std::string& bytes) {
    curl_blob blob{const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};
    check(curl_easy_setopt(handle_, kOption, &blob), kOption);
  }

  template <CURLINFO kInfo>
  [[nodiscard]] long number() const {
    static_assert((kInfo & CURLINFO_TYPEMASK) == CURLINFO_LONG);
    long value = 0;
    curl_easy_getinfo(handle_, kInfo, &value);
    return value;
  }
  /// Belongs to the handle, and lives until its next transfer; nullptr if there is none.
  template <CURLINFO kInfo>
  [[nodiscard]] const char* text() const {
    static_assert((kInfo & CURLINFO_TYPEMASK) == CURLINFO_STRING);
    char* value = nullptr;
    curl_easy_getinfo(handle_, kInfo, &value);
    return value;
  }
  /// A size in bytes, or a time in the unit of that info.
  template <CURLINFO kInfo>
  [[nodiscard]] curl_off_t amount() const {
    static_assert((kInfo & CURLINFO_TYPEMASK) == CURLINFO_OFF_T);
    curl_off_t value = 0;
    curl_easy_getinfo(handle_, kInfo, &value);
    return value;
  }

 private:
  static void check(CURLcode code, CURLoption option);
  CURL* handle_;
};

}  // namespace r2i::net
