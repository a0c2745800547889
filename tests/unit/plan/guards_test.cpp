#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace r2i::plan {
namespace {

using testing::addresses;
using testing::as_workloads;
using testing::changes_of;
using testing::first_held;
using testing::held_of;
using testing::Json;
using testing::Origin;
using testing::Planning;
using testing::service_entry;
using namespace std::chrono_literals;

const Origin kDc2{"consul", "dc2"};

std::string name(const std::string& prefix, std::size_t number) {
  return fmt::format("{}{:02}", prefix, number);
}

/// `staying` services that are as they should be, `going` ones that were emptied long ago and may be pruned.
struct Pruning : Planning {
  Pruning(std::size_t staying, std::size_t going, const Origin& origin = {}) {
    policy.prune = true;
    policy.max_shrink_percent = 100;
    add(staying, going, origin);
  }
  void add(std::size_t staying, std::size_t going, const Origin& origin = {}) {
    for (std::size_t i = 0; i < staying; ++i) {
      keep(service_entry(name("stay-" + origin.scope + "-", i), {"10.0.0.1"}, origin));
    }
    for (std::size_t i = 0; i < going; ++i) {
      ServiceEntry entry = service_entry(name("go-" + origin.scope + "-", i), {}, origin);
      entry.meta.annotations.emplace_back(mark::kGoneSince, "2026-01-01T00:00:00Z");
      have(entry);
    }
  }
};

TEST_CASE("max-delete: as many as allowed go") {
  Pruning planning(90, 10);
  CHECK(planning.plan().count(Action::remove) == 10);
  CHECK(held_of(planning.plan()).empty());
}

TEST_CASE("max-delete: one more, and none goes; all else is done") {
  Pruning planning(90, 11);
  planning.want(service_entry("new", {"10.0.0.1"}));
  Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create ServiceEntry mesh/new.service.consul");
  REQUIRE(plan.held.size() == 11);
  for (const Held& held : plan.held) {
    CHECK((held.by == Held::By::max_delete));
    CHECK(held.is_guard());
    CHECK((held.change.action == Action::remove));
    CHECK(held.why == "11 of the 101 ServiceEntries of consul/dc1 would be deleted");
    CHECK(held.remedy == "--max-delete 11");
  }
  planning.policy.max_delete = 11;
  plan = planning.plan();
  CHECK(plan.count(Action::remove) == 11);
  CHECK(held_of(plan).empty());
}

TEST_CASE("max-delete-percent: of the live ServiceEntries of the scope") {
  Pruning as_many(7, 3);
  CHECK(as_many.plan().count(Action::remove) == 3);
  Pruning planning(6, 3);
  CHECK(planning.plan().count(Action::remove) == 0);
  REQUIRE(planning.plan().held.size() == 3);
  CHECK(first_held(planning.plan()).remedy == "--max-delete-percent 34");
  planning.policy.max_delete_percent = 34;
  CHECK(planning.plan().count(Action::remove) == 3);
}

TEST_CASE("max-delete: both limits are named where both are exceeded, and each by itself is not enough") {
  Pruning planning(1, 12);
  REQUIRE(planning.plan().held.size() == 12);
  CHECK(first_held(planning.plan()).remedy == "--max-delete 12 --max-delete-percent 93");
  planning.policy.max_delete = 12;
  CHECK(planning.plan().held.size() == 12);
  planning.policy.max_delete_percent = 93;
  CHECK(planning.plan().held.empty());
}

TEST_CASE("max-delete: one is always allowed") {
  Pruning planning(1, 1);
  CHECK(planning.plan().count(Action::remove) == 1);
  planning.policy.max_delete_percent = 0;
  CHECK(planning.plan().count(Action::remove) == 1);
}

TEST_CASE("max-delete: each scope by itself") {
  Pruning planning(5, 2);
  planning.wanted.scopes.push_back({"consul", "dc2"});
  planning.add(5, 6, kDc2);
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "delete ServiceEntry mesh/go-dc1-00.service.consul\n"
        "delete ServiceEntry mesh/go-dc1-01.service.consul");
  CHECK(plan.held.size() == 6);
  for (const Held& held : plan.held) CHECK(held.change.scope == "dc2");
}

TEST_CASE("max-delete: without --prune nothing is deleted, and nothing held") {
  Pruning planning(0, 12);
  planning.policy.prune = false;
  CHECK(held_of(planning.plan()).empty());
  CHECK(planning.plan().prunable.size() == 12);
}

TEST_CASE("max-delete: WorkloadEntries do not count") {
  Planning planning;
  planning.have(as_workloads(service_entry("pay", addresses(30))));
  planning.want(as_workloads(service_entry("pay", addresses(16))));
  CHECK(planning.plan().count(Action::remove) == 14);
}

