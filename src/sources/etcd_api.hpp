#pragma once

#include "base/secret.hpp"
#include "net/http.hpp"
#include "sources/etcd_page.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace r2i::sources::etcd {

/// Keys that are asked for: from `first` on, before `end`.
struct RangeQuestion {
  std::string_view first;
  std::string_view end;
  std::uint64_t limit = 0;
  std::uint64_t revision = 0;  ///< 0: the newest
  bool serializable = false;
};

/// One of the ways in which etcd offers its v3 API: how something is asked there, and what the answer says. The errors
/// tell what in an answer is not as the API promises.
class Api {
 public:
  Api() = default;
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;
  virtual ~Api() = default;

  [[nodiscard]] virtual net::HttpRequest status() const = 0;
  [[nodiscard]] virtual net::HttpRequest authenticate(std::string_view user, const Secret& password) const = 0;
  [[nodiscard]] virtual net::HttpRequest range(const RangeQuestion& question) const = 0;
  /// Whether range() has a server that answers by itself refuse to where it has no leader.
  [[nodiscard]] virtual bool asks_for_leader() const = 0;
  /// The header in which it wants the token of a log-in.
  [[nodiscard]] virtual std::string token_header() const = 0;

  /// Of an answer to status(): the leader's id; "0" or nothing if there is none.
  virtual tl::expected<std::string, std::string> leader(std::string& body) = 0;
  virtual tl::expected<std::string, std::string> token(std::string& body) = 0;
  virtual tl::expected<Page, std::string> page(std::string& body) = 0;
  /// The last key of a page that has not been parsed, if another follows it. Nothing: only parsing it will tell.
  [[nodiscard]] virtual std::optional<std::string> last_key(std::string_view body) const = 0;
  /// What the body of an error says, or nothing.
  virtual std::string message(std::string body) = 0;
};

/// The JSON gateway. `address`: up to and with the version: "http://e1:2379/v3".
std::unique_ptr<Api> make_json_api(std::string address);
/// gRPC, as etcd's own clients speak it. `address`: "http://e1:2379".
std::unique_ptr<Api> make_grpc_api(std::string address);

}  // namespace r2i::sources::etcd
