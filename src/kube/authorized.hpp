#pragma once

#include "base/secret.hpp"
#include "kube/connection.hpp"
#include "kube/credentials.hpp"
#include "kube/warning_header.hpp"
#include "net/http_client.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace r2i::kube {

/// A batch of somebody's, with credentials. Getting new ones may take seconds (a plugin) and is not done while requests
/// are under way: no more are started, and when all have ended the run ends. Then somebody refreshes the credentials,
/// calls go_on() and runs this once more.
class Authorized : public net::HttpBatch {
 public:
  /// All must outlive it.
  Authorized(const Connection& connection, Credentials& credentials, Warnings& warnings, net::HttpBatch& inner)
      : connection_(connection), credentials_(credentials), warnings_(warnings), inner_(inner) {}

  std::optional<net::HttpRequest> next() override;
  void done(net::HttpRequest request, net::HttpResult result) override;
  bool work() override { return inner_.work(); }

  /// Whether the run ended only for new credentials, or with something left to be sent again.
  [[nodiscard]] bool is_unfinished() const { return pausing_ || !again_.empty(); }
  /// To be called before each run: sends again what was refused, if there are other credentials now.
  void go_on();
  /// Fails everything that has not been sent; after an interruption, only what was taken from the inner batch.
  void fail(const net::HttpFailure& failure);

 private:
  /// What there is to know about a request that is on its way.
  struct Flight {
    std::uint64_t tag = 0;  ///< the inner batch's
    unsigned generation = 0;
    bool sent_again = false;
  };
  struct Refused {
    Flight flight;
    net::HttpRequest request;
    net::HttpResult result;
  };

  [[nodiscard]] std::vector<std::pair<std::string, Secret>> headers() const;
  void hand_on(const Flight& flight, net::HttpRequest request, net::HttpResult result);

  const Connection& connection_;
  Credentials& credentials_;
  Warnings& warnings_;
  net::HttpBatch& inner_;
  std::map<std::uint64_t, Flight> flights_;  ///< by our own tag
  std::uint64_t last_tag_ = 0;
  std::vector<Refused> refused_;
  std::vector<std::pair<Flight, net::HttpRequest>> again_;
  bool pausing_ = false;
};

}  // namespace r2i::kube