TEST_CASE("max-shrink-percent: of the live endpoints of the scope; what shrinks waits, the rest is done") {
  Planning planning;
  planning.have(service_entry("a", addresses(10)));
  planning.have(service_entry("b", addresses(10, 1)));
  planning.want(service_entry("a", addresses(2)));
  SUBCASE("half of them is not more than half") {
    planning.want(service_entry("b", addresses(8, 1)));
    CHECK(planning.plan().count(Action::update) == 2);
    CHECK(held_of(planning.plan()).empty());
  }
  SUBCASE("more than half") {
    planning.want(service_entry("b", addresses(7, 1)));
    planning.have(service_entry("c", addresses(0)));
    planning.want(service_entry("c", addresses(50, 2)));
    Plan plan = planning.plan();
    CHECK(changes_of(plan) == "update ServiceEntry mesh/c.service.consul");
    CHECK(held_of(plan) ==
          "max-shrink: update ServiceEntry mesh/a.service.consul\n"
          "max-shrink: update ServiceEntry mesh/b.service.consul");
    for (const Held& held : plan.held) {
      CHECK(held.why == "consul/dc1 would lose 11 of its 20 endpoints, more than 50 %");
      CHECK(held.remedy == "--max-shrink-percent 55");
    }
    planning.policy.max_shrink_percent = 55;
    CHECK(planning.plan().count(Action::update) == 3);
  }
}

TEST_CASE("max-shrink-percent: a change that takes no endpoints is let through") {
  Planning planning;
  planning.have(service_entry("a", addresses(10)));
  planning.have(service_entry("b", addresses(1, 1)));
  planning.want(service_entry("a", addresses(1)));
  ServiceEntry labelled = service_entry("b", addresses(1, 1));
  labelled.resolution = Resolution::dns;
  planning.want(labelled);
  CHECK(changes_of(planning.plan()) == "update ServiceEntry mesh/b.service.consul");
  CHECK(held_of(planning.plan()) == "max-shrink: update ServiceEntry mesh/a.service.consul");
}

TEST_CASE("max-shrink-percent: new addresses for all instances are no loss, in either layout") {
  Planning planning;
  planning.policy.max_shrink_percent = 0;
  const ServiceEntry before = service_entry("pay", addresses(5));
  const ServiceEntry after = service_entry("pay", addresses(5, 9));
  SUBCASE("inline") {
    planning.have(before);
    planning.want(after);
    CHECK(planning.plan().changes.size() == 1);
  }
  SUBCASE("workload-entries") {
    planning.have(as_workloads(before));
    planning.want(as_workloads(after));
    CHECK(planning.plan().changes.size() == 10);
  }
  CHECK(held_of(planning.plan()).empty());
}

TEST_CASE("max-shrink-percent: WorkloadEntries that go without being replaced are a loss; new ones come") {
  Planning planning;
  planning.have(as_workloads(service_entry("pay", addresses(5))));
  planning.want(as_workloads(service_entry("pay", addresses(2, 9))));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "create WorkloadEntry mesh/pay.service.consul-10-0-9-1\n"
        "create WorkloadEntry mesh/pay.service.consul-10-0-9-2");
  CHECK(plan.held.size() == 5);
  CHECK(first_held(plan).why == "consul/dc1 would lose 3 of its 5 endpoints, more than 50 %");
}

TEST_CASE("max-shrink-percent: emptied services count, with all their endpoints") {
  Planning planning;
  planning.keep(service_entry("stay", addresses(4)));
  planning.have(service_entry("go", addresses(5, 1)));
  planning.want(service_entry("new", addresses(90, 2)));
  const Plan plan = planning.plan();
  CHECK(held_of(plan) == "max-shrink: empty ServiceEntry mesh/go.service.consul");
  CHECK(changes_of(plan) == "create ServiceEntry mesh/new.service.consul");
}

TEST_CASE("max-shrink-percent: each scope by itself") {
  Planning planning;
  planning.wanted.scopes.push_back({"consul", "dc2"});
  planning.keep(service_entry("big", addresses(100)));
  planning.have(service_entry("small", addresses(3), kDc2));
  planning.want(service_entry("small", addresses(1), kDc2));
  CHECK(held_of(planning.plan()) == "max-shrink: update ServiceEntry mesh/small.service.consul");
}

TEST_CASE("max-shrink-percent: endpoints that are kept are not lost") {
  Planning planning;
  planning.have(service_entry("a", addresses(10)));
  planning.want(service_entry("a", addresses(6)));
  planning.have(service_entry("b", addresses(10)));
  planning.wanted.withheld_hosts = {"b.service.consul"};
  CHECK(held_of(planning.plan()).empty());
}

