#include "kube/connection.hpp"

#include "unit/kube/world.hpp"

#include "base/base64.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace r2i::kube {
namespace {

using testing::TempDir;

const std::string kCert = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n";
const std::string kKey = "-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----\n";

/// A kubeconfig with one cluster, one user and one context.
std::string config(std::string_view cluster, std::string_view user = "{}", std::string_view context = "") {
  return fmt::format(R"(current-context: x
clusters: [{{name: c, cluster: {}}}]
users: [{{name: u, user: {}}}]
contexts: [{{name: x, context: {{cluster: c, user: u{}}}}}]
)",
                     cluster, user, context);
}
const std::string kServer = "{server: 'https://10.0.0.1:6443'}";

class Case {
 public:
  Connection find(std::string_view text, ClusterSettings settings = {}) const {
    const World world;
    settings.kubeconfig = dir.write("config", text);
    return find_connection(settings, world.environment, dir.path("pod"));
  }
  std::string refusal(std::string_view text, const ClusterSettings& settings = {}) const {
    return complaint([&] { find(text, settings); });
  }
  /// Of an entry: what is said after its name.
  std::string cluster_refusal(std::string_view cluster) const {
    return after(refusal(config(cluster)), fmt::format(R"(cluster "c" of {}: )", dir.path("config")));
  }
  std::string user_refusal(std::string_view user) const {
    return after(refusal(config(kServer, user)), fmt::format(R"(user "u" of {}: )", dir.path("config")));
  }

  TempDir dir;

 private:
  static std::string after(const std::string& text, const std::string& prefix) {
    CAPTURE(text);
    CHECK(text.starts_with(prefix));
    return text.substr(std::min(prefix.size(), text.size()));
  }
};

std::string headers(const Connection& connection) {
  std::string text;
  for (const auto& [name, value] : connection.impersonation) text += name + "=" + value.reveal() + " ";
  return text;
}

TEST_CASE("connection: a plain context") {
  const Case c;
  const Connection found =
      c.find(config("{server: 'https://10.0.0.1:6443/prefix/'}", "{token: tok}", ", namespace: mesh"));
  CHECK(found.context == "x");
  CHECK(found.server == "https://10.0.0.1:6443/prefix");
  CHECK(found.nspace == "mesh");
  CHECK(found.token.reveal() == "tok");
  CHECK(found.who == fmt::format(R"(user "u" of {})", c.dir.path("config")));
  CHECK(found.compressed);
  CHECK(found.http.verify_tls);
  CHECK(found.warnings.empty());
  CHECK(c.find(config(kServer)).nspace == "default");
}

TEST_CASE("connection: TLS and proxy of a cluster") {
  const Case c;
  c.dir.write("ca.crt", kCert);
  Connection found =
      c.find(config("{server: 'https://a', certificate-authority: ca.crt, tls-server-name: api, "
                    "proxy-url: 'socks5://p:1', disable-compression: true}"));
  CHECK(found.http.ca_pem == kCert);
  CHECK(found.http.tls_server_name == "api");
  CHECK(found.http.proxy == "socks5h://p:1");
  CHECK_FALSE(found.compressed);
  found = c.find(
      config(fmt::format("{{server: 'https://a', certificate-authority-data: {}, proxy-url: 'http://u:p@x:3128'}}",
                         encode_base64(kCert))));
  CHECK(found.http.ca_pem == kCert);
  CHECK(found.http.proxy == "http://u:p@x:3128");
  found = c.find(config("{server: 'https://a', insecure-skip-tls-verify: true}"));
  CHECK_FALSE(found.http.verify_tls);
  REQUIRE(found.warnings.size() == 1);
  CHECK(found.warnings[0].code == static_cast<int>(Code::cluster_insecure));
}

