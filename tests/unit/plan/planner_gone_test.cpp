// Services that a complete scope no longer lists, and services that come back.

#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace r2i::plan {
namespace {

using testing::as_workloads;
using testing::changes_of;
using testing::held_of;
using testing::Json;
using testing::keys_of;
using testing::Planning;
using testing::service_entry;
using namespace std::chrono_literals;

const ServiceEntry kPay = service_entry("pay", {"10.0.0.1", "10.0.0.2"});
const ObjectKey kPayKey = key_of(kPay);
const std::string kName = "ServiceEntry mesh/pay.service.consul";

/// One service stays, `pay` has gone.
struct Gone : Planning {
  Gone() {
    keep(service_entry("web", {"10.0.1.1", "10.0.1.2", "10.0.1.3"}));
    have(kPay);
  }
  [[nodiscard]] std::string mark() const {
    return std::string(find_value(meta_of(cluster.live(kPayKey).manifest).annotations, mark::kGoneSince).value_or("-"));
  }
  [[nodiscard]] const ServiceEntry pay() const { return std::get<ServiceEntry>(cluster.live(kPayKey).manifest); }
};

TEST_CASE("gone: first the entry is emptied and marked with the time, with and without --prune") {
  Gone gone;
  SUBCASE("with") {
    gone.policy.prune = true;
  }
  SUBCASE("without") {}
  const Plan plan = gone.plan();
  CHECK(changes_of(plan) == "empty " + kName);
  const Change& change = plan.changes.front();
  CHECK(change.note == "its service is gone");
  CHECK(std::get<ServiceEntry>(change.before.value()).endpoints.size() == 2);
  CHECK(change.live);
  CHECK(gone.write(plan).empty());
  CHECK(gone.mark() == "2026-01-02T03:04:05Z");
  CHECK(gone.pay().endpoints.empty());
  CHECK((gone.pay().ports == kPay.ports));
  CHECK((gone.pay().hosts == kPay.hosts));
}

TEST_CASE("gone: an entry that had no endpoints is marked, too") {
  Gone gone;
  gone.cluster.apply(service_entry("pay", {}), gone.policy.manager);
  CHECK(gone.run().empty());
  CHECK(gone.mark() == "2026-01-02T03:04:05Z");
}

TEST_CASE("gone: DNS becomes STATIC, or the proxies would look the host itself up") {
  Gone gone;
  ServiceEntry dns = kPay;
  dns.resolution = Resolution::dns;
  gone.have(dns);
  CHECK(gone.run().empty());
  CHECK((gone.pay().resolution == Resolution::static_));
}

TEST_CASE("gone: it stays so, and the time stays that of the first run") {
  Gone gone;
  CHECK(gone.run().empty());
  gone.policy.now += 30min;
  const Plan plan = gone.plan();
  CHECK(changes_of(plan).empty());
  CHECK(plan.unchanged == 2);
  CHECK(keys_of(plan.prunable).empty());
  CHECK(gone.mark() == "2026-01-02T03:04:05Z");
}

TEST_CASE("gone: after --prune-after it can be pruned, not before") {
  Gone gone;
  CHECK(gone.run().empty());
  gone.policy.prune_after = 2h;
  gone.policy.now += 2h - 1s;
  gone.policy.prune = true;
  CHECK(changes_of(gone.plan()).empty());
  gone.policy.now += 1s;
  Plan plan = gone.plan();
  CHECK(changes_of(plan) == "delete " + kName);
  CHECK(plan.changes.front().note == "its service is gone since 2026-01-02T03:04:05Z");
  CHECK(plan.changes.front().live);
  CHECK((plan.changes.front().phase == Phase::remove_entries));
  CHECK(keys_of(plan.prunable).empty());
  gone.policy.prune = false;
  plan = gone.plan();
  CHECK(changes_of(plan).empty());
  CHECK(keys_of(plan.prunable) == kName);
  gone.policy.prune = true;
  CHECK(gone.run().empty());
  CHECK_FALSE(gone.cluster.has(kPayKey));
}

TEST_CASE("gone: --prune-after 0 still empties first") {
  Gone gone;
  gone.policy.prune = true;
  gone.policy.prune_after = 0s;
  CHECK(changes_of(gone.plan()) == "empty " + kName);
  CHECK(gone.run().empty());
  CHECK(changes_of(gone.plan()) == "delete " + kName);
}

TEST_CASE("gone: a mark that nobody can read, or of the future, is written anew") {
  Gone gone;
  CHECK(gone.run().empty());
  const auto set = [&](const std::string& text) {
    gone.cluster.edit(kPayKey, gone.policy.manager,
                      [&](Json& object) { object["metadata"]["annotations"]["registry2istio.io/gone-since"] = text; });
    // As if it had been ours all along.
    ServiceEntry marked = gone.pay();
    gone.cluster.remove(kPayKey);
    gone.have(marked);
  };
  gone.policy.prune = true;
  gone.policy.now += 24h;
  set("yesterday");
  CHECK(changes_of(gone.plan()) == "empty " + kName);
  set("2027-01-01T00:00:00Z");
  CHECK(changes_of(gone.plan()) == "empty " + kName);
  CHECK(gone.run().empty());
  CHECK(gone.mark() == "2026-01-03T03:04:05Z");
}

TEST_CASE("gone: a service that comes back has its endpoints and no mark") {
  Gone gone;
  CHECK(gone.run().empty());
  gone.policy.now += 24h;
  gone.policy.prune = true;
  SUBCASE("with endpoints") {
    gone.want(kPay);
  }
  SUBCASE("without an instance that is usable") {
    gone.want(service_entry("pay", {}));
  }
  CHECK(changes_of(gone.plan()) == "update " + kName);
  CHECK(gone.run().empty());
  CHECK(gone.mark() == "-");
  CHECK(gone.plan().unchanged == 2);
}

TEST_CASE("gone: what others have set stays, and is no reason to write again") {
  Gone gone;
  gone.cluster.edit(kPayKey, "argocd-controller", [](Json& object) {
    object["metadata"]["labels"]["argocd.argoproj.io/instance"] = "mesh";
    object["spec"]["exportTo"] = {"."};
  });
  CHECK(gone.run().empty());
  CHECK(gone.pay().export_to.size() == 1);
  CHECK(find_value(gone.pay().meta.labels, "argocd.argoproj.io/instance") == "mesh");
  CHECK(changes_of(gone.plan()).empty());
}

TEST_CASE("gone: endpoints that somebody else has set are his") {
  Gone gone;
  SUBCASE("by an update") {
    gone.cluster.edit(kPayKey, "kubectl-edit", [](Json& object) {
      object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}};
    });
  }
  SUBCASE("the same as ours") {
    CHECK(gone.cluster.apply(kPay, "kubectl-edit").empty());
  }
  for (const bool force : {false, true}) {
    gone.policy.force_conflicts = force;
    const Plan plan = gone.plan();
    CHECK(changes_of(plan).empty());
    REQUIRE(held_of(plan) == "conflict: empty " + kName);
    CHECK(plan.held.front().why.starts_with("kubectl-edit owns .spec.endpoints"));
    CHECK(plan.held.front().remedy ==
          "kubectl patch serviceentry -n mesh pay.service.consul --type json -p "
          "'[{\"op\":\"remove\",\"path\":\"/spec/endpoints\"}]'");
  }
}

