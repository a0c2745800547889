#include "model/host_template.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

std::string retold(const HostTemplate& pattern) {
  std::string text;
  for (const auto& part : pattern.parts()) {
    text += part.literal.empty() ? "{" + std::to_string(static_cast<int>(part.variable)) + "}" : part.literal;
  }
  return text;
}

TEST_CASE("host template: literal text and variables") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"{service}", "{0}"},
      {"{service}.service.consul", "{0}.service.consul"},
      {"a-{service}9.{datacenter}.x", "a-{0}9.{3}.x"},
      {"{service}.{group}.{namespace}.{kind}.{source}.{scope}.{peer}", "{0}.{1}.{2}.{4}.{5}.{6}.{7}"},
      {"{service}{service}", "{0}{0}"},
  };
  for (const auto& [text, parts] : rows) {
    CAPTURE(text);
    const auto pattern = HostTemplate::parse(text);
    REQUIRE(pattern);
    CHECK(retold(*pattern) == parts);
    CHECK(pattern->text() == text);
  }
}

TEST_CASE("host template: what is wrong is said") {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"", "it lacks {service}"},
      {"x.consul", "it lacks {service}"},
      {"{datacenter}.consul", "it lacks {service}"},
      {"{service", "a '{' is not closed"},
      {"{servce}.x", "unknown variable \"servce\" (did you mean \"service\"?); there are service, group"},
      {"{Service}.x", "(did you mean \"service\"?)"},
      {"{}.x", "unknown variable \"\""},
      {"{service}.X", "\"X\" cannot stand in a host"},
      {"{service}_x", "\"_\" cannot stand in a host"},
      {"{service}}", "\"}\" cannot stand in a host"},
      {"{service} ", "\" \" cannot stand in a host"},
      {"*.{service}", "\"*\" cannot stand in a host"},
  };
  for (const auto& [text, message] : rows) {
    CAPTURE(text);
    const auto pattern = HostTemplate::parse(text);
    REQUIRE_FALSE(pattern);
    CAPTURE(pattern.error());
    CHECK(pattern.error().find(message) != std::string::npos);
  }
}

}  // namespace
}  // namespace r2i
