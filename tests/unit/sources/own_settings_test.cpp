#include "sources/own_settings.hpp"

#include "model/secrets.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

SourceSpec a_source(std::string kind, std::vector<std::string> addresses = {}) {
  SourceSpec spec;
  spec.kind = std::move(kind);
  spec.name = "west";
  spec.addresses = std::move(addresses);
  spec.origin = "--from";
  return spec;
}

/// "origin value" of one setting; "nothing" if it is not listed.
std::string told(const SourceSpec& spec, const std::string& key, const Variables& variables = {}) {
  for (const EffectiveSetting& setting : own_settings(spec, Environment(variables))) {
    if (setting.path == "sources.west." + key) return setting.origin + " " + value_text(setting);
  }
  return "nothing";
}

TEST_CASE("own settings: every setting of the kind, each once") {
  for (const std::string kind : {"consul", "etcd", "eureka", "exec", "file", "nacos", "zookeeper"}) {
    CAPTURE(kind);
    std::set<std::string> paths;
    for (const EffectiveSetting& setting : own_settings(a_source(kind, {"x"}), Environment())) {
      CHECK(paths.insert(setting.path).second);
      CHECK_FALSE(value_text(setting).empty());
    }
    std::set<std::string> expected = {"sources.west.kind", "sources.west.address"};
    for (const SourceSettingInfo& info : all_source_settings()) {
      if (info.key != "name" && applies_to(info, kind)) expected.insert("sources.west." + std::string(info.key));
    }
    CHECK(paths == expected);
  }
}

TEST_CASE("own settings: the address comes before the variable, and that before the default") {
  CHECK(told(a_source("consul"), "address") == "default 127.0.0.1:8500");
  CHECK(told(a_source("consul"), "address", {{"CONSUL_HTTP_ADDR", "https://c:8501"}}) ==
        "CONSUL_HTTP_ADDR https://c:8501");
  const SourceSpec given = a_source("consul", {"http://a:8500", "http://b:8500"});
  CHECK(told(given, "addresses", {{"CONSUL_HTTP_ADDR", "c"}}) == "--from [http://a:8500, http://b:8500]");
  CHECK(told(a_source("eureka"), "address") == "default http://127.0.0.1:8761/eureka");
  CHECK(told(a_source("eureka"), "addresses",
             {{"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", "http://u:p@e1:8761/eureka/, http://e2:8761/eureka/"}}) ==
        "EUREKA_CLIENT_SERVICEURL_DEFAULTZONE [http://e1:8761/eureka, http://e2:8761/eureka]");
  SourceSpec spec = a_source("consul");
  CHECK(told(spec, "partition") == "default none");
  CHECK(told(spec, "partition", {{"CONSUL_PARTITION", "p"}}) == "CONSUL_PARTITION p");
  spec.values = {{"partition", "q"}, {"datacenter", "dc1, dc2"}};
  CHECK(told(spec, "partition", {{"CONSUL_PARTITION", "p"}}) == "--from q");
  CHECK(told(spec, "datacenter") == "--from [dc1, dc2]");
}

TEST_CASE("own settings: what a file has, as it is written where it names a variable") {
  SourceSpec spec = a_source("consul", {"https://c.example:8501"});
  spec.origin = "mesh.yaml:3:3";
  spec.values = {{"datacenter", "dc7"}, {"caFile", "conf/ca.pem"}};
  spec.written = {{"address", {{"https://${HOST}:8501"}, "mesh.yaml:5:12"}},
                  {"datacenter", {{"${DC}"}, "mesh.yaml:6:15"}},
                  {"caFile", {{"ca.pem"}, "mesh.yaml:7:11"}},
                  {"include", {{"web*", "api"}, "mesh.yaml:8:12"}}};
  CHECK(told(spec, "kind") == "mesh.yaml:3:3 consul");
  CHECK(told(spec, "address") == "mesh.yaml:5:12 https://${HOST}:8501");
  CHECK(told(spec, "datacenter") == "mesh.yaml:6:15 [\"${DC}\"]");
  CHECK(told(spec, "caFile") == "mesh.yaml:7:11 conf/ca.pem");
  CHECK(told(spec, "include") == "mesh.yaml:8:12 [web*, api]");
}