TEST_CASE("gone: other fields that we would change and somebody else has set are a conflict as ever") {
  Gone gone;
  gone.cluster.edit(kPayKey, "kubectl-edit", [](Json& object) { object["spec"]["resolution"] = "DNS"; });
  const Plan plan = gone.plan();
  REQUIRE(held_of(plan) == "conflict: empty " + kName);
  CHECK(plan.held.front().remedy == "--force-conflicts");
  gone.policy.force_conflicts = true;
  CHECK(changes_of(gone.plan()) == "empty " + kName);
  CHECK(gone.run().empty());
  CHECK(changes_of(gone.plan()).empty());
}

TEST_CASE("gone: somebody who fills an emptied entry again keeps it") {
  Gone gone;
  CHECK(gone.run().empty());
  gone.cluster.edit(kPayKey, "kubectl-edit", [](Json& object) {
    object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}};
  });
  gone.policy.prune = true;
  gone.policy.now += 24h;
  const Plan plan = gone.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) == "conflict: empty " + kName);
}

TEST_CASE("gone: with WorkloadEntries they go, and the entry is marked") {
  Gone gone;
  gone.cluster.remove(kPayKey);
  gone.have(as_workloads(kPay));
  CHECK(changes_of(gone.plan()) == "empty " + kName +
                                       "\n"
                                       "delete WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
                                       "delete WorkloadEntry mesh/pay.service.consul-10-0-0-2");
  CHECK(gone.run().empty());
  CHECK(gone.mark() == "2026-01-02T03:04:05Z");
  CHECK(changes_of(gone.plan()).empty());
  CHECK(gone.pay().workload_selector.labels.size() == 1);
  gone.policy.prune = true;
  gone.policy.now += 1h;
  CHECK(changes_of(gone.plan()) == "delete " + kName);
}

TEST_CASE("gone: a WorkloadEntry that goes while its service stays is an endpoint change, no delete") {
  Planning planning;
  planning.policy.max_delete = 0;
  planning.policy.max_delete_percent = 0;
  planning.have(as_workloads(service_entry("pay", testing::addresses(4))));
  planning.want(as_workloads(service_entry("pay", testing::addresses(2))));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-3\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-4");
  for (const Change& change : plan.changes) {
    CHECK((change.phase == Phase::remove_workloads));
    CHECK(change.live);
    CHECK(change.before);
    CHECK_FALSE(change.after);
  }
  CHECK(planning.run().empty());
  CHECK(planning.plan().unchanged == 3);
}

/// `pay` is marked as gone, but its WorkloadEntries are there: their deletion failed, or somebody has held it.
struct HalfGone : Gone {
  HalfGone() {
    cluster.remove(kPayKey);
    have(as_workloads(service_entry("pay", testing::addresses(9))));
    policy.max_shrink_percent = 100;
    CHECK(write(plan(), [](const Change& change) { return change.action == Action::remove; }).empty());
    CHECK(mark() == "2026-01-02T03:04:05Z");
    policy.prune = true;
    policy.now += 24h;
  }
};

TEST_CASE("gone: an entry goes only after its WorkloadEntries have gone, in a run of its own") {
  HalfGone gone;
  CHECK(gone.plan().changes.size() == 9);
  CHECK(gone.run().empty());
  CHECK(gone.cluster.has(kPayKey));
  CHECK(changes_of(gone.plan()) == "delete " + kName);
}

TEST_CASE("gone: an entry does not go while its WorkloadEntries are held") {
  HalfGone gone;
  gone.policy.max_shrink_percent = 10;
  const Plan plan = gone.plan();
  CHECK(changes_of(plan).empty());
  CHECK(plan.held.size() == 9);
  for (const Held& held : plan.held) CHECK(held.change.key.kind == "WorkloadEntry");
}

}  // namespace
}  // namespace r2i::plan
