#pragma once

#include "net/curl_handle.hpp"
#include "net/failure.hpp"
#include "net/http.hpp"
#include "net/origin.hpp"
#include "net/tls.hpp"

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace r2i::net {

/// A request in work: its handle, its attempts and what has come of the answer. It is used for one request after
/// another, and only what differs between them is set anew. Its address is given to libcurl, so it does not move.
class Transfer {
 public:
  /// `options` and `tls` must outlive it.
  Transfer(const HttpOptions& options, const TlsSetup& tls);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Takes on a request. Throws Error{usage} if a header cannot be sent.
  void assign(HttpRequest request);
  /// Makes the handle ready for the next attempt. `share` is to wait for a connection that others are opening, in the
  /// hope that it is HTTP/2.
  void start_attempt(bool share);
  /// Makes the handle ready for the address that the answer redirects to, within the same attempt.
  void start_hop(bool share);

  /// What became of the attempt. Rethrows what a callback threw.
  std::variant<HttpAnswer, Problem> finish(CURLcode code);
  /// Whether the transfer that just ended leads elsewhere; start_hop() goes there.
  [[nodiscard]] bool redirected() const noexcept { return next_url_.has_value(); }

  [[nodiscard]] HttpRequest take_request() { return std::move(request_); }
  [[nodiscard]] int attempt() const noexcept { return attempt_; }
  [[nodiscard]] const Easy& easy() const noexcept { return easy_; }
  [[nodiscard]] bool is_https() const noexcept { return https_; }
  /// Whether the answer came from an https server that has no HTTP/2.
  [[nodiscard]] bool is_https_without_multiplexing() const;

 private:
  static std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t receive_header(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;

  void take_header(std::string_view line);
  void reserve_body(std::size_t first_length);
  void set_constant_options(const TlsSetup& tls);
  void start(bool share);
  void enter_origin(const std::string& url);
  void set_method();
  void set_headers();
  [[nodiscard]] std::string wire_url() const;
  [[nodiscard]] std::optional<Problem> plan_hop(long status);
  [[nodiscard]] HttpAnswer answer(long status);

  const HttpOptions& options_;
  Easy easy_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  HttpRequest request_;
  int attempt_ = 0;
  int hops_ = 0;
  std::string url_;  ///< of the request, or where it was redirected to
  std::optional<std::string> next_url_;
  Headers headers_;
  bool in_headers_ = false;  ///< neither before nor behind the headers of an answer
  std::string body_;
  std::size_t last_length_ = 0;  ///< of the body before
  bool too_large_ = false;
  std::exception_ptr thrown_;

  // What the handle is set to.
  std::string origin_text_;
  std::string where_;
  bool https_ = false;
  bool renamed_ = false;     ///< the URL names the TLS server, the connection goes to the origin
  std::string host_header_;  ///< the line that says the origin's name then
  bool share_ = false;
  HttpMethod method_ = HttpMethod::get;
  bool headers_stale_ = true;
  std::vector<std::pair<std::string, Secret>> header_values_;
  std::string content_type_;
  Slist header_lines_;
  Slist connect_to_;
};

}  // namespace r2i::net
