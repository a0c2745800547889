#pragma once

#include "base/context.hpp"
#include "base/json_cursor.hpp"
#include "net/http_client.hpp"
#include "sources/ask_each.hpp"
#include "sources/consul_options.hpp"
#include "sources/http_words.hpp"
#include "sources/secret_file.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace r2i::sources::consul {

/// A conversation with one agent: requests with the token, and what an answer's headers say about its consistency.
class Session : public Credentials {
 public:
  Session(const Options& options, const Server& agent, SecretFile& token, Context& context);

  /// `path` and `query` ("&key=value…") under the agent's base URL; `of_leader` asks for default consistency.
  [[nodiscard]] net::HttpRequest request(std::string_view path, std::string_view query, bool of_leader) const;

  /// One request, with another token after a 403 if there is one. The error is a sentence with the URL.
  tl::expected<net::HttpAnswer, Fault> get(std::string_view path, std::string_view query);

  /// As get(), asked of the leader if the answer is not fresh(). Not fresh even then: an error that says so.
  tl::expected<net::HttpAnswer, Fault> get_fresh(std::string_view path, std::string_view query);

  /// Whether a server with a leader, not too long out of touch with it, gave the answer. Without the headers it counts
  /// as fresh: emulators, and Consul's own streaming backend, do not send them.
  [[nodiscard]] bool is_fresh(const net::HttpAnswer& answer) const;

  [[nodiscard]] unsigned generation() const override { return token_generation_; }
  /// Whether there is another token than the one of `generation`; its file is read again.
  bool renew(unsigned generation) override;

  [[nodiscard]] const Server& agent() const { return agent_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] net::HttpClient& client() { return client_; }
  [[nodiscard]] JsonCursor& cursor() { return cursor_; }

 private:
  tl::expected<net::HttpAnswer, Fault> get(std::string_view path, std::string_view query, bool of_leader);

  const Options& options_;
  const Server& agent_;
  SecretFile& token_;
  Context& context_;
  net::HttpClient client_;
  JsonCursor cursor_;
  unsigned token_generation_ = 0;
};

/// Whether the registry says that it left something out that the token may not see.
bool is_filtered_by_acl(const net::HttpAnswer& answer);

}  // namespace r2i::sources::consul