TEST_CASE("connection: what is wrong with a cluster") {
  const Case c;
  const std::string ca = c.dir.write("ca.crt", kCert);
  c.dir.write("text", "no certificate");
  CHECK(c.cluster_refusal("{}") == "it has no server");
  CHECK(has(c.cluster_refusal("{server: '10.0.0.1:6443'}"), "must begin with https://"));
  CHECK(has(c.cluster_refusal("{server: 'ftp://a'}"), "must begin with https://"));
  CHECK(has(c.cluster_refusal("{server: 'https://u:s3cret@a'}"), "neither a user name nor a query"));
  CHECK_FALSE(has(c.cluster_refusal("{server: 'https://u:s3cret@a'}"), "s3cret"));
  CHECK(has(c.cluster_refusal("{server: 'https://a:x'}"), "server: the port"));
  CHECK(has(c.cluster_refusal("{server: 'https://a', proxy-url: 'ftp://u:s3cret@p'}"), "proxy-url: the scheme"));
  CHECK(c.cluster_refusal("{server: 'https://a', certificate-authority: nix}") ==
        "cannot read certificate-authority " + c.dir.path("nix") + ": No such file or directory");
  CHECK(has(c.cluster_refusal("{server: 'https://a', certificate-authority: text}"), "no PEM certificate"));
  CHECK(c.cluster_refusal("{server: 'https://a', certificate-authority-data: '!'}") ==
        "certificate-authority-data is not Base64");
  CHECK(has(c.cluster_refusal("{server: 'https://a', certificate-authority: ca.crt, certificate-authority-data: YQ==}"),
            "certificate-authority and certificate-authority-data are both given"));
  CHECK(has(c.cluster_refusal("{server: 'https://a', certificate-authority: ca.crt, insecure-skip-tls-verify: true}"),
            "contradict each other"));
}

TEST_CASE("connection: credentials of a user") {
  const Case c;
  c.dir.write("crt", kCert);
  c.dir.write("key", kKey);
  c.dir.write("token", "  from-file\n");
  Connection found = c.find(config(kServer, "{client-certificate: crt, client-key: key}"));
  CHECK(found.http.client_cert_pem == kCert);
  CHECK(found.http.client_key_pem.reveal() == kKey);
  found = c.find(config(kServer, fmt::format("{{client-certificate-data: {}, client-key-data: {}}}",
                                             encode_base64(kCert), encode_base64(kKey))));
  CHECK(found.http.client_key_pem.reveal() == kKey);
  found = c.find(config(kServer, "{username: ada, password: s3cret}"));
  CHECK(found.http.basic_user == "ada");
  CHECK(found.http.basic_password.reveal() == "s3cret");
  found = c.find(config(kServer, "{tokenFile: token, token: other}"));
  CHECK(found.token.reveal() == "from-file");
  CHECK(found.token_file == c.dir.path("token"));
}

TEST_CASE("connection: what is wrong with a user") {
  const Case c;
  c.dir.write("crt", kCert);
  c.dir.write("key", kKey);
  c.dir.write("empty", "\n");
  CHECK(has(c.user_refusal("{client-certificate: crt}"), "but no client-key"));
  CHECK(has(c.user_refusal("{client-key: key}"), "but no client-certificate"));
  CHECK(has(c.user_refusal("{client-certificate: key, client-key: key}"), "client-certificate: there is no PEM"));
  CHECK(has(c.user_refusal("{client-certificate: crt, client-key: crt}"), "client-key: there is no PEM key"));
  CHECK(has(c.user_refusal("{client-certificate: crt, client-certificate-data: YQ==, client-key: key}"), "both given"));
  CHECK(has(c.user_refusal("{token: s3cret, username: a}"), "only one of them"));
  CHECK(has(c.user_refusal("{tokenFile: nix}"), "cannot read the token file " + c.dir.path("nix")));
  CHECK(has(c.user_refusal("{tokenFile: empty}"), "is empty"));
  CHECK(c.user_refusal("{as-groups: [a]}") == "as-uid, as-groups and as-user-extra need `as`");
  for (const char* provider : {"gcp", "azure", "oidc"}) {
    const std::string text = c.user_refusal(fmt::format("{{auth-provider: {{name: {}}}}}", provider));
    CHECK(text.starts_with(fmt::format("auth-provider ({}) was removed", provider)));
    CHECK(has(text, "use an exec plugin instead"));
  }
}

