// Services whose object is to have another name or namespace.

#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::addresses;
using testing::as_workloads;
using testing::changes_of;
using testing::held_of;
using testing::Origin;
using testing::Planning;
using testing::service_entry;

const Origin kElsewhere{"consul", "dc1", "elsewhere"};
const ServiceEntry kOld = service_entry("pay", {"10.0.0.1", "10.0.0.2"});
const ServiceEntry kNew = service_entry("pay", {"10.0.0.1", "10.0.0.2"}, kElsewhere);

/// The same service under another host, and so another name.
ServiceEntry renamed(ServiceEntry entry) {
  entry.meta.annotations.emplace_back(mark::kService, "pay");
  entry.meta.name = "payments.mesh";
  entry.hosts = {"payments.mesh"};
  return entry;
}

TEST_CASE("move: another namespace is refused, and both sides are told") {
  Planning planning;
  planning.have(kOld);
  planning.want(kNew);
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  REQUIRE(held_of(plan) ==
          "move: create ServiceEntry elsewhere/pay.service.consul\n"
          "move: delete ServiceEntry mesh/pay.service.consul");
  CHECK(plan.held[0].why == "the service has ServiceEntry mesh/pay.service.consul already");
  CHECK(plan.held[1].why == "the service is now ServiceEntry elsewhere/pay.service.consul");
  for (const Held& held : plan.held) CHECK(held.remedy == "--allow-move");
}

TEST_CASE("move: another name is refused, too") {
  Planning planning;
  planning.have(kOld);
  planning.want(renamed(kOld));
  CHECK(held_of(planning.plan()) ==
        "move: delete ServiceEntry mesh/pay.service.consul\n"
        "move: create ServiceEntry mesh/payments.mesh");
}

TEST_CASE("move: an alias comes and goes beside the entry of its service") {
  ServiceEntry alias = renamed(kOld);
  alias.meta.annotations.emplace_back(mark::kAliasOf, "pay.service.consul");
  Planning planning;
  planning.keep(kOld);
  planning.want(alias);
  CHECK(changes_of(planning.plan()) == "create ServiceEntry mesh/payments.mesh");
  Planning without;
  without.keep(kOld);
  without.have(alias);
  CHECK(changes_of(without.plan()) == "empty ServiceEntry mesh/payments.mesh");
  CHECK(held_of(without.plan()).empty());
}

TEST_CASE("move: a service of the same name in another scope is another service") {
  Planning planning;
  planning.want(renamed(kOld));
  planning.keep(service_entry("web", {"10.0.1.1"}));
  planning.have(service_entry("pay", {"10.0.0.1"}, {"consul", "dc2"}));
  planning.have(service_entry("pay", {"10.0.0.1"}, {"other", "dc1", "third"}));
  CHECK(changes_of(planning.plan()) == "create ServiceEntry mesh/payments.mesh");
}

TEST_CASE("move: --allow-move creates the new one, then deletes the old one") {
  Planning planning;
  planning.policy.allow_move = true;
  planning.have(kOld);
  planning.want(kNew);
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "create ServiceEntry elsewhere/pay.service.consul\n"
        "delete ServiceEntry mesh/pay.service.consul");
  CHECK(plan.changes[0].phase < plan.changes[1].phase);
  CHECK(plan.changes[0].group == plan.changes[1].group);
  CHECK(plan.changes[1].note == "moved to ServiceEntry elsewhere/pay.service.consul");
  REQUIRE(plan.changes[1].live);
  CHECK(planning.write(plan).empty());
  CHECK(planning.plan().unchanged == 1);
  CHECK(planning.cluster.keys().size() == 1);
}

