#pragma once

#include "base/context.hpp"
#include "net/http_client.hpp"
#include "sources/etcd_api.hpp"
#include "sources/etcd_options.hpp"
#include "sources/http_words.hpp"
#include "sources/secret_file.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace r2i::sources::etcd {

/// What an answer means for what comes next.
enum class Verdict {
  good,
  log_in,     ///< the token is not taken any more
  compacted,  ///< the revision that was asked for is not there any more
  failed,
};

/// A conversation with one server: which API it offers and where, and logging in.
class Session {
 public:
  Session(const Options& options, const Server& server, SecretFile& password, Context& context);

  /// To be called first: finds the API, logs in, and asks about the leader where answers may come without it.
  tl::expected<void, Fault> open();
  /// Logs in once more, after `log_in`.
  tl::expected<void, Fault> log_in();

  /// The API's request with the token of the log-in.
  [[nodiscard]] net::HttpRequest authorized(net::HttpRequest request) const;
  [[nodiscard]] Verdict judge(const net::HttpAnswer& answer);
  /// An answer that is no success, in words: with etcd's own message, and what to do where that is known.
  [[nodiscard]] std::string describe(const net::HttpRequest& request, const net::HttpAnswer& answer);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] net::HttpClient& client() { return client_; }
  [[nodiscard]] Api& api() { return *api_; }

 private:
  net::HttpResult send(const net::HttpRequest& request);
  tl::expected<net::HttpAnswer, Fault> find_api();
  std::optional<net::HttpAnswer> try_grpc();
  tl::expected<net::HttpAnswer, Fault> open_grpc();
  tl::expected<net::HttpAnswer, Fault> find_gateway();
  tl::expected<void, Fault> check_leader(net::HttpAnswer answer);
  tl::expected<void, Fault> check_health();
  [[nodiscard]] const Secret& password() const;
  [[nodiscard]] Fault fault(const net::HttpRequest& request, const net::HttpResult& result);

  const Options& options_;
  const Server& server_;
  SecretFile& password_;
  Context& context_;
  net::HttpClient client_;
  std::unique_ptr<Api> api_;
  std::string user_;
  Secret token_;
};

}  // namespace r2i::sources::etcd
