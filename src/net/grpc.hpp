#pragma once

#include "net/failure.hpp"
#include "net/http.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace r2i::net {

/// A unary call of gRPC (its PROTOCOL-HTTP2.md): one message, sent to `url`, which ends in /PACKAGE.SERVICE/METHOD. For
/// a client with HttpOptions::grpc.
HttpRequest grpc_call(std::string url, std::string_view message);

/// Whether a gRPC server gave this answer, not what stands before it.
bool is_grpc(const HttpAnswer& answer);

/// The answer to such a call as HTTP would give it. The status is the one that google/rpc/code.proto has beside gRPC's;
/// the body is the message or, of an error, its text. What is no gRPC but an error of HTTP's stays as it is. `answer`
/// has its trailers among the headers; `where` (host:port) is for the words.
std::variant<HttpAnswer, Problem> open_grpc(HttpAnswer answer, std::string_view where);

}  // namespace r2i::net