TEST_CASE("own settings: a secret is never shown") {
  const std::string secret = "5ecret";
  SourceSpec spec = a_source("consul", {"https://user:" + secret + "@c:8501/p?token=" + secret});
  spec.secrets["token"] = Secret(secret);
  spec.written = {{"token", {{"${TOKEN}"}, "mesh.yaml:5:3"}}};
  const Variables variables = {
      {"CONSUL_HTTP_AUTH", "u:" + secret}, {"CONSUL_HTTP_TOKEN", secret}, {"CONSUL_HTTP_SSL", "true"}};
  CHECK(told(spec, "address", variables) == "--from https://c:8501/p");
  CHECK(told(spec, "token", variables) == "mesh.yaml:5:3 <redacted>");
  CHECK(told(a_source("consul"), "token", variables) == "CONSUL_HTTP_TOKEN <redacted>");
  CHECK(told(spec, "CONSUL_HTTP_AUTH", variables) == "CONSUL_HTTP_AUTH <redacted>");
  CHECK(told(spec, "CONSUL_HTTP_SSL", variables) == "CONSUL_HTTP_SSL true");
  CHECK(told(spec, "CONSUL_HTTP_SSL") == "nothing");

  for (const std::string& written :
       {std::string("https://user:${PW}@c:8501?x=${PW}"), "https://" + secret + ":${PW}@c:8501"}) {
    spec.written["address"] = {{written}, "mesh.yaml:4:3"};
    CHECK(told(spec, "address") == "mesh.yaml:4:3 https://c:8501");
  }
  CHECK(told(a_source("consul", {"https://u:" + secret + "@"}), "address") == "--from <redacted>");

  SourceSpec program = a_source("exec", {"./program"});
  program.values = {{"arguments", "--password," + secret}};
  CHECK(told(program, "arguments") == "--from [<redacted>]");
  CHECK(told(program, "address") == "--from ./program");
}

TEST_CASE("own settings: etcdctl's variables, those of settings that other kinds have among them") {
  const SourceSpec source = a_source("etcd");
  CHECK(told(source, "address") == "default 127.0.0.1:2379");
  CHECK(told(source, "addresses", {{"ETCDCTL_ENDPOINTS", "https://u:pw@e1:2379, e2:2379"}}) ==
        "ETCDCTL_ENDPOINTS [https://e1:2379, e2:2379]");
  CHECK(told(source, "caFile", {{"ETCDCTL_CACERT", "/ca"}}) == "ETCDCTL_CACERT /ca");
  CHECK(told(source, "insecureSkipVerify", {{"ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true"}}) ==
        "ETCDCTL_INSECURE_SKIP_TLS_VERIFY true");
  CHECK(told(source, "username", {{"ETCDCTL_USER", "reader:pw"}}) == "ETCDCTL_USER reader");
  CHECK(told(source, "password", {{"ETCDCTL_PASSWORD", "pw"}}) == "ETCDCTL_PASSWORD " + std::string(kRedacted));
}

TEST_CASE("own settings: Consul's variable for verifying means the opposite of the setting") {
  const SourceSpec spec = a_source("consul");
  CHECK(told(spec, "insecureSkipVerify", {{"CONSUL_HTTP_SSL_VERIFY", "false"}}) == "CONSUL_HTTP_SSL_VERIFY true");
  CHECK(told(spec, "insecureSkipVerify", {{"CONSUL_HTTP_SSL_VERIFY", "1"}}) == "CONSUL_HTTP_SSL_VERIFY false");
  CHECK(told(spec, "insecureSkipVerify") == "default false");
}

}  // namespace
}  // namespace r2i::sources
