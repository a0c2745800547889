#include "transform/slots.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "transform/selection.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <random>
#include <string>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::offering;
using testing::with_metadata;

/// "http[8080,0]=GRPC (tag grpc)": each slot with the number of each instance, and what else was said.
std::string slots_of(const Service& service) {
  Collected diagnostics;
  const ServiceChoices choices = testing::no_choices();
  const std::vector<Candidate> candidates = registered(service, choices, diagnostics);
  std::string text;
  for (const Slot& slot : find_slots(service, candidates, choices.service, diagnostics)) {
    text += fmt::format("{}[{}]={} ({}) ", slot.key, fmt::join(slot.numbers, ","), slot.protocol.value,
                        slot.protocol.origin);
  }
  return text + diagnostics.codes();
}

TEST_CASE("slots: a port is told by its name, else by its position") {
  CHECK(slots_of(a_service("pay", {an_instance("10.0.0.1", {80, 81}), an_instance("10.0.0.2", {81, 80})})) ==
        "[80,81]=HTTP (default) #2[81,80]=HTTP (default) ");
  CHECK(slots_of(a_service("pay", {offering("10.0.0.1", {{80, "a", ""}}), offering("10.0.0.2", {{80, "b", ""}})})) ==
        "a[80,0]=HTTP (default) b[0,80]=HTTP (default) ");
}

TEST_CASE("slots: instances that differ in their metadata alone") {
  const Instance plain = an_instance("10.0.0.1");
  const Instance grpc = with_metadata({{"protocol", "grpc"}}, plain);
  CHECK(slots_of(a_service("pay", {plain, grpc, plain})) == "[8080,8080,8080]=GRPC (metadata protocol=grpc) ");
  CHECK(slots_of(a_service("pay", {grpc, plain, plain})) == "[8080,8080,8080]=GRPC (metadata protocol=grpc) ");
}

TEST_CASE("slots: instances that share their tags and ports come to the same as those that have their own") {
  std::mt19937 random(1);
  const auto one_of = [&](const auto& choices) { return choices[random() % choices.size()]; };
  const std::vector<SharedList> tags = {{}, {"grpc"}, {"https", "x"}, {"b"}};
  const std::vector<Pairs> metadata = {{}, {}, {{"protocol", "tcp"}}, {{"protocol", "?"}}, {{"env", "a"}}};
  const std::vector<Port> ports = {{80, "", ""},       {80, "", ""},    {8080, "", ""},  {443, "", ""},
                                   {80, "web", "tri"}, {81, "web", ""}, {80, "", "http"}};
  for (int round = 0; round < 500; ++round) {
    std::vector<Instance> shared;
    for (auto count = 1 + random() % 5; count > 0; --count) {
      Instance& instance = shared.emplace_back(with_metadata(one_of(metadata), an_instance("10.0.0.1", {})));
      instance.tags = one_of(tags);
      std::vector<Port> own;
      for (auto more = 1 + random() % 3; more > 0; --more) own.push_back(one_of(ports));
      const bool as_before = shared.size() > 1 && random() % 2 == 0;
      instance.ports = as_before ? shared[shared.size() - 2].ports : SharedPorts(std::move(own));
    }
    std::vector<Instance> own = shared;
    for (Instance& instance : own) {
      instance.tags.change([](auto& texts) {
        if (texts.empty()) texts.push_back("of nothing");  // which none would share
      });
    }
    CHECK(slots_of(a_service("pay", shared)) == slots_of(a_service("pay", own)));
  }
}

}  // namespace
}  // namespace r2i::transform
