#pragma once

#include "model/codes.hpp"
#include "net/http.hpp"

#include <string>

namespace r2i::sources {

/// Why something could not be read, and which code says so.
struct Fault {
  Code code = Code::source_unreachable;
  std::string why;
};

/// `GET http://c:8500/v1/…: 500 after 4 attempts: "No cluster leader"`; for an answer that is no success.
std::string describe_failure(const net::HttpRequest& request, const net::HttpAnswer& answer);
std::string describe_failure(const net::HttpRequest& request, const net::HttpFailure& failure);

}  // namespace r2i::sources
