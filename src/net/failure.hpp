#pragma once

#include "net/curl_handle.hpp"
#include "net/http.hpp"
#include "net/retry.hpp"

#include <string>
#include <string_view>

namespace r2i::net {

/// Why one attempt has no answer, and whether another one is worth it.
struct Problem {
  HttpFailure::Kind kind;
  std::string message;
  Outcome outcome = Outcome::transient;
};

/// What a transfer that failed was about.
struct FailedTransfer {
  const Easy& easy;
  CURLcode code;
  std::string_view curl_text;  ///< what libcurl wrote into the error buffer, or empty
  std::string_view where;      ///< "host:port", for the message
};

/// Puts a failure of libcurl into words. Not for CURLE_WRITE_ERROR, whose reason is in our own callback.
Problem describe(const FailedTransfer& failed, const HttpOptions& options);

/// "512 MiB", or bytes if it is not a round number.
std::string readable_size(std::size_t bytes);

}  // namespace r2i::net
