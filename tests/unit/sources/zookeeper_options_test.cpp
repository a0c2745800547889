#include "sources/zookeeper_options.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources::zookeeper {
namespace {

using Texts = std::map<std::string, std::string>;

SourceSpec a_spec(std::vector<std::string> addresses, Texts values = {}) {
  SourceSpec spec;
  spec.kind = "zookeeper";
  spec.name = "zookeeper";
  spec.text = "zookeeper";
  spec.addresses = std::move(addresses);
  spec.values = std::move(values);
  return spec;
}

Options options_of(const SourceSpec& spec, unsigned parallelism = 16) {
  const Environment environment;
  FetchOptions fetch;
  fetch.parallelism = parallelism;
  return read_options(spec, fetch, Values(spec, environment));
}

std::string usage_error(const SourceSpec& spec) {
  try {
    options_of(spec);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "taken";
}

std::string roots_of(const Texts& values) {
  std::string text;
  for (const Root& root : options_of(a_spec({}, values)).roots) text += root.path + " " + root.name + ";";
  return text;
}

TEST_CASE("ZooKeeper options: addresses, chroot and user") {
  struct Row {
    std::vector<std::string> addresses;
    const char* display;
    const char* user;
  };
  for (const Row& row : {
           Row{{}, "127.0.0.1:2181", ""},
           Row{{"zk1"}, "zk1:2181", ""},
           Row{{"zk1:2182", "zk2"}, "zk1:2182,zk2:2181", ""},
           Row{{"zk1", "zk2/east/"}, "zk1:2181,zk2:2181/east", ""},
           Row{{"zookeeper://zk1/a/b"}, "zk1:2181/a/b", ""},
           Row{{"[::1]:2182"}, "[::1]:2182", ""},
           Row{{"me:pw@zk1", "zk2"}, "zk1:2181,zk2:2181", "me:pw"},
           Row{{"me:p%40w@zk1", "me:p%40w@zk2"}, "zk1:2181,zk2:2181", "me:p@w"},
       }) {
    CAPTURE(row.display);
    const Options options = options_of(a_spec(row.addresses));
    CHECK(display_of(options) == row.display);
    CHECK((options.user_from_address ? options.username + ":" + options.password.reveal() : "") == row.user);
  }
  CHECK(options_of(a_spec({"[::1]:2182"})).servers.front().host == "::1");
  CHECK(options_of(a_spec({"zk1"}, {{"username", "me"}})).username == "me");
}

TEST_CASE("ZooKeeper options: addresses that are refused") {
  CHECK(usage_error(a_spec({"https://zk1"})).find("speaks no TLS") != std::string::npos);
  CHECK(usage_error(a_spec({"zk1/a", "zk2/b"})).find("one chroot, not /a and /b") != std::string::npos);
  CHECK(usage_error(a_spec({"a:x@zk1", "b:x@zk2"})) == "zookeeper: the addresses name several users");
  CHECK(usage_error(a_spec({"a:x@zk1", "a:y@zk2"})) == "zookeeper: the addresses name several users");
  CHECK(usage_error(a_spec({"zk1:99999"})) != "taken");
}

TEST_CASE("ZooKeeper options: roots") {
  CHECK(roots_of({}) == "/services services;");
  CHECK(roots_of({{"layout", "dubbo"}}) == "/dubbo dubbo;");
  CHECK(roots_of({{"layout", "dubbo-applications"}}) == "/services services;");
  CHECK(roots_of({{"root", "b/c/,/a"}}) == "/a a;/b/c b/c;");
  CHECK(roots_of({{"root", "/"}}) == " *;");
  CHECK(roots_of({{"root", "*"}}) == " *;");
  CHECK(usage_error(a_spec({}, {{"root", "/a,/a/b"}})) == "zookeeper: root: a/b lies within a");
  CHECK(usage_error(a_spec({}, {{"root", "/a,/"}})).find("lies within *") != std::string::npos);
  CHECK(usage_error(a_spec({}, {{"root", "/a,a"}})) == "zookeeper: root: a lies within a");
  CHECK(roots_of({{"root", "/a,/ab"}}) == "/a a;/ab ab;");
}

TEST_CASE("ZooKeeper options: layouts") {
  CHECK(options_of(a_spec({})).form == Form::curator);
  CHECK(options_of(a_spec({}, {{"layout", "dubbo"}})).layout.is_in_keys());
  CHECK_FALSE(options_of(a_spec({}, {{"layout", "dubbo"}})).layout.folder_is_service());
  const Texts own = {{"layout", "template"}, {"root", "/a"}, {"key", "{service}/{address}"}};
  CHECK(options_of(a_spec({}, own)).layout.folder_is_service());
  CHECK(usage_error(a_spec({}, {{"layout", "kratos"}})).find("expected one of curator, dubbo") != std::string::npos);
  CHECK(usage_error(a_spec({}, {{"addressFrom", "ip"}})) ==
        "zookeeper: addressFrom: the layout curator is fixed; take template");
  CHECK(usage_error(a_spec({}, {{"layout", "template"}, {"key", "{service}/{address}"}})).find("has no usual place") !=
        std::string::npos);
  CHECK(usage_error(a_spec({}, {{"layout", "template"}, {"root", "/"}, {"key", "{id}"}, {"addressFrom", "$"}}))
            .find("nothing tells the services apart") != std::string::npos);
  CHECK(usage_error(a_spec({}, {{"dubboRoot", "/d"}})).find("only the layout dubbo-applications") != std::string::npos);
  CHECK(options_of(a_spec({}, {{"layout", "dubbo-applications"}, {"dubboRoot", "group/"}})).dubbo_root == "/group");
}

TEST_CASE("ZooKeeper options: how many requests are on their way") {
  CHECK(options_of(a_spec({}), 1).window == 16);
  CHECK(options_of(a_spec({}), 16).window == 256);
  CHECK(options_of(a_spec({}), 1000).window == 500);
}

}  // namespace
}  // namespace r2i::sources::zookeeper
