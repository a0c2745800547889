#include "directory/directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::directory {
namespace {

std::string place(const std::string& nspace, const std::string& name) {
  return Directory::place_of({nspace, "ServiceEntry", name});
}

TEST_CASE("place: names of Kubernetes' stand as they are") {
  CHECK(place("", "web.service.consul") == "serviceentry-web.service.consul.yaml");
  CHECK(place("mesh", "web") == "mesh/serviceentry-web.yaml");
  CHECK(Directory::place_of({"mesh", "WorkloadEntry", "web-1"}) == "mesh/workloadentry-web-1.yaml");
}

TEST_CASE("place: no name leads out of the directory, or meets another one's file") {
  using namespace std::string_literals;
  const std::vector<std::string> hostile = {"",
                                            ".",
                                            "..",
                                            "../x",
                                            "/etc/passwd",
                                            "a/b",
                                            "a\\b",
                                            "a/../b",
                                            ".git",
                                            "-rf",
                                            "a b",
                                            "a\nb",
                                            "a\0b"s,
                                            "WEB",
                                            "Web",
                                            "web",
                                            "w\xC3\xA9"
                                            "b",
                                            "w\xC3\xAA"
                                            "b",
                                            "\xFF",
                                            "a..b",
                                            "a.",
                                            "a_b",
                                            "a-b",
                                            "con",
                                            "a*",
                                            "~",
                                            "$(x)",
                                            std::string(300, 'a'),
                                            std::string(301, 'a'),
                                            std::string(300, '/'),
                                            std::string(242, 'a'),
                                            std::string(237, 'a'),
                                            std::string(238, 'a')};
  std::set<std::string> seen;
  for (const std::string& name : hostile) {
    for (const std::string& place : {place("", name), place("mesh", name), place(name, "web")}) {
      CAPTURE(place);
      const std::size_t slash = place.find('/');
      const std::string file = place.substr(slash == std::string::npos ? 0 : slash + 1);
      const std::string folder = slash == std::string::npos ? "" : place.substr(0, slash);
      for (const std::string& part : {folder, file}) {
        CHECK(part.size() <= 255);
        CHECK_FALSE(part.starts_with('.'));
        CHECK(part.find("..") == std::string::npos);
        CHECK(std::ranges::all_of(part, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        }));
      }
      CHECK(file.starts_with("serviceentry-"));
      CHECK(file.ends_with(".yaml"));
      const bool is_new = seen.insert(place).second;
      // Only these two ways of asking are the same.
      if (!is_new) CHECK((name == "web" || (name.empty() && place == "serviceentry-web.yaml")));
    }
  }
}

TEST_CASE("place: names that are too long are cut, and stay apart") {
  const std::string longest(237, 'a');
  CHECK(place("", longest) == "serviceentry-" + longest + ".yaml");
  CHECK(place("", longest).size() == 255);
  const std::string cut = place("", longest + "a");
  CHECK(cut.size() == 255);
  CHECK(cut.starts_with("serviceentry-" + std::string(220, 'a') + "_"));
  CHECK(cut != place("", longest + "b"));
  // Not even somebody who knows the hash can name a service so that it takes the file.
  const std::string head = std::string("serviceentry-");
  const std::string taken = cut.substr(head.size(), cut.size() - head.size() - 5);
  CHECK(place("", taken) != cut);
}

TEST_CASE("place: a namespace is one folder, never a file's name") {
  CHECK(place("a.b", "web").starts_with("a-b_"));
  CHECK(place("serviceentry-web.yaml", "x").starts_with("serviceentry-web-yaml_"));
}

}  // namespace
}  // namespace r2i::directory
