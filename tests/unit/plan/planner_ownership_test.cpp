// Whose an object is, and what that lets us do with it.

#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::as_workloads;
using testing::changes_of;
using testing::first_held;
using testing::held_of;
using testing::Json;
using testing::keys_of;
using testing::Origin;
using testing::Planning;
using testing::service_entry;

const ServiceEntry kPay = service_entry("pay", {"10.0.0.1", "10.0.0.2"});
const ServiceEntry kWeb = service_entry("web", {"10.0.1.1"});
const ObjectKey kPayKey = key_of(kPay);

/// A change of this object, wherever it is.
const Change& only_change(const Plan& plan) {
  REQUIRE(plan.changes.size() == 1);
  return plan.changes.front();
}

const Held& only_held(const Plan& plan) {
  REQUIRE(plan.held.size() == 1);
  return plan.held.front();
}

TEST_CASE("planner: what is missing is created") {
  Planning planning;
  planning.want(kPay);
  const Plan plan = planning.plan();
  const Change& change = only_change(plan);
  CHECK(changes_of(plan) == "create ServiceEntry mesh/pay.service.consul");
  CHECK_FALSE(change.live);
  CHECK_FALSE(change.before);
  CHECK((change.after == Manifest(kPay)));
  CHECK_FALSE(change.force);
  CHECK(change.source == "consul");
  CHECK(change.scope == "dc1");
  CHECK(change.service == "pay");
  CHECK((change.phase == Phase::write_entries));
  CHECK(plan.unchanged == 0);
}

TEST_CASE("planner: what is there is found whatever the order in which it is wanted") {
  Planning planning;
  for (const std::string name : {"c", "a", "d", "b"}) planning.keep(service_entry(name, {"10.0.0.1"}));
  planning.want(service_entry("aa", {"10.0.0.1"}));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create ServiceEntry mesh/aa.service.consul");
  CHECK(plan.unchanged == 4);
}

TEST_CASE("planner: what is as it should be is left as it is, istiod's status and all") {
  Planning planning;
  planning.keep(kPay);
  planning.keep(as_workloads(kWeb));
  planning.cluster.write_status(kPayKey);
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan).empty());
  CHECK(plan.unchanged == 3);
}

TEST_CASE("planner: an update tells what the object was, and what it is to be") {
  Planning planning;
  planning.have(kPay);
  ServiceEntry more = kPay;
  more.endpoints.push_back({"10.0.0.3", {}, "", "", {}, "", 0});
  planning.want(more);
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "update ServiceEntry mesh/pay.service.consul");
  const Change& change = only_change(plan);
  const LiveObject live = planning.cluster.live(kPayKey);
  REQUIRE(change.live);
  CHECK(change.live->uid == live.uid);
  CHECK(change.live->resource_version == live.resource_version);
  CHECK(change.live->generation == 1);
  CHECK((change.live->labels == meta_of(live.manifest).labels));
  CHECK((change.live->owned == *live.applied_by(planning.policy.manager)));
  CHECK((change.before == live.manifest));
  CHECK((change.after == Manifest(more)));
  CHECK_FALSE(change.force);
}

TEST_CASE("planner: service names come from the annotation, else from the host") {
  Planning planning;
  ServiceEntry odd = kPay;
  odd.meta.annotations.emplace_back(mark::kService, "Pay_Service");
  planning.want(odd);
  CHECK(only_change(planning.plan()).service == "Pay_Service");
}

TEST_CASE("owner: ours are the objects with our label and an Apply entry of our manager") {
  Planning planning;
  planning.want(kPay);
  SUBCASE("both") {
    planning.have(kPay);
    CHECK(held_of(planning.plan()).empty());
    CHECK(planning.plan().unchanged == 1);
    return;
  }
  SUBCASE("the label alone: copied, or from kubectl apply") {
    planning.cluster.put(kPay, "kubectl-client-side-apply");
  }
  SUBCASE("the label alone: applied by somebody else") {
    planning.cluster.apply(kPay, "argocd-controller");
  }
  SUBCASE("the label alone: our manager's name, but by an update") {
    planning.cluster.put(kPay, planning.policy.manager);
  }
  SUBCASE("the manager alone") {
    planning.have(kPay);
    planning.cluster.edit(kPayKey, "kubectl-edit",
                          [](Json& object) { object["metadata"]["labels"].erase("registry2istio.io/owner"); });
  }
  CHECK(held_of(planning.plan()) == "foreign: update ServiceEntry mesh/pay.service.consul");
  CHECK(first_held(planning.plan()).remedy == "--adopt");
  CHECK(changes_of(planning.plan()).empty());
}