TEST_CASE("connection: rules of exec plugins") {
  const Case c;
  const auto exec = [&](std::string_view fields) { return c.user_refusal(fmt::format("{{exec: {{{}}}}}", fields)); };
  const std::string v1 = "apiVersion: client.authentication.k8s.io/v1";
  CHECK(exec(v1) == "exec: the command is missing");
  CHECK(exec("command: a") == "exec: the apiVersion is missing");
  CHECK(has(exec("command: a, apiVersion: client.authentication.k8s.io/v1alpha1"), "v1alpha1\" is not supported"));
  CHECK(has(exec("command: a, " + v1), "the interactiveMode is missing"));
  CHECK(has(exec("command: a, interactiveMode: Sometimes, " + v1), "is none of Never, IfAvailable, Always"));
  CHECK(has(exec("command: a, interactiveMode: Never, env: [{value: x}], " + v1), "an item of env has no name"));
  const Connection beta =
      c.find(config(kServer, "{exec: {command: a, apiVersion: client.authentication.k8s.io/v1beta1}}"));
  CHECK(beta.exec->interactive_mode == "IfAvailable");
  CHECK(beta.exec_cluster.empty());
  // What is given besides is enough, and the plugin is not run.
  CHECK_FALSE(c.find(config(kServer, "{token: t, exec: {command: a}}")).exec.has_value());
}

TEST_CASE("connection: what a plugin is told of the cluster") {
  const Case c;
  c.dir.write("ca.crt", kCert);
  const Connection found = c.find(R"(current-context: x
clusters:
- name: c
  cluster:
    server: https://10.0.0.1:6443
    tls-server-name: api
    certificate-authority: ca.crt
    proxy-url: http://proxy:1
    disable-compression: true
    extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: [x]}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: p, interactiveMode: Never,
                                provideClusterInfo: true}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
)");
  CHECK(found.exec_cluster ==
        R"({"server":"https://10.0.0.1:6443","tls-server-name":"api","certificate-authority-data":")" +
            encode_base64(kCert) + R"(","proxy-url":"http://proxy:1","disable-compression":true,)" +
            R"("config":{"audience":["x"]}})");
}

TEST_CASE("connection: impersonation") {
  const Case c;
  const std::string user = "{as: bob, as-uid: '17', as-groups: [g1, g2], as-user-extra: {'acme.com/x': [1a, 2b]}}";
  CHECK(headers(c.find(config(kServer, user))) ==
        "Impersonate-User=bob Impersonate-Uid=17 Impersonate-Group=g1 Impersonate-Group=g2 "
        "Impersonate-Extra-acme.com%2Fx=1a Impersonate-Extra-acme.com%2Fx=2b ");
  CHECK(headers(c.find(config(kServer, user), {.as = "eve"})) == "Impersonate-User=eve ");
  CHECK(headers(c.find(config(kServer, user), {.as_groups = {"g9"}})) ==
        "Impersonate-User=bob Impersonate-Uid=17 Impersonate-Group=g9 "
        "Impersonate-Extra-acme.com%2Fx=1a Impersonate-Extra-acme.com%2Fx=2b ");
  CHECK(has(c.refusal(config(kServer), {.as_groups = {"g9"}}), "need `as`"));
}

constexpr std::string_view kSeveral = R"(
clusters:
- {name: one, cluster: {server: 'https://one', tls-server-name: api}}
- {name: two, cluster: {server: 'https://two'}}
users:
- {name: ada, user: {token: of-ada}}
- {name: bob, user: {token: of-bob, as: eve}}
contexts:
- {name: first, context: {cluster: one, user: ada, namespace: a}}
- {name: second, context: {cluster: two, user: bob}}
- {name: no-cluster, context: {user: ada}}
- {name: lost, context: {cluster: three, user: ada}}
- {name: stranger, context: {cluster: one, user: zoe}}
- {name: nobody, context: {cluster: one}}
)";

TEST_CASE("connection: flags over the kubeconfig") {
  const Case c;
  const std::string text(kSeveral);
  Connection found = c.find(text, {.context = "second"});
  CHECK(found.server == "https://two");
  CHECK(found.token.reveal() == "of-bob");
  found = c.find(text, {.context = "first", .cluster = "two", .user = "bob"});
  CHECK(found.server == "https://two");
  CHECK(found.token.reveal() == "of-bob");
  CHECK(found.nspace == "a");
  found = c.find(text, {.context = "first", .server = "https://other:1/"});
  CHECK(found.server == "https://other:1");
  CHECK(found.http.tls_server_name.empty());
  CHECK(found.token.reveal() == "of-ada");
  const std::string token = c.dir.write("token", "of-file");
  found = c.find(text, {.context = "second", .token_file = token});
  CHECK(found.token.reveal() == "of-file");
  CHECK(headers(found) == "Impersonate-User=eve ");
  CHECK(c.find(text, {.context = "nobody"}).token.empty());
  CHECK(c.find(text, {.cluster = "one"}).server == "https://one");
}

