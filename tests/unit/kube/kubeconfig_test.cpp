#include "kube/kubeconfig.hpp"

#include "unit/kube/world.hpp"

#include "kube/kubeconfig_files.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i::kube {
namespace {

using testing::TempDir;

Kubeconfig parse(std::string_view text) {
  return parse_kubeconfig("/home/ada/.kube/config", text);
}

constexpr std::string_view kWhole = R"(apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: prod
clusters:
- name: prod
  cluster:
    server: https://10.0.0.1:6443/prefix
    tls-server-name: api
    insecure-skip-tls-verify: false
    certificate-authority: pki/ca.crt
    certificate-authority-data: null
    proxy-url: socks5://proxy:1080
    disable-compression: true
    extensions:
    - name: other
      extension: {a: 1}
    - name: client.authentication.k8s.io/exec
      extension: {audience: x, list: [1, true, null]}
- name: json
  cluster: {"server": "https://json"}
users:
- name: ada
  user:
    client-certificate: ../ada.crt
    client-key: /abs/ada.key
    token: tok
    tokenFile: token
    username: u
    password: p
    as: bob
    as-uid: "17"
    as-groups: [a, b]
    as-user-extra: {scopes: [x, z]}
- name: exec
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/plugin
      args: [a, b]
      env:
      - name: X
        value: "1"
      installHint: get it
      provideClusterInfo: true
      interactiveMode: Never
- name: path
  user:
    exec: {apiVersion: v, command: plugin, args: null, env: null}
- name: old
  user: {auth-provider: {name: gcp, config: {a: b}}}
contexts:
- name: prod
  context: {cluster: prod, user: ada, namespace: mesh, extensions: []}
unknown: [1, {2: 3}]
)";

TEST_CASE("kubeconfig: every field") {
  const Kubeconfig config = parse(kWhole);
  CHECK(config.current_context == "prod");
  const ClusterEntry& cluster = config.clusters.at("prod");
  CHECK(cluster.defined_in == "/home/ada/.kube/config");
  CHECK(cluster.server == "https://10.0.0.1:6443/prefix");
  CHECK(cluster.tls_server_name == "api");
  CHECK_FALSE(cluster.insecure_skip_tls_verify);
  CHECK(cluster.certificate_authority.file == "/home/ada/.kube/pki/ca.crt");
  CHECK(cluster.certificate_authority.data.empty());
  CHECK(cluster.proxy_url.reveal() == "socks5://proxy:1080");
  CHECK(cluster.disable_compression);
  CHECK(cluster.exec_config == R"({"audience":"x","list":[1,true,null]})");
  CHECK(config.clusters.at("json").server == "https://json");
  const UserEntry& user = config.users.at("ada");
  CHECK(user.client_certificate.file == "/home/ada/ada.crt");
  CHECK(user.client_key.file == "/abs/ada.key");
  CHECK(user.token.reveal() == "tok");
  CHECK(user.token_file == "/home/ada/.kube/token");
  CHECK(user.username == "u");
  CHECK(user.password.reveal() == "p");
  CHECK(user.as.user == "bob");
  CHECK(user.as.uid == "17");
  CHECK(user.as.groups == std::vector<std::string>{"a", "b"});
  CHECK(user.as.extra.at("scopes") == std::vector<std::string>{"x", "z"});
  CHECK(config.users.at("old").auth_provider == "gcp");
  const ContextEntry& context = config.contexts.at("prod");
  CHECK(context.cluster == "prod");
  CHECK(context.user == "ada");
  CHECK(context.nspace == "mesh");
}

TEST_CASE("kubeconfig: exec plugins") {
  const Kubeconfig config = parse(kWhole);
  const ExecEntry& exec = *config.users.at("exec").exec;
  CHECK(exec.api_version == "client.authentication.k8s.io/v1");
  CHECK(exec.command == "/home/ada/.kube/bin/plugin");
  CHECK(exec.arguments == std::vector<std::string>{"a", "b"});
  CHECK(exec.variables.at(0).first == "X");
  CHECK(exec.variables.at(0).second == "1");
  CHECK(exec.install_hint == "get it");
  CHECK(exec.provide_cluster_info);
  CHECK(exec.interactive_mode == "Never");
  const ExecEntry& bare = *config.users.at("path").exec;
  CHECK(bare.command == "plugin");  // looked up in PATH
  CHECK(bare.arguments.empty());
}

