#pragma once

#include "base/secret.hpp"
#include "kube/connection.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace r2i::kube {

/// What a credential plugin gave.
struct ExecCredential {
  Secret token{};
  std::string client_certificate{};  ///< PEM; empty if it gave none
  Secret client_key{};
  std::optional<std::chrono::system_clock::time_point> expires{};
};

/// Reads the output of a plugin that was configured with this apiVersion. The error is a sentence without what it gave.
tl::expected<ExecCredential, std::string> parse_exec_credential(std::string output, const std::string& api_version);

/// Runs the plugin of the connection (client-go credential plugins). The error says what to do where that is known.
tl::expected<ExecCredential, std::string> run_plugin(const Connection& connection, const std::stop_token& stop);

}  // namespace r2i::kube