TEST_CASE("connection: entries that are not there") {
  const Case c;
  const std::string text(kSeveral);
  const std::string path = c.dir.path("config");
  CHECK(c.refusal(text) == path +
                               " has no current-context: choose one with --context: "
                               "first, lost, no-cluster, nobody, second, stranger");
  CHECK(c.refusal(text, {.context = "secnd"}) ==
        R"(--context: there is no context "secnd" in )" + path + R"( (did you mean "second"?))");
  CHECK(c.refusal("current-context: gone\n" + text) == R"(current-context: there is no context "gone" in )" + path);
  CHECK(c.refusal(text, {.context = "no-cluster"}) == R"(context "no-cluster" of )" + path + ": it names no cluster");
  CHECK(has(c.refusal(text, {.context = "lost"}), R"(context "lost" of )" + path + R"(: there is no cluster "three")"));
  CHECK(has(c.refusal(text, {.context = "stranger"}), R"(there is no user "zoe" in )" + path));
  CHECK(has(c.refusal(text, {.context = "first", .user = "zoe"}), R"(--user: there is no user "zoe")"));
}

TEST_CASE("connection: credentials are for https alone") {
  const Case c;
  const Connection found = c.find(config("{server: 'http://127.0.0.1:8001'}", "{token: s3cret, as: bob}"));
  CHECK(found.token.empty());
  REQUIRE(found.warnings.size() == 1);
  CHECK(found.warnings[0].code == static_cast<int>(Code::credentials_withheld));
  CHECK(headers(found) == "Impersonate-User=bob ");
  CHECK(c.find(config("{server: 'http://127.0.0.1:8001'}")).warnings.empty());
  const std::string plugin = "{exec: {command: /nonexistent, apiVersion: client.authentication.k8s.io/v1beta1}}";
  CHECK_FALSE(c.find(config("{server: 'http://127.0.0.1:8001'}", plugin)).exec.has_value());
}

TEST_CASE("connection: inside of a pod") {
  const TempDir dir;
  const std::string pod = dir.path("pod");
  std::filesystem::create_directory(pod);
  dir.write("pod/token", "of-pod\n");
  dir.write("pod/ca.crt", kCert);
  const World world({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}, {"HOME", dir.path()}});
  Connection found = find_connection({}, world.environment, pod);
  CHECK(found.context == "in-cluster");
  CHECK(found.server == "https://[fd00::1]:443");
  CHECK(found.token.reveal() == "of-pod");
  CHECK(found.token_file == pod + "/token");
  CHECK(found.http.ca_pem == kCert);
  CHECK(found.nspace == "default");
  dir.write("pod/namespace", "jobs\n");
  CHECK(find_connection({}, world.environment, pod).nspace == "jobs");
  const World told({{"KUBERNETES_SERVICE_HOST", "h"}, {"KUBERNETES_SERVICE_PORT", "1"}, {"POD_NAMESPACE", "env"}});
  CHECK(find_connection({}, told.environment, pod).nspace == "env");
  CHECK(has(complaint([&] { find_connection({.context = "x"}, world.environment, pod); }),
            "the service account of this pod has no contexts"));
  // A kubeconfig comes first.
  std::filesystem::create_directory(dir.path(".kube"));
  dir.write(".kube/config", config(kServer));
  CHECK(find_connection({}, world.environment, pod).context == "x");
}

TEST_CASE("connection: nothing at all") {
  const TempDir dir;
  const World world({{"HOME", dir.path()}});
  const std::string text = complaint([&] { find_connection({}, world.environment, dir.path("pod")); });
  CAPTURE(text);
  CHECK(has(text, "no kubeconfig: KUBECONFIG is not set, and there is nothing in " + dir.path(".kube/config")));
  CHECK(has(text, "this is not a pod"));
  // A server alone is enough for `kubectl proxy`.
  const Connection proxy = find_connection({.server = "http://127.0.0.1:8001"}, world.environment, dir.path("pod"));
  CHECK(proxy.server == "http://127.0.0.1:8001");
  CHECK(proxy.context.empty());
}

}  // namespace
}  // namespace r2i::kube
