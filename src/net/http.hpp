#pragma once

#include "base/secret.hpp"
#include "net/headers.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::net {

enum class HttpMethod { get, post, patch, delete_ };
std::string_view to_string(HttpMethod method);  ///< "GET", "POST", …

/// One request. It must be idempotent, whatever its method: every one may be sent again after a failure that leaves
/// open whether the server has acted on it.
struct HttpRequest {
  std::string url;                                        ///< absolute, encoded, without user info
  std::vector<std::pair<std::string, Secret>> headers{};  ///< sent to the origin of `url` alone
  bool compressed = true;                                 ///< whether the answer may come compressed
  std::uint64_t tag = 0;                                  ///< the caller's, handed back untouched
  HttpMethod method = HttpMethod::get;
  std::string body{};          ///< not of a GET
  std::string content_type{};  ///< of the body
};

struct HttpAnswer {
  long status = 0;
  Headers headers;   ///< of the last answer
  std::string body;  ///< decompressed; of an error status, too
  int attempts = 1;  ///< how many it took

  /// The value of a header, or nothing (empty view).
  [[nodiscard]] std::string_view header(std::string_view name) const { return headers.find(name); }
};

/// Why there is no usable answer at all. An answer with an error status is an HttpAnswer.
struct HttpFailure {
  enum class Kind {
    connect,      ///< no connection: resolving, refused, proxy, TLS handshake before verification
    tls,          ///< the certificate does not verify, or the client's own is unusable
    timeout,      ///< connect timeout, low speed or the deadline of the request
    broken,       ///< reset, cut, protocol error
    too_large,    ///< more bytes than HttpOptions::max_answer_bytes
    redirect,     ///< to another origin, or too many
    interrupted,  ///< the stop token fired
  };
  Kind kind;
  std::string
      message;  ///< a sentence without path, query and secrets; names host:port, and what to do where that is known
  int attempts = 1;
};

using HttpResult = tl::expected<HttpAnswer, HttpFailure>;

/// Every member has an initialiser, so that one may be named and the others left out without a warning.
struct HttpOptions {
  std::string user_agent = "registry2istio";
  std::string unix_socket{};  ///< path of a socket that stands for every host, or empty
  std::string ca_file{};      ///< PEM; replaces the system's roots
  std::string ca_dir{};       ///< every file in it is read (as Go does; needs no c_rehash); replaces the system's roots
  std::string client_cert{};  ///< PEM file
  std::string client_key{};   ///< PEM file, not encrypted; empty: the key is in `client_cert`
  std::string ca_pem{};       ///< the same three as text, in place of the files
  std::string client_cert_pem{};
  Secret client_key_pem{};
  std::string tls_server_name{};  ///< verified and sent as SNI in place of the URL's host
  bool verify_tls = true;
  std::string basic_user{};  ///< basic authentication is sent if this or the password is not empty
  Secret basic_password{};
  /// Empty: the environment's, as libcurl reads it (http_proxy in lower case, HTTPS_PROXY, ALL_PROXY, NO_PROXY), but
  /// never for loopback addresses. One that is given here is used for every host.
  std::string proxy{};
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds request_timeout{30000};        ///< one attempt, from its start; 0: none
  std::chrono::seconds stall_timeout{15};                  ///< less than one byte per second for that long; 0: none
  std::size_t max_answer_bytes = std::size_t{512} << 20U;  ///< of one body, decompressed
  unsigned window = 16;  ///< requests in work at once, pauses before another attempt included; so the most connections
  /// All requests share one connection where the server speaks HTTP/2 over TLS; for one origin. Without this, requests
  /// beyond the server's limit of streams open further connections.
  bool one_connection = false;
  /// Every request is a call of gRPC (net/grpc.hpp): HTTP/2 is spoken from the first byte where there is no TLS, and a
  /// proxy is asked for a tunnel. Answers are what open_grpc() makes of them.
  bool grpc = false;
};

}  // namespace r2i::net
