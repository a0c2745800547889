#include "kube/credentials.hpp"

#include "base/files.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::kube {

namespace {

using std::chrono::seconds;

/// As client-go does: the kubelet replaces a pod's token long before it expires.
constexpr seconds kTokenFilePeriod{60};
/// How long before their end credentials of a plugin are replaced, so that none expires on its way.
constexpr seconds kLeeway{10};
/// A plugin whose credentials have expired already is not run more often.
constexpr seconds kLeastLife{30};

}  // namespace

Credentials::Credentials(const Connection& connection, Clock now)
    : connection_(connection), now_(std::move(now)), token_(connection.token) {
  if (connection_.exec) due_ = now_();
  if (!connection_.token_file.empty()) due_ = now_() + kTokenFilePeriod;
}

bool Credentials::is_due() const {
  return refused_ || (due_ && *due_ <= now_());
}

bool Credentials::may_change() const {
  return !connection_.token_file.empty() || (connection_.exec && vain_reruns_ == 0);
}

tl::expected<void, std::string> Credentials::refresh(const std::stop_token& stop) {
  if (!is_due()) return {};
  if (connection_.exec) {
    if (refused_) ++vain_reruns_;
    if (auto run = rerun_plugin(stop); !run) return run;
  } else {
    reread_token();
  }
  refused_ = false;
  return {};
}

tl::expected<void, std::string> Credentials::rerun_plugin(const std::stop_token& stop) {
  auto credential = run_plugin(connection_, stop);
  if (!credential) return tl::make_unexpected(std::move(credential.error()));
  exec_ = *std::move(credential);
  token_ = exec_.token;
  ++generation_;
  due_.reset();
  if (exec_.expires) due_ = std::max(*exec_.expires, now_() + kLeastLife) - kLeeway;
  return {};
}

void Credentials::reread_token() {
  due_ = now_() + kTokenFilePeriod;
  const auto text = read_file(connection_.token_file);
  const auto token = text ? trim(*text) : std::string_view();
  if (token.empty() || token == token_.reveal()) return;
  token_ = Secret(std::string(token));
  ++generation_;
}

void Credentials::judged(unsigned generation, bool accepted) {
  if (generation != generation_) return;
  if (accepted) {
    vain_reruns_ = 0;
  } else {
    refused_ = may_change();
  }
}

std::string Credentials::describe() const {
  const net::HttpOptions& http = connection_.http;
  std::string kind;
  if (connection_.exec) {
    kind = fmt::format("the credentials of the plugin {}", in_quotes(connection_.exec->command));
  } else if (!connection_.token_file.empty()) {
    return fmt::format("the token in {}", connection_.token_file);
  } else if (!token_.empty()) {
    kind = "the token";
  } else if (!http.basic_user.empty() || !http.basic_password.empty()) {
    kind = "the user name and password";
  } else if (!http.client_cert_pem.empty()) {
    kind = "the client certificate";
  } else {
    return {};
  }
  return connection_.who.empty() ? kind : fmt::format("{} of {}", kind, connection_.who);
}

}  // namespace r2i::kube