TEST_CASE("max-shrink-percent: a WorkloadEntry that is left alone does not hide the loss of the others") {
  Planning planning;
  planning.have(as_workloads(service_entry("pay", addresses(10))));
  planning.want(as_workloads(service_entry("pay", addresses(2))));
  const ServiceEntry stale = service_entry("pay", {"10.0.9.9"}, {"old", "dc1"});
  planning.have(testing::workload_of(stale, stale.endpoints.front()));
  CHECK(planning.plan().count(Action::remove) == 0);
  CHECK(planning.plan().held.size() == 8);
}

TEST_CASE("empty scope: nothing desired while something is live") {
  Planning planning;
  planning.policy.max_shrink_percent = 100;
  planning.have(service_entry("a", addresses(1)));
  planning.have(as_workloads(service_entry("b", addresses(2))));
  Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) ==
        "empty-scope: empty ServiceEntry mesh/a.service.consul\n"
        "empty-scope: empty ServiceEntry mesh/b.service.consul\n"
        "empty-scope: delete WorkloadEntry mesh/b.service.consul-10-0-0-1\n"
        "empty-scope: delete WorkloadEntry mesh/b.service.consul-10-0-0-2");
  CHECK(first_held(plan).why == "consul/dc1 has no service at all, where 2 ServiceEntries are live");
  CHECK(first_held(plan).remedy == "--allow-empty consul/dc1");
  CHECK(first_held(plan).is_guard());
}

TEST_CASE("empty scope: --allow-empty is the only way, and it is enough") {
  Planning planning;
  planning.have(service_entry("a", addresses(1)));
  planning.have(service_entry("b", addresses(2)));
  planning.policy.max_delete = 1000;
  planning.policy.max_delete_percent = 100;
  planning.policy.max_shrink_percent = 100;
  planning.policy.force_conflicts = true;
  planning.policy.allow_empty = {"consul", "consul/dc2"};
  CHECK(changes_of(planning.plan()).empty());
  planning.policy = Planning().policy;
  planning.policy.allow_empty = {"consul/dc1"};
  CHECK(planning.plan().count(Action::empty) == 2);
  CHECK(held_of(planning.plan()).empty());
  // Later, when they are to be deleted, the number of deletions counts still.
  CHECK(planning.run().empty());
  planning.policy.prune = true;
  planning.policy.now += 24h;
  CHECK(planning.plan().count(Action::remove) == 2);
  planning.policy.max_delete = 1;
  REQUIRE(planning.plan().held.size() == 2);
  CHECK(first_held(planning.plan()).remedy == "--max-delete 2");
}

TEST_CASE("empty scope: --allow-empty of a scope that is not empty changes nothing") {
  Planning planning;
  planning.policy.allow_empty = {"consul/dc1"};
  planning.keep(service_entry("a", addresses(1)));
  planning.have(service_entry("b", addresses(2)));
  CHECK(held_of(planning.plan()) == "max-shrink: empty ServiceEntry mesh/b.service.consul");
}

TEST_CASE("empty scope: what was emptied before is not deleted either") {
  Pruning planning(0, 1);
  CHECK(held_of(planning.plan()) == "empty-scope: delete ServiceEntry mesh/go-dc1-00.service.consul");
  CHECK(first_held(planning.plan()).why == "consul/dc1 has no service at all, where 1 ServiceEntry is live");
}

TEST_CASE("empty scope: WorkloadEntries alone are something, too") {
  Planning planning;
  planning.policy.max_shrink_percent = 100;
  planning.have(as_workloads(service_entry("a", addresses(2))));
  planning.cluster.remove({"mesh", "ServiceEntry", "a.service.consul"});
  CHECK(held_of(planning.plan()) ==
        "empty-scope: delete WorkloadEntry mesh/a.service.consul-10-0-0-1\n"
        "empty-scope: delete WorkloadEntry mesh/a.service.consul-10-0-0-2");
}

TEST_CASE("empty scope: another scope that has services does not help") {
  Planning planning;
  planning.wanted.scopes.push_back({"consul", "dc2"});
  planning.have(service_entry("a", addresses(1)));
  planning.keep(service_entry("b", addresses(1), kDc2));
  CHECK(held_of(planning.plan()) == "empty-scope: empty ServiceEntry mesh/a.service.consul");
}

TEST_CASE("empty scope: an empty scope without anything live is fine") {
  const Planning planning;
  CHECK(held_of(planning.plan()).empty());
  CHECK((planning.plan().scopes.at({"consul", "dc1"}).live_entries == 0));
}

