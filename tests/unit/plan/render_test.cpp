#include "plan/render.hpp"

#include "support/plans.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace r2i::plan {
namespace {

using testing::a_plan;
using testing::a_workload;
using testing::an_endpoint;
using testing::an_entry;
using testing::creation;
using testing::deletion;
using testing::update;

std::vector<Held> held(Held::By by, std::size_t count) {
  std::vector<Held> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back({by, deletion(an_entry(fmt::format("{}-{}", to_string(by), i), {})), "why", "remedy"});
  return all;
}

std::vector<ObjectKey> keys(std::size_t count) {
  std::vector<ObjectKey> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({"mesh", "ServiceEntry", fmt::format("k{}", i)});
  return all;
}

TEST_CASE("the counts, without zeros") {
  Plan plan = a_plan({});
  CHECK(counts_line(plan) == "no changes");
  plan.unchanged = 941;
  CHECK(counts_line(plan) == "no changes, 941 unchanged");
  plan.prunable = keys(1);
  CHECK(counts_line(plan) == "no changes, 941 unchanged; 1 would be deleted with --prune");

  const auto entry = [](const std::string& name) { return an_entry(name, {}); };
  plan.changes = {creation(entry("a")), creation(entry("b")), creation(entry("c")), update(entry("d"), entry("d"))};
  plan.prunable.clear();
  CHECK(counts_line(plan) == "3 to create, 1 to update, 941 unchanged");
  plan.changes.push_back(deletion(entry("e")));
  plan.changes.push_back(deletion(entry("f")));
  CHECK(counts_line(plan) == "3 to create, 1 to update, 2 to delete, 941 unchanged");
  plan.changes.push_back(update(entry("g"), entry("g"), Action::empty));
  plan.prunable = keys(3);
  CHECK(counts_line(plan) ==
        "3 to create, 1 to update, 1 to empty, 2 to delete, 941 unchanged; 3 more would be deleted with --prune");
  plan.changes = {creation(entry("a"))};
  CHECK(counts_line(plan) == "1 to create, 941 unchanged; 3 would be deleted with --prune");
}

TEST_CASE("what is held, kept and left alone is counted apart") {
  Plan plan = a_plan({});
  plan.unchanged = 7;
  plan.held = held(Held::By::conflict, 1);
  CHECK(counts_line(plan) == "nothing to do, 7 unchanged; 1 refused");
  for (const Held::By by : {Held::By::max_shrink, Held::By::foreign, Held::By::max_delete, Held::By::max_shrink}) {
    for (Held& one : held(by, 2)) plan.held.push_back(std::move(one));
  }
  CHECK(counts_line(plan) ==
        "nothing to do, 7 unchanged; 2 withheld by max-delete, 4 withheld by max-shrink, 3 refused");
  plan.held.clear();
  plan.kept = keys(12);
  plan.left_alone = keys(2);
  CHECK(counts_line(plan) == "no changes, 7 unchanged; 12 kept (not read in full); 2 left alone");
}

TEST_CASE("the names of what would change, as kubectl has them, by namespace, kind and name") {
  ServiceEntry other = an_entry("a.service.consul", {});
  other.meta.nspace = "shop";
  Plan plan = a_plan({creation(a_workload("web-1", an_endpoint("10.0.0.1"))), creation(other),
                      deletion(an_entry("b.service.consul", {})),
                      update(an_entry("a.service.consul", {}), an_entry("a.service.consul", {}))});
  plan.held = held(Held::By::conflict, 1);
  StringOutput out;
  render_names(out, plan);
  CHECK(out.text() ==
        "serviceentry.networking.istio.io/a.service.consul\n"
        "serviceentry.networking.istio.io/b.service.consul\n"
        "workloadentry.networking.istio.io/web-1\n"
        "serviceentry.networking.istio.io/a.service.consul\n");
}

}  // namespace
}  // namespace r2i::plan
