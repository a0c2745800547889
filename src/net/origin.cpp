#include "net/origin.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <memory>
#include <new>

namespace r2i::net {
namespace {

/// libcurl's own reader of URLs, so that this program and libcurl never disagree about where a URL leads.
class ParsedUrl {
 public:
  ParsedUrl() : handle_(curl_url(), &curl_url_cleanup) {
    if (handle_ == nullptr) throw std::bad_alloc();
  }

  /// Reads a URL, relative to the one before if there is one.
  bool read(const std::string& url, unsigned flags) {
    return curl_url_set(handle_.get(), CURLUPART_URL, url.c_str(), flags) == CURLUE_OK;
  }
  void clear(CURLUPart part) { curl_url_set(handle_.get(), part, nullptr, 0); }

  [[nodiscard]] std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (curl_url_get(handle_.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return text;
  }
  /// The whole URL, without the port that its scheme has anyway.
  [[nodiscard]] std::string text() const {
    char* text = nullptr;
    if (curl_url_get(handle_.get(), CURLUPART_URL, &text, CURLU_NO_DEFAULT_PORT) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return text;
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle_;
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); });
  return text;
}

}  // namespace

bool Origin::is_loopback() const {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24U == 127;
  return host == "localhost" || host == "[::1]";
}

std::string_view origin_text(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/?#", scheme_end + 3));
}

std::optional<Origin> origin_of(const std::string& url) {
  ParsedUrl parsed;
  if (!parsed.read(url, CURLU_NON_SUPPORT_SCHEME)) return std::nullopt;
  Origin origin{
      .scheme = lower(parsed.part(CURLUPART_SCHEME)),
      .host = lower(parsed.part(CURLUPART_HOST)),
      .port = parsed.part(CURLUPART_PORT),
  };
  if (origin.host.empty()) return std::nullopt;
  return origin;
}

std::optional<std::string> resolve_location(const std::string& url, const std::string& location) {
  ParsedUrl parsed;
  if (!parsed.read(url, 0) || !parsed.read(location, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE)) return std::nullopt;
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_FRAGMENT}) {
    parsed.clear(part);
  }
  if (std::string text = parsed.text(); !text.empty()) return text;
  return std::nullopt;
}

}  // namespace r2i::net