TEST_CASE("prune-source: whoever names a source has said that all of it may go, but not how many at once") {
  Planning planning;
  planning.keep(service_entry("stay", addresses(1)));
  planning.policy.prune_sources = {"old"};
  for (std::size_t i = 0; i < 11; ++i) planning.have(service_entry(name("x", i), addresses(2), {"old", "dc1"}));
  CHECK(planning.plan().count(Action::empty) == 11);
  CHECK(held_of(planning.plan()).empty());
  CHECK(planning.run().empty());
  planning.policy.prune = true;
  planning.policy.now += 24h;
  REQUIRE(planning.plan().held.size() == 11);
  CHECK(first_held(planning.plan()).remedy == "--max-delete 11");
  planning.policy.max_delete = 11;
  CHECK(planning.plan().count(Action::remove) == 11);
}

TEST_CASE("old snapshot: deletes and shrinks nothing, creates and updates the rest") {
  Pruning planning(9, 1);
  planning.wanted.scopes = {{"consul", "dc1", true, "14 minutes old"}};
  planning.have(service_entry("gone", addresses(1)));
  planning.have(service_entry("gone-empty", {}));
  planning.have(service_entry("less", addresses(2)));
  planning.want(service_entry("less", addresses(1)));
  planning.have(as_workloads(service_entry("less-wl", addresses(2))));
  planning.want(as_workloads(service_entry("less-wl", addresses(1))));
  planning.have(service_entry("more", addresses(1)));
  planning.want(service_entry("more", addresses(2)));
  planning.have(service_entry("other", addresses(2)));
  planning.want(service_entry("other", addresses(2, 7)));
  planning.want(service_entry("new", addresses(1)));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "update ServiceEntry mesh/more.service.consul\n"
        "create ServiceEntry mesh/new.service.consul\n"
        "update ServiceEntry mesh/other.service.consul");
  CHECK(held_of(plan) ==
        "old-snapshot: delete ServiceEntry mesh/go-dc1-00.service.consul\n"
        "old-snapshot: empty ServiceEntry mesh/gone-empty.service.consul\n"
        "old-snapshot: empty ServiceEntry mesh/gone.service.consul\n"
        "old-snapshot: update ServiceEntry mesh/less.service.consul\n"
        "old-snapshot: delete WorkloadEntry mesh/less-wl.service.consul-10-0-0-2");
  for (const Held& held : plan.held) {
    CHECK(held.why == "the snapshot of consul/dc1 is 14 minutes old");
    CHECK(held.remedy == "--max-snapshot-age 0");
    CHECK(held.is_guard());
  }
}

TEST_CASE("old snapshot: one scope's age is nothing to another") {
  Planning planning;
  planning.wanted.scopes = {{"consul", "dc1", true, "14 minutes old"}, {"consul", "dc2"}};
  planning.keep(service_entry("a", addresses(3), kDc2));
  planning.have(service_entry("b", addresses(1), kDc2));
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/b.service.consul");
}

TEST_CASE("guards: what is held for another reason does not count") {
  Pruning planning(10, 0);
  planning.policy.max_shrink_percent = 50;
  planning.have(service_entry("edited", addresses(100)));
  planning.want(service_entry("edited", addresses(1)));
  planning.cluster.edit({"mesh", "ServiceEntry", "edited.service.consul"}, "kubectl-edit",
                        [](Json& object) { object["spec"]["endpoints"].erase(0); });
  planning.have(service_entry("less", addresses(3)));
  planning.want(service_entry("less", addresses(1)));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "update ServiceEntry mesh/less.service.consul");
  CHECK(held_of(plan) == "conflict: update ServiceEntry mesh/edited.service.consul");
}

TEST_CASE("guards: adopted objects count with the endpoints that they have") {
  Planning planning;
  planning.policy.adopt = true;
  planning.cluster.put(service_entry("pay", addresses(10)), "kubectl");
  planning.want(service_entry("pay", addresses(4)));
  CHECK(held_of(planning.plan()) == "max-shrink: update ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("guards: the counts of a scope are of what is ours and in scope") {
  Planning planning;
  planning.keep(service_entry("a", addresses(3)));
  planning.have(as_workloads(service_entry("b", addresses(2))));
  planning.want(service_entry("c", addresses(7)));
  planning.cluster.put(service_entry("d", addresses(9)), "kubectl");
  const ScopeCounts counts = planning.plan().scopes.at({"consul", "dc1"});
  CHECK(counts.live_entries == 2);
  CHECK(counts.live_endpoints == 5);
  CHECK(counts.desired_entries == 2);
}

TEST_CASE("guards: each has a name of its own") {
  CHECK(to_string(Held::By::max_delete) == "max-delete");
  CHECK(to_string(Held::By::max_shrink) == "max-shrink");
  CHECK(to_string(Held::By::empty_scope) == "empty-scope");
  CHECK(to_string(Held::By::old_snapshot) == "old-snapshot");
  CHECK_FALSE(Held{Held::By::conflict, {}, "", ""}.is_guard());
  CHECK_FALSE(Held{Held::By::move, {}, "", ""}.is_guard());
}

}  // namespace
}  // namespace r2i::plan
