#include "base/yaml_writer.hpp"
#include "model/describe.hpp"
#include "plan/render.hpp"
#include "support/plans.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <charconv>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::plan {
namespace {

using testing::a_plan;
using testing::an_endpoint;
using testing::an_entry;
using testing::creation;
using testing::deletion;
using testing::update;

std::string rendered(const Plan& plan, bool color = false) {
  RenderOptions options;
  options.color = color;
  StringOutput out;
  render_unified(out, plan, options);
  return out.text();
}

std::string yaml_of(const Manifest& manifest) {
  StringOutput out;
  YamlWriter writer(out);
  describe(writer, manifest, "v1");
  return out.text();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (; !text.empty(); text.remove_prefix(lines.back().size() + 1)) lines.push_back(text.substr(0, text.find('\n')));
  return lines;
}

/// Applies a unified diff of one file as patch(1) would, by its line numbers, without fuzz.
std::string patched(const std::string& before, const std::string& diff) {
  const auto old = lines_of(before);
  std::string after;
  std::size_t at = 0;
  for (const std::string_view line : lines_of(diff)) {
    if (line.starts_with("--- ") || line.starts_with("+++ ")) continue;
    if (line.starts_with("@@ -")) {
      std::size_t first = 0;
      const std::string_view numbers = line.substr(4);
      std::from_chars(numbers.data(), numbers.data() + numbers.size(), first);
      const std::string_view range = numbers.substr(0, numbers.find(' '));
      if (!range.ends_with(",0")) --first;
      while (at < first) after += fmt::format("{}\n", old.at(at++));
      continue;
    }
    const std::string_view text = line.substr(1);
    if (line.front() != '+') REQUIRE((old.at(at++) == text));
    if (line.front() != '-') after += fmt::format("{}\n", text);
  }
  while (at < old.size()) after += fmt::format("{}\n", old.at(at++));
  return after;
}

TEST_CASE("one endpoint more, with three lines of context") {
  const ServiceEntry before = an_entry("web.service.consul", {an_endpoint("10.0.0.3"), an_endpoint("10.0.0.4")});
  const ServiceEntry after = an_entry(
      "web.service.consul", {an_endpoint("10.0.0.3"), an_endpoint("10.0.0.4", "dc1"), an_endpoint("10.0.0.5")});
  CHECK(rendered(a_plan({update(before, after)})) == R"(--- live/mesh/serviceentry-web.service.consul.yaml
+++ desired/mesh/serviceentry-web.service.consul.yaml
@@ -9,6 +9,8 @@
   endpoints:
   - address: 10.0.0.3
   - address: 10.0.0.4
+    locality: dc1
+  - address: 10.0.0.5
   hosts:
   - web.service.consul
   location: MESH_INTERNAL
)");
}

TEST_CASE("what is new comes from nothing, what goes leads to nothing") {
  const ServiceEntry entry = an_entry("web", {});
  const std::string created = rendered(a_plan({creation(entry)}));
  CHECK(created.starts_with("--- /dev/null\n+++ desired/mesh/serviceentry-web.yaml\n@@ -0,0 +1,16 @@\n+apiVersion: "));
  CHECK(patched("", created) == yaml_of(entry));
  const std::string deleted = rendered(a_plan({deletion(entry)}));
  CHECK(deleted.starts_with("--- live/mesh/serviceentry-web.yaml\n+++ /dev/null\n@@ -1,16 +0,0 @@\n-apiVersion: "));
  CHECK(patched(yaml_of(entry), deleted) == "");
}

TEST_CASE("changes far from each other are hunks of their own, near ones are one") {
  std::vector<Endpoint> many;
  for (int i = 1; i <= 30; ++i) many.push_back(an_endpoint(fmt::format("10.0.0.{}", i), "", 1));
  const ServiceEntry before = an_entry("web", many);
  const auto hunks = [&](std::size_t second) {
    ServiceEntry after = before;
    after.endpoints.at(4).weight = 2;
    after.endpoints.at(second).weight = 2;
    const std::string text = rendered(a_plan({update(before, after)}));
    CHECK(patched(yaml_of(before), text) == yaml_of(after));
    std::size_t count = 0;
    for (const std::string_view line : lines_of(text)) count += line.starts_with("@@ ") ? 1 : 0;
    return count;
  };
  CHECK(hunks(5) == 1);
  CHECK(hunks(7) == 1);  // five lines in between
  CHECK(hunks(8) == 2);  // seven
  CHECK(hunks(20) == 2);
}

TEST_CASE("an object without a difference is not shown, objects come in order") {
  const ServiceEntry a = an_entry("a", {});
  const ServiceEntry b = an_entry("b", {});
  const std::string text = rendered(a_plan({creation(b), update(an_entry("c", {}), an_entry("c", {})), deletion(a)}));
  CHECK(text.find("serviceentry-a.yaml") < text.find("serviceentry-b.yaml"));
  CHECK(text.find("serviceentry-c.yaml") == std::string::npos);
}

TEST_CASE("the file that holds the object gives its name; names that patch(1) would misread are in quotes") {
  const ServiceEntry entry = an_entry("web", {});
  const auto head = [&](const std::string& place) {
    Change change = deletion(entry);
    change.place = place;
    const std::string text = rendered(a_plan({change}));
    return text.substr(0, text.find('\n'));
  };
  CHECK(head("sub/web.yaml") == "--- live/sub/web.yaml");
  CHECK(head("my web.yaml") == "--- live/my web.yaml\t");
  CHECK(head("a\nb\t\"\\\x1b.yaml") == R"(--- "live/a\012b\011\"\\\033.yaml")");
  CHECK(head("caf\xc3\xa9.yaml") == "--- live/caf\xc3\xa9.yaml");
  CHECK(head("\xff.yaml") == R"(--- "live/\377.yaml")");
}

TEST_CASE("colours go around lines") {
  const std::string text =
      rendered(a_plan({update(an_entry("web", {}), an_entry("web", {an_endpoint("10.0.0.1")}))}), true);
  CHECK(text.find("\x1b[1m--- live/mesh/serviceentry-web.yaml\x1b[0m\n") == 0);
  CHECK(text.find("\x1b[32m+  endpoints:\x1b[0m\n") != std::string::npos);
  CHECK(text.find("\n spec:\n") != std::string::npos);
}

TEST_CASE("no control character of a registry comes through") {
  ServiceEntry entry = an_entry("web", {an_endpoint("10.0.0.1",
                                                    "a\x1b[2J\x7f\xc2\x9b"
                                                    "b")});
  entry.meta.annotations = {{"a\x1b", "b\nc\x1b"}};
  const std::string text = rendered(a_plan({creation(entry)}));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x7f') == std::string::npos);
  CHECK(text.find('\x9b') == std::string::npos);
}

TEST_CASE("property: the diff turns what is into what should be") {
  std::mt19937 random(11);
  const auto below = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % most); };
  const auto some = [&] {
    std::vector<Endpoint> endpoints;
    for (std::uint32_t i = below(40); i > 0; --i)
      endpoints.push_back(an_endpoint(fmt::format("10.0.0.{}", below(9)), below(2) == 0 ? "" : "dc1", below(3)));
    ServiceEntry entry = an_entry("web", endpoints);
    entry.meta.annotations = {{"text", below(2) == 0 ? "a\nb\n" : "- \"x\"\n\n\ny"}};
    return entry;
  };
  for (int round = 0; round < 300; ++round) {
    const ServiceEntry before = some();
    const ServiceEntry after = some();
    REQUIRE(patched(yaml_of(before), rendered(a_plan({update(before, after)}))) == yaml_of(after));
  }
}

}  // namespace
}  // namespace r2i::plan