TEST_CASE("kubeconfig: what holds nothing") {
  for (const char* text : {"", "# nothing\n", "{}", "apiVersion: v1\nkind: Config\n",
                           "clusters: null\nusers: []\ncontexts: [null]\ncurrent-context: \"\"\n"}) {
    CAPTURE(text);
    CHECK(parse(text).empty());
  }
}

TEST_CASE("kubeconfig: faults name file, line and field") {
  const auto fault = [](std::string_view text) { return complaint([&] { parse(text); }); };
  CHECK(fault("kind: Pod\n") == R"(/home/ada/.kube/config is not a kubeconfig: its kind is "Pod")");
  CHECK(has(fault("{}\n---\n{a: 1}\n---\n{b: 1}\n"), "holds several documents"));
  CHECK(fault("clusters:\n- name: a\n  cluster:\n    server: 7\n") ==
        "/home/ada/.kube/config:4:13: clusters[0].cluster.server: expected a string, got a number");
  CHECK(fault("contexts: {a: b}\n") == "/home/ada/.kube/config:1:11: contexts: expected a list, got an object");
  CHECK(has(fault("users:\n- name: a\n  user: {insecure: }\n- name: a\n"),
            "/home/ada/.kube/config:4:3: users[1]: the name \"a\" is given to two entries"));
  CHECK(has(fault("a: [\n"), "/home/ada/.kube/config:"));
  CHECK(has(fault("text"), "/home/ada/.kube/config"));
}

TEST_CASE("kubeconfig: of several files the first that has an entry wins, whole") {
  Kubeconfig first =
      parse("clusters: [{name: a, cluster: {server: https://one}}]\ncontexts: [{name: x, context: {}}]\n");
  first.merge(parse(R"(current-context: second
clusters: [{name: a, cluster: {server: https://two, tls-server-name: two}}, {name: b, cluster: {server: https://b}}]
users: [{name: u, user: {token: t}}]
)"));
  first.merge(parse("current-context: z\n"));
  CHECK(first.current_context == "second");
  CHECK(first.clusters.at("a").server == "https://one");
  CHECK(first.clusters.at("a").tls_server_name.empty());
  CHECK(first.clusters.at("b").server == "https://b");
  CHECK(first.users.contains("u"));
  CHECK(first.contexts.contains("x"));
}

TEST_CASE("kubeconfig: where it is looked for") {
  const TempDir dir;
  std::filesystem::create_directory(dir.path(".kube"));
  dir.write(".kube/config", "current-context: home\n");
  const std::string one = dir.write("one", "current-context: one\n");
  const std::string two = dir.write("two", "current-context: two\n");
  const std::string missing = dir.path("missing");
  const auto context_of = [&](const std::string& path, const std::string& list) {
    const World world({{"HOME", dir.path()}, {"KUBECONFIG", list}});
    return find_kubeconfig(path, world.environment).config.current_context;
  };
  CHECK(context_of("", "") == "home");
  CHECK(context_of("", one) == "one");
  CHECK(context_of("", missing + "::" + two + ":" + two + ":" + one) == "two");
  CHECK(context_of(two, one) == "two");
  CHECK(complaint([&] { context_of(missing, one); }) ==
        "cannot read the kubeconfig " + missing + ": No such file or directory");
  CHECK(has(complaint([&] { context_of("", missing); }), "KUBECONFIG names no file that is there (" + missing + ")"));
  CHECK(has(complaint([&] { context_of("", one + ":" + dir.path()); }), "Is a directory"));
  dir.write("broken", "a: [");
  CHECK(has(complaint([&] { context_of("", one + ":" + dir.path("broken")); }), dir.path("broken")));
}

TEST_CASE("kubeconfig: nothing at all") {
  const World world(std::map<std::string, std::string, std::less<>>{{"HOME", "/nonexistent"}});
  const auto found = find_kubeconfig("", world.environment);
  CHECK(found.config.empty());
  CHECK_FALSE(found.chosen);
  CHECK(found.looked_at == std::vector<std::string>{"/nonexistent/.kube/config"});
}

}  // namespace
}  // namespace r2i::kube