TEST_CASE("owner: a foreign object is shown with whose it is, and what would become of it") {
  Planning planning;
  planning.want(kPay);
  ServiceEntry theirs = service_entry("pay", {"10.9.9.9"});
  theirs.meta.labels = {{"app", "pay"}};
  planning.cluster.put(theirs, "kubectl-client-side-apply");
  planning.cluster.write_status(kPayKey);
  const Plan plan = planning.plan();
  const Held& held = only_held(plan);
  CHECK(held.why == "it is not ours, but kubectl-client-side-apply's");
  CHECK_FALSE(held.is_guard());
  REQUIRE(held.change.before);
  CHECK(std::get<ServiceEntry>(*held.change.before).endpoints.front().address == "10.9.9.9");
  CHECK((held.change.after == Manifest(kPay)));
}

TEST_CASE("owner: foreign objects that we want nothing of do not show") {
  Planning planning;
  planning.keep(kPay);
  ServiceEntry copy = kWeb;
  planning.cluster.put(copy, "kubectl");
  planning.cluster.put(service_entry("x", {}, {"consul", "dc1", "mesh", "other"}), "registry2istio-other");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan).empty());
  CHECK(keys_of(plan.kept).empty());
  CHECK(plan.unchanged == 1);
  CHECK((plan.scopes.at({"consul", "dc1"}).live_entries == 1));
}

TEST_CASE("owner: two owners do not touch each other's objects, not even to adopt them") {
  Planning planning;
  planning.want(kPay);
  planning.policy.adopt = true;
  planning.policy.force_conflicts = true;
  planning.cluster.apply(service_entry("pay", {"10.0.0.1"}, {"consul", "dc1", "mesh", "other"}),
                         "registry2istio-other");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) == "other-owner: update ServiceEntry mesh/pay.service.consul");
  CHECK(only_held(plan).why == "it belongs to the owner \"other\"");
  CHECK(only_held(plan).remedy.empty());
}

TEST_CASE("adopt: a foreign object is taken over, by force, and is ours then") {
  Planning planning;
  planning.want(kPay);
  planning.policy.adopt = true;
  SUBCASE("with other content") {
    ServiceEntry theirs = service_entry("pay", {"10.9.9.9"});
    theirs.meta.labels = {{"app", "pay"}};
    planning.cluster.put(theirs, "kubectl-client-side-apply");
  }
  SUBCASE("with the same content: only the manager is missing") {
    planning.cluster.put(kPay, "kubectl-client-side-apply");
  }
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "update ServiceEntry mesh/pay.service.consul");
  const Change& change = only_change(plan);
  CHECK(change.note == "adopted: was kubectl-client-side-apply's");
  CHECK(change.force);
  CHECK(change.before);
  REQUIRE(change.live);
  CHECK(change.live->owned.empty());
  CHECK(planning.write(plan).empty());
  CHECK(changes_of(planning.plan()).empty());
  CHECK(planning.plan().unchanged == 1);
}

TEST_CASE("adopt: an object of ours that lost its label comes back to us") {
  Planning planning;
  planning.keep(kPay);
  planning.policy.adopt = true;
  planning.cluster.edit(kPayKey, "kubectl-edit",
                        [](Json& object) { object["metadata"]["labels"].erase("registry2istio.io/owner"); });
  const Plan plan = planning.plan();
  CHECK(only_change(plan).note == "adopted");
  CHECK(planning.write(plan).empty());
  CHECK(planning.plan().unchanged == 1);
}

TEST_CASE("adopt: what others have beyond what we send stays") {
  Planning planning;
  planning.want(kPay);
  planning.policy.adopt = true;
  ServiceEntry theirs = kPay;
  theirs.meta.labels = {{"app", "pay"}};
  theirs.export_to = {"."};
  planning.cluster.put(theirs, "kubectl");
  CHECK(planning.run().empty());
  const Manifest now = planning.cluster.live(kPayKey).manifest;
  CHECK(find_value(meta_of(now).labels, "app") == "pay");
  CHECK(std::get<ServiceEntry>(now).export_to.size() == 1);
  CHECK(changes_of(planning.plan()).empty());
}

TEST_CASE("adopt: a selector of theirs cannot stay beside endpoints of ours") {
  Planning planning;
  planning.want(kPay);
  planning.policy.adopt = true;
  ServiceEntry theirs = service_entry("pay", {});
  theirs.workload_selector.labels = {{"app", "pay"}};
  planning.cluster.put(theirs, "kubectl");
  CHECK(changes_of(planning.plan()).empty());
  CHECK(only_held(planning.plan()).why ==
        "kubectl owns .spec.workloadSelector.labels.app (there \"pay\", here nothing)");
  CHECK(only_held(planning.plan()).remedy.ends_with("'[{\"op\":\"remove\",\"path\":\"/spec/workloadSelector\"}]'"));
}

