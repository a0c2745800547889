#pragma once

#include "base/secret.hpp"
#include "kube/connection.hpp"
#include "kube/exec_credential.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace r2i::kube {

/// Who we are, over time: tokens in files are read again each minute, credentials of a plugin are kept until they
/// expire, and what the API server has refused is asked for once more.
class Credentials {
 public:
  using Clock = std::function<std::chrono::system_clock::time_point()>;

  /// `connection` must outlive it.
  Credentials(const Connection& connection, Clock now);

  /// Whether refresh() has something to do: at first for a plugin, and when the time has come.
  [[nodiscard]] bool is_due() const;
  /// Gets new credentials where they are due, or where the API server has refused those that there are. The error is a
  /// sentence for the user; a token file that cannot be read any more is none, since the old token may still do.
  /// May take as long as a plugin does.
  tl::expected<void, std::string> refresh(const std::stop_token& stop);
  /// To be told what the API server said to credentials of this generation: false for 401.
  void judged(unsigned generation, bool accepted);

  /// Grows with each change of the credentials.
  [[nodiscard]] unsigned generation() const { return generation_; }
  [[nodiscard]] const Secret& token() const { return token_; }
  /// Of a plugin; empty if it gave none.
  [[nodiscard]] const ExecCredential& certificate() const { return exec_; }
  /// Whether there may be others in place of those that were refused.
  [[nodiscard]] bool may_change() const;
  /// What they are, for messages: `the token of user "ada" of /home/ada/.kube/config`; empty if there are none.
  [[nodiscard]] std::string describe() const;

 private:
  tl::expected<void, std::string> rerun_plugin(const std::stop_token& stop);
  void reread_token();

  const Connection& connection_;
  Clock now_;
  Secret token_;
  ExecCredential exec_;
  std::optional<std::chrono::system_clock::time_point> due_;  ///< nothing: never
  unsigned generation_ = 0;
  bool refused_ = false;  ///< by the API server, and others may do
  int vain_reruns_ = 0;   ///< of the plugin after a refusal, since the API server last accepted anything
};

}  // namespace r2i::kube
