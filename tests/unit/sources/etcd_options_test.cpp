#include "sources/etcd_options.hpp"

#include "sources/secret_file.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources::etcd {
namespace {

using Texts = std::map<std::string, std::string>;
using Variables = std::map<std::string, std::string, std::less<>>;

SourceSpec a_spec(std::vector<std::string> addresses, Texts values = {}) {
  SourceSpec spec;
  spec.kind = "etcd";
  spec.name = "etcd";
  spec.text = "etcd";
  spec.addresses = std::move(addresses);
  spec.values = std::move(values);
  spec.values.emplace("layout", "kratos");
  return spec;
}

Options options_of(const SourceSpec& given, const Variables& variables = {}) {
  const Environment environment(variables);
  const SourceSpec spec = with_native_environment(given, environment);
  return read_options(spec, {}, Values(spec, environment), environment);
}

/// "user:password" that a source would log in with.
std::string login_of(const SourceSpec& given, const Variables& variables) {
  const Environment environment(variables);
  const SourceSpec spec = with_native_environment(given, environment);
  const Values values(spec, environment);
  const SecretFile password(values, "passwordFile", "password");
  return read_options(spec, {}, values, environment).username + ":" + password.value().reveal();
}

std::string usage_error(const SourceSpec& spec, const Variables& variables = {}) {
  try {
    options_of(spec, variables);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "taken";
}

std::vector<std::string> addresses_of(const Options& options) {
  std::vector<std::string> addresses;
  for (const Server& server : options.servers) addresses.push_back(server.base_url);
  return addresses;
}

std::string roots_of(const Texts& values) {
  std::string told;
  for (const Root& root : options_of(a_spec({}, values)).roots)
    told += (told.empty() ? "" : " ") + root.name + "=" + root.prefix + "(" + root.service + ")";
  return told;
}

TEST_CASE("etcd options: without anything but a layout, etcdctl's defaults") {
  const Options options = options_of(a_spec({}));
  CHECK(addresses_of(options) == std::vector<std::string>{"http://127.0.0.1:2379"});
  CHECK(options.username.empty());
  CHECK_FALSE(options.serializable);
  CHECK_FALSE(options.trust_empty);
  CHECK(options.page_size == 5000);
  CHECK(options.verify_tls);
  REQUIRE(options.roots.size() == 1);
  CHECK(options.roots[0].prefix == "/microservices/");
  CHECK(options.roots[0].name == "microservices");
}

TEST_CASE("etcd options: the variables of etcdctl, where the source does not say otherwise") {
  const Variables variables = {{"ETCDCTL_ENDPOINTS", "https://e1:2379, e2:1"},
                               {"ETCDCTL_CACERT", "/ca"},
                               {"ETCDCTL_CERT", "/cert"},
                               {"ETCDCTL_KEY", "/key"},
                               {"ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true"}};
  const Options native = options_of(a_spec({}), variables);
  CHECK(addresses_of(native) == std::vector<std::string>{"https://e1:2379", "https://e2:1"});
  CHECK(native.servers[1].http.ca_file == "/ca");
  CHECK(native.servers[1].http.client_cert == "/cert");
  CHECK(native.servers[1].http.client_key == "/key");
  CHECK_FALSE(native.verify_tls);
  CHECK_FALSE(native.servers[0].http.verify_tls);
  const Options own =
      options_of(a_spec({"http://e3:2379"}, {{"caFile", "/own"}, {"insecureSkipVerify", "false"}}), variables);
  CHECK(addresses_of(own) == std::vector<std::string>{"http://e3:2379"});
  CHECK(own.servers[0].http.ca_file == "/own");
  CHECK(own.verify_tls);
  CHECK(usage_error(a_spec({}), {{"ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "perhaps"}}) ==
        "etcd: ETCDCTL_INSECURE_SKIP_TLS_VERIFY: expected true or false, got \"perhaps\"");
  CHECK(usage_error(a_spec({}), {{"ETCDCTL_CERT", "/cert"}}) ==
        "etcd: keyFile: certificate and key must both be given");
}

TEST_CASE("etcd options: an address without a scheme is TLS where there is anything to do it with") {
  CHECK(addresses_of(options_of(a_spec({"e1", "e2:1", "[::1]:2"}))) ==
        std::vector<std::string>{"http://e1:2379", "http://e2:1", "http://[::1]:2"});
  CHECK(addresses_of(options_of(a_spec({"e1", "e2:1", "http://e3:3", "user:pw@[::1]"}, {{"caFile", "/ca"}}))) ==
        std::vector<std::string>{"https://e1:2379", "https://e2:1", "http://e3:3", "https://[::1]:2379"});
  CHECK(addresses_of(options_of(a_spec({}), {{"ETCDCTL_INSECURE_TRANSPORT", "false"}})) ==
        std::vector<std::string>{"https://127.0.0.1:2379"});
}

TEST_CASE("etcd options: who to log in as") {
  CHECK(login_of(a_spec({}), {}) == ":");
  CHECK(login_of(a_spec({}), {{"ETCDCTL_USER", "root:a:b"}}) == "root:a:b");
  CHECK(login_of(a_spec({}), {{"ETCDCTL_USER", "ro:ot"}, {"ETCDCTL_PASSWORD", "pw"}}) == "ro:ot:pw");
  CHECK(login_of(a_spec({}, {{"username", "me"}}), {{"ETCDCTL_USER", "root:x"}, {"ETCDCTL_PASSWORD", "pw"}}) ==
        "me:pw");
  CHECK(login_of(a_spec({}), {{"ETCDCTL_USER", "root"}}) == "root:");
}

TEST_CASE("etcd options: prefixes are folders, and scopes") {
  CHECK(roots_of({{"prefix", "/a/b/, c,d/"}}) == "a/b=/a/b/(b) c=c/(c) d=d/(d)");
  CHECK(roots_of({{"prefix", "*"}}) == "*=()");
  CHECK(roots_of({{"prefix", "/ab,/a"}}) == "a=/a/(a) ab=/ab/(ab)");
  CHECK(usage_error(a_spec({}, {{"prefix", "/a,/a/b"}})) == "etcd: prefix: a/b lies within a");
  CHECK(usage_error(a_spec({}, {{"prefix", "/a,/a/"}})) == "etcd: prefix: a lies within a");
  CHECK(usage_error(a_spec({}, {{"prefix", "*,/a"}})) == "etcd: prefix: a lies within *");
  CHECK(usage_error(a_spec({}, {{"prefix", "/a,a"}})) ==
        "etcd: prefix: /a/ and a/ differ in slashes alone: their scopes would have one name");
  CHECK(usage_error(a_spec({}, {{"prefix", "/"}})) ==
        "etcd: prefix: \"/\" names no folder of keys; * stands for every key");
}

TEST_CASE("etcd options: what is wrong is named") {
  SourceSpec bare = a_spec({});
  bare.values.erase("layout");
  CHECK(usage_error(bare) ==
        "etcd: layout: say how the services are written: one of dubbo, go-micro, go-zero, grpc, kratos, skydns, "
        "template");
  bare.values["layout"] = "go-zero";
  CHECK(usage_error(bare) ==
        "etcd: prefix: the layout go-zero has no usual place: say below which keys the services are, for instance "
        "prefix=/services, or * for every key");
  bare.values["prefix"] = "*";
  CHECK(usage_error(bare) == "taken");
  bare.values["key"] = "{id}";
  CHECK(usage_error(bare) ==
        "etcd: key: nothing tells the services apart: the pattern needs {service}, or prefix= a folder for each");
  bare.values["prefix"] = "user.rpc,order.rpc";
  CHECK(usage_error(bare) == "taken");
  CHECK(usage_error(a_spec({}, {{"key", "{x"}})) == "etcd: key: in {x a brace has no other one");
  CHECK(usage_error(a_spec({}, {{"pageSize", "0"}})) == "etcd: pageSize: expected a number above 0");
  CHECK(usage_error(a_spec({}, {{"consistency", "stale"}})) ==
        "etcd: consistency: expected one of linearizable, serializable, got \"stale\"");
}

}  // namespace
}  // namespace r2i::sources::etcd