TEST_CASE("move: with WorkloadEntries, too") {
  Planning planning;
  planning.have(as_workloads(kOld));
  planning.want(as_workloads(kNew));
  CHECK(changes_of(planning.plan()).empty());
  CHECK(planning.plan().held.size() == 6);
  planning.policy.allow_move = true;
  CHECK(changes_of(planning.plan()) ==
        "create WorkloadEntry elsewhere/pay.service.consul-10-0-0-1\n"
        "create WorkloadEntry elsewhere/pay.service.consul-10-0-0-2\n"
        "create ServiceEntry elsewhere/pay.service.consul\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-2\n"
        "delete ServiceEntry mesh/pay.service.consul");
  CHECK(planning.run().empty());
  CHECK(planning.plan().unchanged == 3);
}

TEST_CASE("move: one that was interrupted after the creation is finished by the next run") {
  Planning planning;
  planning.policy.allow_move = true;
  planning.have(kOld);
  planning.want(kNew);
  const Plan plan = planning.plan();
  planning.write(plan, [](const Change& change) { return change.action == Action::remove; });
  CHECK(planning.cluster.keys().size() == 2);
  CHECK(changes_of(planning.plan()) == "delete ServiceEntry mesh/pay.service.consul");
  // Without the flag the one that is left over is refused, and told.
  planning.policy.allow_move = false;
  CHECK(changes_of(planning.plan()).empty());
  CHECK(held_of(planning.plan()) == "move: delete ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("move: the old object stays where the new one cannot be created") {
  Planning planning;
  planning.policy.allow_move = true;
  planning.have(kOld);
  planning.want(kNew);
  ServiceEntry foreign = kNew;
  foreign.meta.labels.clear();
  planning.cluster.put(foreign, "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) ==
        "foreign: update ServiceEntry elsewhere/pay.service.consul\n"
        "foreign: delete ServiceEntry mesh/pay.service.consul");
  CHECK(plan.held[1].why == "it waits for ServiceEntry elsewhere/pay.service.consul");
}

TEST_CASE("move: the deletion is none for the guard of deletions") {
  Planning planning;
  planning.policy.allow_move = true;
  planning.policy.max_delete = 0;
  planning.policy.max_delete_percent = 0;
  for (const char* name : {"a", "b", "c"}) {
    planning.have(service_entry(name, {"10.0.0.1"}));
    planning.want(service_entry(name, {"10.0.0.1"}, kElsewhere));
  }
  CHECK(planning.plan().count(Action::remove) == 3);
}

TEST_CASE("move: endpoints that get lost on the way are counted") {
  Planning planning;
  planning.policy.allow_move = true;
  planning.have(service_entry("pay", addresses(10)));
  SUBCASE("none are") {
    planning.want(service_entry("pay", addresses(10, 7), kElsewhere));
    CHECK(held_of(planning.plan()).empty());
  }
  SUBCASE("most are") {
    planning.want(service_entry("pay", addresses(4), kElsewhere));
    const Plan plan = planning.plan();
    CHECK(held_of(plan) == "max-shrink: delete ServiceEntry mesh/pay.service.consul");
    CHECK(plan.held.front().why == "consul/dc1 would lose 6 of its 10 endpoints, more than 50 %");
  }
  SUBCASE("most are, with WorkloadEntries: the old entry stays with them") {
    planning.cluster = {};
    planning.have(as_workloads(service_entry("pay", addresses(3))));
    planning.want(as_workloads(service_entry("pay", addresses(1), kElsewhere)));
    CHECK(held_of(planning.plan()) ==
          "max-shrink: delete ServiceEntry mesh/pay.service.consul\n"
          "max-shrink: delete WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
          "max-shrink: delete WorkloadEntry mesh/pay.service.consul-10-0-0-2\n"
          "max-shrink: delete WorkloadEntry mesh/pay.service.consul-10-0-0-3");
  }
}

TEST_CASE("move: a service that was read in full moves, though its scope was not") {
  Planning planning;
  planning.wanted.scopes = {{"consul", "dc1", false}};
  planning.policy.allow_move = true;
  planning.have(kOld);
  planning.want(kNew);
  CHECK(planning.plan().changes.size() == 2);
}

}  // namespace
}  // namespace r2i::plan
