#include "model/text_template.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

using Variable = TextTemplate::Variable;

std::string_view value_of(Variable variable) {
  switch (variable) {
    case Variable::service:
      return "Pay_Api";
    case Variable::group:
      return "";
    case Variable::nspace:
      return "public";
    case Variable::datacenter:
      return "dc1";
    case Variable::kind:
      return "consul";
    case Variable::source:
      return "west";
    case Variable::scope:
      return "dc1/team a";
    case Variable::peer:
      return "far";
  }
  return "";
}

TEST_CASE("template: literal text, variables and functions") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", ""},
      {"plain text: 1", "plain text: 1"},
      {"{service}", "Pay_Api"},
      {"{service}.service.{datacenter}.consul", "Pay_Api.service.dc1.consul"},
      {"{group}.{namespace}.{kind}.{source}.{scope}.{peer}", ".public.consul.west.dc1/team a.far"},
      {"{service}{service}", "Pay_ApiPay_Api"},
      {"{service|lower}", "pay_api"},
      {"{service|replace:_:-}", "Pay-Api"},
      {"{service|replace:Pay_:}", "Api"},
      {"{service|replace:_:-|lower}", "pay-api"},
      {"{service|lower|replace:P:x}", "pay_api"},
      {"{group|default:shared}", "shared"},
      {"{service|default:shared}", "Pay_Api"},
      {"{group|default:A|lower}", "a"},
      {"{scope|label}", "dc1-team-a"},
      {"{scope|replace:/:_|replace: :}", "dc1_teama"},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    const auto parsed = TextTemplate::parse(text);
    REQUIRE(parsed);
    CHECK(parsed->fill(value_of) == expected);
    CHECK(parsed->text() == text);
  }
  CHECK(TextTemplate::parse("{group}.x")->names(Variable::group));
  CHECK_FALSE(TextTemplate::parse("{group}.service")->names(Variable::service));
}

TEST_CASE("template: what is wrong is said") {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"{service", "a '{' is not closed"},
      {"{service}}", "a '}' closes nothing"},
      {"}", "a '}' closes nothing"},
      {"{servce}.x", "unknown variable \"servce\" (did you mean \"service\"?); there are service, group"},
      {"{Service}.x", "(did you mean \"service\"?)"},
      {"{}.x", "unknown variable \"\""},
      {"{service|lowr}",
       "unknown function \"lowr\" (did you mean \"lower\"?); there are lower, replace, default, label"},
      {"{service|}", "unknown function \"\""},
      {"{service|lower:x}", "lower takes 0 arguments, separated by ':', got 1"},
      {"{service|replace:a}", "replace takes 2 arguments, separated by ':', got 1"},
      {"{service|replace::b}", "what is to be replaced is empty"},
      {"{service|default}", "default takes 1 argument, separated by ':', got 0"},
  };
  for (const auto& [text, message] : rows) {
    CAPTURE(text);
    const auto parsed = TextTemplate::parse(text);
    REQUIRE_FALSE(parsed);
    CAPTURE(parsed.error());
    CHECK(parsed.error().find(message) != std::string::npos);
  }
}

TEST_CASE("template: what can stand in a host") {
  CHECK(TextTemplate::parse_host("a-{service}9.x"));
  for (const std::string_view text : {"{service}.X", "{service}_x", "{service} ", "*.{service}"}) {
    CAPTURE(text);
    const auto parsed = TextTemplate::parse_host(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().find("cannot stand in a host: use a-z, 0-9, '-', '.' and {variables}") != std::string::npos);
  }
  CHECK_FALSE(TextTemplate::parse_host("{servce}"));
}

TEST_CASE("template: a host's labels are legal whatever the values are") {
  CHECK(TextTemplate::parse_host("{service}"));
  CHECK(TextTemplate::parse_host("{service}{group|default:a}." + std::string(63, 'b')));
  for (const std::string& text : std::vector<std::string>{"--", "-{service}.x", "{service}-", "{service}..x", ".x",
                                                          "{service}.x.", "{service}.-a", std::string(64, 'b')}) {
    CAPTURE(text);
    const auto parsed = TextTemplate::parse_host(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().starts_with("it gives no host name"));
  }
}

}  // namespace
}  // namespace r2i
