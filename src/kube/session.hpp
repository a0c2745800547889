#pragma once

#include "base/context.hpp"
#include "kube/connection.hpp"
#include "kube/credentials.hpp"
#include "kube/warning_header.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::kube {

/// Speaks to one API server: adds the credentials to each request, gets new ones when they are due or refused and sends
/// what was refused again, and reports warnings of the API server once each.
class Session {
 public:
  Session(Context& context, Connection connection, unsigned parallelism, std::chrono::milliseconds request_timeout);

  [[nodiscard]] const Connection& connection() const { return connection_; }
  [[nodiscard]] const Credentials& credentials() const { return credentials_; }
  /// A request for a path of the API.
  [[nodiscard]] net::HttpRequest request(std::string_view path) const;

  /// Runs a batch as HttpClient::run() does. Where there are no credentials to be had, the requests fail with the
  /// reason.
  void run(net::HttpBatch& batch, const std::stop_token& stop);
  /// All answers, in the order of the requests. Throws Error{interrupted} if a stop was requested.
  std::vector<net::HttpResult> run_all(std::vector<net::HttpRequest> requests);

 private:
  net::HttpClient& client();

  Context& context_;
  const Connection connection_;
  Credentials credentials_;
  Warnings warnings_;
  net::HttpOptions options_;
  std::string certificate_;  ///< the client certificate of a plugin that client_ was made with
  std::optional<net::HttpClient> client_;
};

}  // namespace r2i::kube
