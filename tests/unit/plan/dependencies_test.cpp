// Changes that wait for one that is held.

#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::addresses;
using testing::as_workloads;
using testing::changes_of;
using testing::held_of;
using testing::Json;
using testing::Planning;
using testing::service_entry;

const ObjectKey kPay{"mesh", "ServiceEntry", "pay.service.consul"};

ObjectKey workload(int number) {
  return {"mesh", "WorkloadEntry", "pay.service.consul-10-0-0-" + std::to_string(number)};
}

/// `pay` with WorkloadEntries, of which one goes and one comes.
struct Rolling : Planning {
  Rolling() {
    have(as_workloads(service_entry("pay", {"10.0.0.1", "10.0.0.2"})));
    want(as_workloads(service_entry("pay", {"10.0.0.2", "10.0.0.3"})));
  }
};

TEST_CASE("dependencies: a ServiceEntry that is held holds everything of its service, and nothing of others") {
  Rolling planning;
  planning.want(service_entry("web", {"10.0.1.1"}));
  planning.cluster.edit(kPay, "kubectl-edit", [](Json& object) { object["spec"]["resolution"] = "DNS"; });
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create ServiceEntry mesh/web.service.consul");
  CHECK(held_of(plan) ==
        "conflict: update ServiceEntry mesh/pay.service.consul\n"
        "conflict: delete WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
        "conflict: create WorkloadEntry mesh/pay.service.consul-10-0-0-3");
  CHECK(plan.held[1].why == "it waits for ServiceEntry mesh/pay.service.consul");
  CHECK(plan.held[1].remedy == "--force-conflicts");
}

TEST_CASE("dependencies: a WorkloadEntry that cannot be made holds what comes after the WorkloadEntries") {
  Rolling planning;
  WorkloadEntry foreign;
  foreign.meta = {{}, {}, workload(3).name, "mesh"};
  foreign.spec.address = "10.9.9.9";
  planning.cluster.put(foreign, "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) ==
        "foreign: delete WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
        "foreign: update WorkloadEntry mesh/pay.service.consul-10-0-0-3");
  CHECK(plan.held[0].why == "it waits for WorkloadEntry mesh/pay.service.consul-10-0-0-3");
  CHECK(plan.held[0].remedy == "--adopt");
}

TEST_CASE("dependencies: a WorkloadEntry of ours that somebody has edited is there, and holds nothing") {
  Rolling planning;
  planning.cluster.edit(workload(2), "kubectl-edit", [](Json& object) { object["spec"]["address"] = "10.9.9.9"; });
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "create WorkloadEntry mesh/pay.service.consul-10-0-0-3\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-1");
  CHECK(held_of(plan) == "conflict: update WorkloadEntry mesh/pay.service.consul-10-0-0-2");
}

TEST_CASE("dependencies: by phase, then by object") {
  Rolling planning;
  planning.policy.max_shrink_percent = 100;
  planning.have(service_entry("a", {"10.0.5.1"}));
  planning.want(service_entry("b", {"10.0.6.1"}));
  planning.want(as_workloads(service_entry("c", {"10.0.7.1"})));
  CHECK(changes_of(planning.plan()) ==
        "create WorkloadEntry mesh/c.service.consul-10-0-7-1\n"
        "create WorkloadEntry mesh/pay.service.consul-10-0-0-3\n"
        "empty ServiceEntry mesh/a.service.consul\n"
        "create ServiceEntry mesh/b.service.consul\n"
        "create ServiceEntry mesh/c.service.consul\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-1");
}

}  // namespace
}  // namespace r2i::plan
