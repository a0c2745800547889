#include "sources/expectations.hpp"

#include "base/timestamp.hpp"
#include "model/name_filter.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources {
namespace {

using testing::a_scope;
using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::CollectedServices;

struct Judged {
  std::vector<SourceState> states;
  Collected diagnostics;
  std::string passed;
};

/// What becomes of two services, "pay" with two instances and "web" with one, in two scopes.
std::unique_ptr<Judged> judged(std::map<std::string, std::string> values) {
  SourceSpec spec;
  spec.kind = "consul";
  spec.text = "consul";
  spec.values = std::move(values);
  const Environment environment;
  CollectedServices next;
  Expectations expectations(Values(spec, environment), next);
  expectations.service(a_service("pay", {an_instance("10.0.0.1"), an_instance("10.0.0.2")}));
  expectations.service(a_service("web", {an_instance("10.0.0.3")}));
  auto result = std::make_unique<Judged>();
  const auto first = a_scope("consul", "dc1");
  const auto second = a_scope("consul", "dc2");
  result->states.resize(1);
  result->states[0].source = first->source;
  result->states[0].scopes = {{first, true, {}}, {second, false, {"no leader"}}};
  expectations.judge(result->states, result->diagnostics);
  result->passed = next.names();
  return result;
}

TEST_CASE("expectations: met, nothing changes") {
  for (const std::map<std::string, std::string>& values :
       {std::map<std::string, std::string>{},
        {{"expect.minServices", "2"}, {"expect.minInstances", "3"}, {"expect.services", "web, pay"}}}) {
    const auto result = judged(values);
    CHECK(result->passed == "pay web");
    CHECK(result->diagnostics.all.empty());
    CHECK(result->states[0].scopes[0].complete);
    CHECK_FALSE(result->states[0].scopes[1].complete);
    CHECK(result->states[0].scopes[1].problems == std::vector<std::string>{"no leader"});
  }
}

TEST_CASE("expectations: unmet, every scope is incomplete, and each is said") {
  const std::vector<std::pair<std::map<std::string, std::string>, std::string>> rows = {
      {{{"expect.minServices", "3"}}, "expect.minServices is 3, but there are 2"},
      {{{"expect.minInstances", "4"}}, "expect.minInstances is 4, but there are 3"},
      {{{"expect.services", "pay,Web"}}, "expect.services names \"Web\", which is not there"},
  };
  for (const auto& [values, problem] : rows) {
    CAPTURE(problem);
    const auto result = judged(values);
    CHECK(result->passed == "pay web");
    CHECK(result->diagnostics.codes() == "1007");
    CHECK(result->diagnostics.first(Code::expectation_unmet) == "source \"consul\": " + problem);
    for (const ScopeState& scope : result->states[0].scopes) {
      CHECK_FALSE(scope.complete);
      CHECK(scope.problems.back() == problem);
    }
  }
  CHECK(judged({{"expect.minServices", "9"}, {"expect.services", "a,b"}})->diagnostics.codes() == "1007 1007 1007");
}

TEST_CASE("names: --exclude before --include, nothing given lets all pass") {
  struct Row {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    std::string_view name;
    std::string_view refusal;  ///< empty: wanted
  };
  const std::vector<Row> rows = {
      {{}, {}, "pay", ""},
      {{"pay*"}, {}, "payments", ""},
      {{"pay*"}, {}, "web", "left out: no --include matches"},
      {{"web", "pay"}, {}, "pay", ""},
      {{}, {"test-*"}, "test-a", "left out: --exclude matches"},
      {{}, {"test-*"}, "pay", ""},
      {{"test-*"}, {"test-b"}, "test-b", "left out: --exclude matches"},
      {{"test-*"}, {"test-b"}, "test-a", ""},
      {{"Pay"}, {}, "pay", "left out: no --include matches"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(NameFilter({row.include, row.exclude}).refusal(row.name).value_or("") == row.refusal);
  }
}

TEST_CASE("timestamp: RFC 3339 in UTC, to the second, rounded down") {
  using std::chrono::system_clock;
  CHECK(timestamp(system_clock::from_time_t(0)) == "1970-01-01T00:00:00Z");
  CHECK(timestamp(system_clock::from_time_t(1'700'000'000) + std::chrono::milliseconds(999)) == "2023-11-14T22:13:20Z");
}

}  // namespace
}  // namespace r2i::sources
