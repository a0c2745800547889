// From inline endpoints to WorkloadEntries and back.

#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::addresses;
using testing::as_workloads;
using testing::changes_of;
using testing::held_of;
using testing::Planning;
using testing::service_entry;

const ServiceEntry kPay = service_entry("pay", {"10.0.0.1", "10.0.0.2"});

TEST_CASE("layout: to WorkloadEntries, they come first, then the entry that selects them") {
  Planning planning;
  planning.have(kPay);
  planning.want(as_workloads(kPay));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "create WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
        "create WorkloadEntry mesh/pay.service.consul-10-0-0-2\n"
        "update ServiceEntry mesh/pay.service.consul");
  CHECK((plan.changes[0].phase == Phase::add_workloads));
  CHECK((plan.changes[2].phase == Phase::write_entries));
  for (const Change& change : plan.changes) CHECK(change.group == plan.changes[0].group);
  CHECK(planning.write(plan).empty());
  CHECK(planning.plan().unchanged == 3);
  CHECK(planning.plan().changes.empty());
}

TEST_CASE("layout: the entry is switched only if all its WorkloadEntries exist") {
  Planning planning;
  planning.have(kPay);
  planning.want(as_workloads(kPay));
  const std::string before = planning.cluster.dump(key_of(kPay));
  planning.write(planning.plan(), [](const Change& change) { return change.key.name.ends_with("-2"); });
  CHECK(planning.cluster.dump(key_of(kPay)) == before);
  CHECK(planning.cluster.keys().size() == 2);
  CHECK(changes_of(planning.plan()) ==
        "create WorkloadEntry mesh/pay.service.consul-10-0-0-2\n"
        "update ServiceEntry mesh/pay.service.consul");
  CHECK(planning.run().empty());
  CHECK(planning.plan().unchanged == 3);
}

TEST_CASE("layout: back to inline, the entry comes first, then the WorkloadEntries go") {
  Planning planning;
  planning.have(as_workloads(kPay));
  planning.want(kPay);
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "update ServiceEntry mesh/pay.service.consul\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-2");
  CHECK(plan.changes[0].group == plan.changes[1].group);
  CHECK(planning.write(plan).empty());
  CHECK(planning.cluster.keys().size() == 1);
  CHECK(planning.plan().unchanged == 1);
}

TEST_CASE("layout: back to inline, no WorkloadEntry goes where the entry could not be written") {
  Planning planning;
  planning.have(as_workloads(kPay));
  planning.want(kPay);
  planning.write(planning.plan(), [](const Change& change) { return change.action == Action::update; });
  CHECK(planning.cluster.keys().size() == 3);
  CHECK(planning.run().empty());
  CHECK(planning.plan().unchanged == 1);
}

TEST_CASE("layout: a switch loses no endpoints, however strict the guard, interrupted or not") {
  for (const bool to_workloads : {true, false}) {
    for (const std::size_t writes : {0, 1, 2, 3, 4}) {
      CAPTURE(to_workloads);
      CAPTURE(writes);
      Planning planning;
      planning.policy.max_shrink_percent = 0;
      const ServiceEntry pay = service_entry("pay", addresses(3));
      const std::vector<Manifest> workloads = as_workloads(pay);
      planning.have(to_workloads ? std::vector<Manifest>{pay} : workloads);
      planning.want(to_workloads ? workloads : std::vector<Manifest>{pay});
      Plan plan = planning.plan();
      CHECK(plan.changes.size() == 4);
      CHECK(plan.scopes.at({"consul", "dc1"}).live_endpoints == 3);
      plan.changes.resize(writes);
      CHECK(planning.write(plan).empty());
      CHECK(planning.plan().scopes.at({"consul", "dc1"}).live_endpoints == 3);
      CHECK(held_of(planning.plan()).empty());
      CHECK(planning.run().empty());
      CHECK(planning.plan().changes.empty());
    }
  }
}

TEST_CASE("layout: endpoints that get lost with a switch are counted") {
  for (const bool to_workloads : {true, false}) {
    CAPTURE(to_workloads);
    Planning planning;
    const ServiceEntry all = service_entry("pay", addresses(10));
    const ServiceEntry few = service_entry("pay", addresses(4));
    if (to_workloads) {
      planning.have(all);
      planning.want(as_workloads(few));
    } else {
      planning.have(as_workloads(all));
      planning.want(few);
    }
    const Plan plan = planning.plan();
    REQUIRE_FALSE(plan.held.empty());
    for (const Held& held : plan.held) {
      CHECK((held.by == Held::By::max_shrink));
      CHECK(held.why == "consul/dc1 would lose 6 of its 10 endpoints, more than 50 %");
    }
    // What is left lets every endpoint be.
    CHECK(planning.write(plan).empty());
    CHECK(planning.plan().scopes.at({"consul", "dc1"}).live_endpoints == 10);
  }
}

TEST_CASE("layout: held endpoints hold the entry that would select them") {
  Planning planning;
  planning.have(kPay);
  planning.want(as_workloads(kPay));
  WorkloadEntry foreign;
  foreign.meta = {{}, {}, "pay.service.consul-10-0-0-1", "mesh"};
  foreign.spec.address = "10.9.9.9";
  planning.cluster.put(foreign, "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create WorkloadEntry mesh/pay.service.consul-10-0-0-2");
  CHECK(held_of(plan) ==
        "foreign: update ServiceEntry mesh/pay.service.consul\n"
        "foreign: update WorkloadEntry mesh/pay.service.consul-10-0-0-1");
}

}  // namespace
}  // namespace r2i::plan
