#include "net/failure.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>

namespace r2i::net {
namespace {

using Kind = HttpFailure::Kind;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// libcurl's text, or its name for the code where it gave none.
std::string_view reason_of(const FailedTransfer& failed) {
  std::string_view text = failed.curl_text;
  if (text.empty()) text = curl_easy_strerror(failed.code);
  for (const std::string_view prefix : {"SSL certificate problem: ", "SSL: "}) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  }
  // "OpenSSL SSL_read: OpenSSL/3.0.2: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"
  constexpr std::string_view kRoutines = "SSL routines::";
  if (const auto at = text.find(kRoutines); at != std::string_view::npos) {
    text = text.substr(at + kRoutines.size());
    text = text.substr(0, text.find(", errno"));
  }
  while (text.ends_with('.') || text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string readable_time(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000) : fmt::format("{} ms", time.count());
}

Problem no_connection(const FailedTransfer& failed, const HttpOptions& options) {
  const long number = failed.easy.number<CURLINFO_OS_ERRNO>();
  const std::string reason = number != 0 ? std::strerror(static_cast<int>(number)) : std::string(reason_of(failed));
  if (!options.unix_socket.empty()) {
    return {Kind::connect, fmt::format("cannot connect to the socket {}: {}", options.unix_socket, reason)};
  }
  if (!options.proxy.empty()) {
    return {Kind::connect, fmt::format("cannot reach {} through the proxy: {}", failed.where, reason_of(failed))};
  }
  const auto host = failed.where.substr(0, failed.where.rfind(':'));
  const auto bare = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  if (!has(failed.curl_text, bare)) {  // libcurl names the proxy that it tried instead
    return {Kind::connect, fmt::format("cannot connect to {}: {}", failed.where, reason_of(failed))};
  }
  if (number == ECONNREFUSED) return {Kind::connect, fmt::format("connection refused by {}", failed.where)};
  return {Kind::connect, fmt::format("cannot connect to {}: {}", failed.where, reason)};
}

Problem too_slow(const FailedTransfer& failed, const HttpOptions& options) {
  if (has(failed.curl_text, "too slow")) {
    return {Kind::timeout,
            fmt::format("nothing came from {} for {}", failed.where, readable_time(options.stall_timeout))};
  }
  if (failed.easy.amount<CURLINFO_PRETRANSFER_TIME_T>() == 0) {
    auto limit = options.connect_timeout;
    if (options.request_timeout.count() > 0 && options.request_timeout < limit) limit = options.request_timeout;
    return {Kind::timeout, fmt::format("no connection to {} within {}", failed.where, readable_time(limit))};
  }
  const auto got = failed.easy.amount<CURLINFO_SIZE_DOWNLOAD_T>();
  return {Kind::timeout, fmt::format("no complete answer from {} within {} ({} bytes of it came)", failed.where,
                                     readable_time(options.request_timeout), got)};
}

/// A TLS alert by which the server refuses us for our certificate, or for having none.
bool refuses_client_certificate(std::string_view text) {
  return has(text, "alert") && (has(text, "certificate") || has(text, "unknown ca"));
}

Problem no_handshake(const FailedTransfer& failed) {
  const auto reason = reason_of(failed);
  if (has(reason, "wrong version number") || has(reason, "packet length too long")) {
    return {Kind::connect, fmt::format("{} does not speak TLS: is its address http:// and not https://?", failed.where),
            Outcome::done};
  }
  if (refuses_client_certificate(reason)) {
    return {Kind::tls,
            fmt::format("{} does not accept the client's certificate, or its absence ({})", failed.where, reason),
            Outcome::done};
  }
  const char* const hint = has(reason, "alert handshake failure") ? " (it may want a client certificate)" : "";
  return {Kind::connect, fmt::format("the TLS handshake with {} failed: {}{}", failed.where, reason, hint)};
}

/// With TLS 1.3 a server judges our certificate after the handshake, and the alert that says so is often lost in the
/// reset, which may even meet the last message of our own handshake.
bool broke_after_handshake(const FailedTransfer& failed) {
  const char* const scheme = failed.easy.text<CURLINFO_SCHEME>();
  const bool tls = scheme != nullptr && equals_ignoring_case(scheme, "https");
  const bool new_connection = failed.easy.number<CURLINFO_NUM_CONNECTS>() > 0;
  return tls && new_connection && failed.easy.amount<CURLINFO_SIZE_DOWNLOAD_T>() == 0;
}
constexpr std::string_view kAfterHandshake = " right after the TLS handshake (it may want another client certificate)";

Problem broken_off(const FailedTransfer& failed) {
  const auto reason = reason_of(failed);
  if (refuses_client_certificate(reason)) return no_handshake(failed);  // TLS 1.3 tells only after the handshake
  switch (failed.code) {
    case CURLE_GOT_NOTHING:
      return {Kind::broken, fmt::format("{} closed the connection without an answer", failed.where)};
    case CURLE_PARTIAL_FILE:
      return {Kind::broken,
              fmt::format("{} ended the connection in the middle of an answer ({})", failed.where, reason)};
    default:
      return {Kind::broken, fmt::format("the connection to {} broke{}: {}", failed.where,
                                        broke_after_handshake(failed) ? kAfterHandshake : "", reason)};
  }
}

}  // namespace

std::string readable_size(std::size_t bytes) {
  if (bytes >= 1U << 20U && bytes % (1U << 20U) == 0) return fmt::format("{} MiB", bytes >> 20U);
  if (bytes >= 1U << 10U && bytes % (1U << 10U) == 0) return fmt::format("{} KiB", bytes >> 10U);
  return fmt::format("{} bytes", bytes);
}

Problem describe(const FailedTransfer& failed, const HttpOptions& options) {
  switch (failed.code) {
    case CURLE_OUT_OF_MEMORY:
      throw std::bad_alloc();
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Kind::connect, fmt::format("the name of {} cannot be resolved", failed.where)};
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return {Kind::connect, fmt::format("cannot reach {} through the proxy: {}", failed.where, reason_of(failed))};
    case CURLE_COULDNT_CONNECT:
      return no_connection(failed, options);
    case CURLE_OPERATION_TIMEDOUT:
      return too_slow(failed, options);
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Kind::tls, fmt::format("{}: the certificate does not verify ({})", failed.where, reason_of(failed)),
              Outcome::done};
    case CURLE_SSL_CERTPROBLEM:
      return {Kind::tls, fmt::format("the client certificate or its key is unusable: {}", reason_of(failed)),
              Outcome::done};
    case CURLE_SSL_CACERT_BADFILE:
      return {Kind::tls, fmt::format("the CA certificates are unusable: {}", reason_of(failed)), Outcome::done};
    case CURLE_SSL_CONNECT_ERROR:
      return no_handshake(failed);
    case CURLE_URL_MALFORMAT:
      return {Kind::broken, "the address of the request is malformed", Outcome::done};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return {Kind::broken, fmt::format("what comes from {} is not HTTP ({})", failed.where, reason_of(failed)),
              Outcome::done};
    default:
      return broken_off(failed);
  }
}

}  // namespace r2i::net
