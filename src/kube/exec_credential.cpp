#include "kube/exec_credential.hpp"

#include "base/error.hpp"
#include "base/json_cursor.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "kube/exec_info.hpp"
#include "model/document_reader.hpp"
#include "net/tls.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::kube {

namespace {

/// As printed by a program: the names of its fields, null for what it has not.
struct Printed {
  std::string kind;
  std::string api_version;
  std::string token;
  std::string certificate;
  std::string key;
  std::string expires;
  bool has_status = false;
};

void read_text(DocumentReader& reader, std::string& out) {
  if (reader.cursor().type() == JsonCursor::Type::null) {
    reader.cursor().skip();
  } else {
    reader.read(out);
  }
}

bool read_status(DocumentReader& reader, Printed& out) {
  if (reader.cursor().type() == JsonCursor::Type::null) return false;
  out.has_status = true;
  reader.object({}, [&](std::string_view key) {
    if (key == "token") {
      read_text(reader, out.token);
    } else if (key == "clientCertificateData") {
      read_text(reader, out.certificate);
    } else if (key == "clientKeyData") {
      read_text(reader, out.key);
    } else if (key == "expirationTimestamp") {
      read_text(reader, out.expires);
    } else {
      return false;
    }
    return true;
  });
  return true;
}

tl::expected<Printed, std::string> read_printed(std::string& output) {
  JsonCursor cursor;
  DocumentReader reader(cursor);
  Printed printed;
  if (cursor.open(output)) {
    reader.object({}, [&](std::string_view key) {
      if (key == "kind") {
        read_text(reader, printed.kind);
      } else if (key == "apiVersion") {
        read_text(reader, printed.api_version);
      } else {
        return key == "status" && read_status(reader, printed);
      }
      return true;
    });
  }
  const auto findings = reader.finish();
  if (findings.empty()) return printed;
  return tl::make_unexpected(fmt::format("its output is not an ExecCredential ({})", findings.front().message));
}

std::string explain(const CommandFailure& failure, const ExecEntry& exec) {
  const bool missing = failure.kind == CommandFailure::Kind::not_found;
  std::string text = missing ? std::string("there is no such program") : failure.message;
  if (failure.kind == CommandFailure::Kind::failed) text += "; what it wrote stands above";
  if (missing && !exec.install_hint.empty()) text += "\n" + clean_text(trim(exec.install_hint));
  return text;
}

}  // namespace

tl::expected<ExecCredential, std::string> parse_exec_credential(std::string output, const std::string& api_version) {
  auto printed = read_printed(output);
  if (!printed) return tl::make_unexpected(std::move(printed.error()));
  const auto fail = [](std::string message) { return tl::make_unexpected(std::move(message)); };
  if (printed->kind != "ExecCredential") return fail("its output is not an ExecCredential");
  if (printed->api_version != api_version) {
    return fail(fmt::format("it answered with the apiVersion {}, but the kubeconfig says {}",
                            in_quotes(printed->api_version), in_quotes(api_version)));
  }
  if (!printed->has_status) return fail("its answer has no status");
  if (printed->certificate.empty() != printed->key.empty()) {
    return fail("its answer has a client certificate or a client key, but not both");
  }
  if (!printed->certificate.empty() && net::certificates_in(printed->certificate).empty()) {
    return fail("the clientCertificateData of its answer is not a PEM certificate");
  }
  if (printed->token.empty() && printed->certificate.empty()) {
    return fail("its answer has neither a token nor a client certificate");
  }
  ExecCredential credential{.token = Secret(std::move(printed->token)),
                            .client_certificate = std::move(printed->certificate),
                            .client_key = Secret(std::move(printed->key))};
  if (!printed->expires.empty()) {
    credential.expires = parse_timestamp(printed->expires);
    if (!credential.expires) return fail("the expirationTimestamp of its answer is not RFC 3339");
  }
  return credential;
}

tl::expected<ExecCredential, std::string> run_plugin(const Connection& connection, const std::stop_token& stop) {
  const ExecEntry& exec = *connection.exec;
  const auto fail = [&](std::string_view why) {
    return tl::make_unexpected(
        fmt::format("{}: the credential plugin {}: {}", connection.who, in_quotes(exec.command), why));
  };
  const bool terminal = stdin_is_terminal();
  if (exec.interactive_mode == "Always" && !terminal) {
    return fail(
        "it wants to ask questions (interactiveMode: Always), but standard input is not a terminal: start this at one, "
        "or give credentials that need no questions");
  }
  Command command{.program = exec.command, .arguments = exec.arguments, .variables = exec.variables};
  command.interactive = terminal && exec.interactive_mode != "Never";
  command.variables.emplace_back("KUBERNETES_EXEC_INFO",
                                 describe_exec(exec.api_version, command.interactive, connection.exec_cluster));
  auto output = run_command(command, stop);
  if (!output && output.error().kind == CommandFailure::Kind::interrupted) {
    throw Error(ErrorKind::interrupted, "interrupted");
  }
  if (!output) return fail(explain(output.error(), exec));
  auto credential = parse_exec_credential(*std::move(output), exec.api_version);
  if (!credential) return fail(credential.error());
  return credential;
}

}  // namespace r2i::kube
