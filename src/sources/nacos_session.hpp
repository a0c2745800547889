#pragma once

#include "base/context.hpp"
#include "base/json_cursor.hpp"
#include "net/http_client.hpp"
#include "sources/ask_each.hpp"
#include "sources/http_words.hpp"
#include "sources/nacos_options.hpp"
#include "sources/secret_file.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace r2i::sources::nacos {

/// The secrets of a source, as its settings give them; they outlive its sessions.
struct Secrets {
  explicit Secrets(const Values& values)
      : password(values, "passwordFile", "password"),
        secret_key(values, "secretKeyFile", "secretKey"),
        identity_value(values, "identityValueFile", "identityValue") {}

  SecretFile password;
  SecretFile secret_key;
  SecretFile identity_value;
};

/// Why there is no answer of status 200.
struct Refusal {
  Fault fault;
  long status = 0;  ///< 0: there was no answer at all
};

/// A conversation with one server: requests with all that shows who asks, and the log-in behind them.
class Session : public Credentials {
 public:
  Session(const Options& options, const Place& place, Secrets& secrets, Context& context);

  /// `query`: "&key=value…"; `service`: what a signature is made for, "GROUP@@name" or nothing.
  [[nodiscard]] net::HttpRequest request(std::string_view path, std::string_view query,
                                         std::string_view service = {}) const;
  /// One request; after a 403 with a new token, if there can be one.
  tl::expected<net::HttpAnswer, Refusal> get(std::string_view path, std::string_view query,
                                             std::string_view service = {});
  /// `GET http://n:8848/nacos/v1/…: why`, about an answer that cannot be read.
  [[nodiscard]] std::string about(std::string_view path, std::string_view why) const;

  [[nodiscard]] unsigned generation() const override { return generation_; }
  /// Whether the token has less than a tenth of its time left.
  [[nodiscard]] bool is_stale() const override;
  bool renew(unsigned generation) override;

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] net::HttpClient& client() { return client_; }
  [[nodiscard]] unsigned window() const { return place_.server.http.window; }
  [[nodiscard]] JsonCursor& cursor() { return cursor_; }

 private:
  /// Gets a token where a user is to log in; else why there is none.
  std::optional<Refusal> log_in();
  [[nodiscard]] net::HttpRequest login_request(std::string_view path) const;
  void sign(std::string& url, std::string_view service) const;

  const Options& options_;
  const Place& place_;
  Secrets& secrets_;
  Context& context_;
  net::HttpClient client_;
  JsonCursor cursor_;
  Secret token_;
  std::optional<std::chrono::steady_clock::time_point> stale_from_;
  unsigned generation_ = 0;
};

}  // namespace r2i::sources::nacos