TEST_CASE("conflict: a field that somebody else has set is left to him, unless forced") {
  Planning planning;
  planning.keep(kPay);
  planning.cluster.edit(kPayKey, "kubectl-edit", [](Json& object) {
    object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}};
  });
  Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) == "conflict: update ServiceEntry mesh/pay.service.consul");
  CHECK(only_held(plan).why ==
        "kubectl-edit owns .spec.endpoints (there 1 endpoint (\"10.9.9.9\"), here 2 endpoints (\"10.0.0.1\", "
        "\"10.0.0.2\"))");
  CHECK(only_held(plan).remedy == "--force-conflicts");

  planning.policy.force_conflicts = true;
  plan = planning.plan();
  CHECK(only_change(plan).force);
  CHECK(planning.write(plan).empty());
  CHECK(planning.plan().unchanged == 1);
}

TEST_CASE("conflict: --force-conflicts forces only where there is one") {
  Planning planning;
  planning.policy.force_conflicts = true;
  planning.have(kPay);
  ServiceEntry other = kPay;
  other.resolution = Resolution::dns;
  planning.want(other);
  CHECK_FALSE(only_change(planning.plan()).force);
}

TEST_CASE("conflict: endpoints of others stand in the way of another layout, forced or not") {
  Planning planning;
  planning.have(kPay);
  planning.want(as_workloads(kPay));
  planning.policy.force_conflicts = true;
  planning.policy.max_shrink_percent = 100;
  planning.cluster.edit(kPayKey, "kubectl-edit", [](Json& object) {
    object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}};
  });
  const Plan plan = planning.plan();
  REQUIRE_FALSE(plan.held.empty());
  CHECK(first_held(plan).why == "kubectl-edit owns .spec.endpoints (there 1 endpoint (\"10.9.9.9\"), here nothing)");
  CHECK(first_held(plan).remedy ==
        "kubectl patch serviceentry -n mesh pay.service.consul --type json -p "
        "'[{\"op\":\"remove\",\"path\":\"/spec/endpoints\"}]'");
  CHECK(changes_of(plan).empty());
}

TEST_CASE("reconcile: disabled on an object of ours leaves it alone, and says so") {
  Planning planning;
  planning.policy.prune = true;
  planning.policy.force_conflicts = true;
  planning.policy.adopt = true;
  planning.keep(kWeb);
  planning.have(kPay);
  const auto disable = [](Json& object, const char* place) {
    object["metadata"][place]["registry2istio.io/reconcile"] = "disabled";
  };
  SUBCASE("by an annotation; it would be updated") {
    planning.cluster.edit(kPayKey, "kubectl", [&](Json& object) { disable(object, "annotations"); });
    planning.want(service_entry("pay", {"10.0.0.3"}));
  }
  SUBCASE("by a label") {
    planning.cluster.edit(kPayKey, "kubectl", [&](Json& object) { disable(object, "labels"); });
    planning.want(service_entry("pay", {"10.0.0.3"}));
  }
  SUBCASE("it would be emptied") {
    planning.cluster.edit(kPayKey, "kubectl", [&](Json& object) { disable(object, "annotations"); });
  }
  SUBCASE("it would be moved") {
    planning.cluster.edit(kPayKey, "kubectl", [&](Json& object) { disable(object, "annotations"); });
    planning.policy.allow_move = true;
    planning.want(service_entry("pay", {"10.0.0.1"}, {"consul", "dc1", "elsewhere"}));
  }
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan).empty());
  CHECK(keys_of(plan.left_alone).find("ServiceEntry mesh/pay.service.consul") != std::string::npos);
}

TEST_CASE("reconcile: any other value means nothing") {
  Planning planning;
  planning.have(kPay);
  planning.want(service_entry("pay", {"10.0.0.3", "10.0.0.4"}));
  planning.cluster.edit(kPayKey, "kubectl", [&](Json& object) {
    object["metadata"]["annotations"]["registry2istio.io/reconcile"] = "enabled";
  });
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "update ServiceEntry mesh/pay.service.consul");
  CHECK(keys_of(plan.left_alone).empty());
}

TEST_CASE("reconcile: disabled on a foreign object that we would adopt leaves it alone, too") {
  Planning planning;
  planning.want(kPay);
  planning.policy.adopt = true;
  ServiceEntry theirs = kPay;
  theirs.meta.annotations = {{std::string(mark::kReconcile), std::string(mark::kDisabled)}};
  planning.cluster.put(theirs, "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan).empty());
  CHECK(keys_of(plan.left_alone) == "ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("reconcile: disabled on the entry holds for all of its service, and for no other") {
  Planning planning;
  planning.have(as_workloads(kPay));
  planning.want(as_workloads(service_entry("pay", {"10.0.0.2", "10.0.0.3"})));
  planning.want(kWeb);
  planning.cluster.edit(kPayKey, "kubectl", [&](Json& object) {
    object["metadata"]["annotations"]["registry2istio.io/reconcile"] = "disabled";
  });
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create ServiceEntry mesh/web.service.consul");
  CHECK(keys_of(plan.left_alone) ==
        "ServiceEntry mesh/pay.service.consul\n"
        "WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
        "WorkloadEntry mesh/pay.service.consul-10-0-0-3");
}

}  // namespace
}  // namespace r2i::plan
