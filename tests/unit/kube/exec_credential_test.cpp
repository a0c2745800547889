#include "kube/exec_credential.hpp"

#include "unit/kube/world.hpp"

#include "base/child.hpp"
#include "base/timestamp.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <filesystem>
#include <pty.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace r2i::kube {
namespace {

using testing::TempDir;

const std::string kV1 = "client.authentication.k8s.io/v1";
const std::string kV1beta1 = "client.authentication.k8s.io/v1beta1";
const std::string kCert = "-----BEGIN CERTIFICATE-----\\nYQ==\\n-----END CERTIFICATE-----\\n";  // as JSON has it

std::string credential(std::string_view status, const std::string& version = kV1) {
  return R"({"kind":"ExecCredential","apiVersion":")" + version + R"(","spec":{"interactive":false},"status":)" +
         std::string(status) + "}";
}

std::string refusal(std::string output, const std::string& version = kV1) {
  const auto result = parse_exec_credential(std::move(output), version);
  REQUIRE_FALSE(result.has_value());
  return result.error();
}

TEST_CASE("exec credential: tokens, certificates and their end") {
  auto result = parse_exec_credential(
      credential(R"({"token":"t","expirationTimestamp":"2026-01-02T03:04:05Z","clientKeyData":null})"), kV1);
  REQUIRE(result.has_value());
  CHECK(result->token.reveal() == "t");
  CHECK(result->expires == parse_timestamp("2026-01-02T03:04:05Z"));
  CHECK(result->client_certificate.empty());
  result = parse_exec_credential(
      credential(R"({"clientCertificateData":")" + kCert + R"(","clientKeyData":"key","unknown":1})"), kV1);
  REQUIRE(result.has_value());
  CHECK(result->token.empty());
  CHECK_FALSE(result->client_certificate.empty());
  CHECK(result->client_key.reveal() == "key");
  CHECK_FALSE(result->expires.has_value());
}

TEST_CASE("exec credential: what is none") {
  CHECK(has(refusal(""), "is not an ExecCredential"));
  CHECK(has(refusal("please log in"), "is not an ExecCredential"));
  CHECK(has(refusal(R"({"kind":"Status"})"), "is not an ExecCredential"));
  CHECK(has(refusal(R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"})"),
            R"(answered with the apiVersion "client.authentication.k8s.io/v1beta1")"));
  CHECK(refusal(credential("null")) == "its answer has no status");
  CHECK(has(refusal(credential("{}")), "neither a token nor a client certificate"));
  CHECK(has(refusal(credential(R"({"token":""})")), "neither a token nor a client certificate"));
  CHECK(has(refusal(credential(R"({"clientCertificateData":"x"})")), "but not both"));
  CHECK(has(refusal(credential(R"({"clientCertificateData":"x","clientKeyData":"y"})")), "not a PEM certificate"));
  CHECK(has(refusal(credential(R"({"token":"s3cret","expirationTimestamp":"soon"})")), "is not RFC 3339"));
  const std::string wrong_type = refusal(credential(R"({"token":["s3cret"]})"));
  CHECK(has(wrong_type, "status.token: expected a string"));
  CHECK_FALSE(has(wrong_type, "s3cret"));
}

std::string other_version(const std::string& answered, const std::string& asked) {
  return "it answered with the apiVersion \"" + answered + "\", but the kubeconfig says \"" + asked + "\"";
}

TEST_CASE("exec credential: the version that was asked for, be it the older one") {
  const std::string status = R"({"token":"s3cret"})";
  const auto result = parse_exec_credential(credential(status, kV1beta1), kV1beta1);
  REQUIRE(result.has_value());
  CHECK(result->token.reveal() == "s3cret");
  CHECK(refusal(credential(status), kV1beta1) == other_version(kV1, kV1beta1));
  CHECK(refusal(credential(status, kV1beta1)) == other_version(kV1beta1, kV1));
  CHECK(refusal(R"({"kind":"ExecCredential","status":)" + status + "}", kV1beta1) == other_version("", kV1beta1));
}

/// Standard input is another file for as long as this lives.
class StandardInput {
 public:
  explicit StandardInput(int fd) : before_(::dup(STDIN_FILENO)) {
    REQUIRE(::dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    ::close(fd);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() { ::dup2(before_.get(), STDIN_FILENO); }

 private:
  Descriptor before_;
};

/// A user with a plugin that is a shell script.
class Plugin {
 public:
  explicit Plugin(std::string_view script) {
    connection_.who = "user \"u\" of F";
    connection_.exec = ExecEntry{.api_version = kV1, .command = dir.path("plugin"), .interactive_mode = "Never"};
    dir.write("plugin", "#!/bin/sh\n" + std::string(script));
    std::filesystem::permissions(dir.path("plugin"), std::filesystem::perms::owner_all);
  }

  ExecCredential run() {
    auto result = run_plugin(connection_, stop.get_token());
    REQUIRE_MESSAGE(result.has_value(), result.error());
    return *result;
  }
  std::string failure() {
    const auto result = run_plugin(connection_, stop.get_token());
    REQUIRE_FALSE(result.has_value());
    const std::string prefix = "user \"u\" of F: the credential plugin \"" + connection_.exec->command + "\": ";
    CHECK(result.error().starts_with(prefix));
    return result.error().substr(prefix.size());
  }
  ExecEntry& exec() { return *connection_.exec; }
  Connection& connection() { return connection_; }

  TempDir dir;
  std::stop_source stop;

 private:
  Connection connection_;
};

TEST_CASE("exec plugin: what it gets") {
  Plugin plugin("printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$1\"; echo \"$EXTRA|$#|$2\" >> \"$1\"\necho '" +
                credential(R"({"token":"t"})") + "'\n");
  plugin.exec().arguments = {plugin.dir.path("seen"), "two words; $HOME"};
  plugin.exec().variables = {{"EXTRA", "x y"}};
  CHECK(plugin.run().token.reveal() == "t");
  CHECK(plugin.dir.read("seen") == R"({"kind":"ExecCredential","apiVersion":")" + kV1 +
                                       R"(","spec":{"interactive":false}}x y|2|two words; $HOME)" + "\n");
  plugin.connection().exec_cluster = R"({"server":"https://a","config":{"n":[1]}})";
  plugin.run();
  CHECK(has(plugin.dir.read("seen"), R"("interactive":false,"cluster":{"server":"https://a","config":{"n":[1]}}})"));
}

TEST_CASE("exec plugin: how it fails") {
  CHECK(Plugin("exit 3\n").failure() == "exit status 3; what it wrote stands above");
  CHECK(has(Plugin("echo hello\n").failure(), "is not an ExecCredential"));
  Plugin missing("");
  missing.exec().command = "no-such-plugin-anywhere";
  CHECK(missing.failure() == "there is no such program");
  missing.exec().install_hint = "Install it:\n\x1b[31m curl evil\n";
  const std::string hint = missing.failure();
  CHECK(has(hint, "there is no such program\nInstall it:\n"));
  CHECK_FALSE(has(hint, "\x1b"));
  Plugin talkative("head -c 3000000 /dev/zero\n");
  CHECK(has(talkative.failure(), "it wrote more than"));
}

TEST_CASE("exec plugin: v1beta1") {
  Plugin plugin("printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$1\"\necho '" + credential(R"({"token":"t"})", kV1beta1) +
                "'\n");
  plugin.exec().api_version = kV1beta1;
  plugin.exec().arguments = {plugin.dir.path("seen")};
  CHECK(plugin.run().token.reveal() == "t");
  CHECK(plugin.dir.read("seen") ==
        R"({"kind":"ExecCredential","apiVersion":")" + kV1beta1 + R"(","spec":{"interactive":false}})");
  plugin.exec().api_version = kV1;
  CHECK(plugin.failure() == other_version(kV1beta1, kV1));
  Plugin newer("echo '" + credential(R"({"token":"t"})") + "'\n");
  newer.exec().api_version = kV1beta1;
  CHECK(newer.failure() == other_version(kV1, kV1beta1));
}

/// Writes what it was told to its first argument, and gives a line of its standard input, or "none", as the token.
const std::string kAsking = "printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$1\"\nread -r line || line=none\necho '" +
                            credential(R"({"token":"'"$line"'"})") + "'\n";

TEST_CASE("exec plugin: questions need a terminal") {
  const StandardInput none(::open("/dev/null", O_RDONLY));
  Plugin plugin(kAsking);
  plugin.exec().arguments = {plugin.dir.path("seen")};
  plugin.exec().interactive_mode = "Always";
  CHECK(plugin.failure() ==
        "it wants to ask questions (interactiveMode: Always), but standard input is not a terminal: start this at one, "
        "or give credentials that need no questions");
  CHECK(plugin.dir.read("seen").empty());  // it was not run
  plugin.exec().interactive_mode = "IfAvailable";
  CHECK(plugin.run().token.reveal() == "none");
  CHECK(has(plugin.dir.read("seen"), R"("interactive":false)"));
}

TEST_CASE("exec plugin: it asks at a terminal, unless it never does") {
  int controller = -1;
  int terminal = -1;
  REQUIRE(::openpty(&controller, &terminal, nullptr, nullptr, nullptr) == 0);
  const Descriptor somebody(controller);
  const StandardInput input(terminal);
  Plugin plugin(kAsking);
  plugin.exec().arguments = {plugin.dir.path("seen")};
  for (const char* mode : {"Always", "IfAvailable"}) {
    CAPTURE(mode);
    REQUIRE(::write(somebody.get(), "1234\n", 5) == 5);
    plugin.exec().interactive_mode = mode;
    CHECK(plugin.run().token.reveal() == "1234");
    CHECK(has(plugin.dir.read("seen"), R"("interactive":true)"));
  }
  plugin.exec().interactive_mode = "Never";
  CHECK(plugin.run().token.reveal() == "none");
  CHECK(has(plugin.dir.read("seen"), R"("interactive":false)"));
}

TEST_CASE("exec plugin: an interruption ends it") {
  Plugin plugin("sleep 1000\n");
  plugin.stop.request_stop();
  try {
    plugin.run();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::interrupted);
  }
}

}  // namespace
}  // namespace r2i::kube
