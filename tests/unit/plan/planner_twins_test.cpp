// Other objects that have our hosts or our names.

#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace r2i::plan {
namespace {

using testing::as_workloads;
using testing::changes_of;
using testing::held_of;
using testing::keys_of;
using testing::Origin;
using testing::Planning;
using testing::service_entry;

const ServiceEntry kPay = service_entry("pay", {"10.0.0.1"});

/// Somebody else's entry, called `theirs`, of these hosts.
ServiceEntry theirs(const std::vector<std::string>& hosts, const std::string& nspace = "mesh",
                    const std::vector<std::string>& export_to = {}) {
  ServiceEntry entry = service_entry("theirs", {"10.9.9.9"});
  entry.meta = {{}, {}, "theirs", nspace};
  entry.hosts = hosts;
  entry.export_to = export_to;
  return entry;
}

TEST_CASE("twins: a new object is not created where somebody else has its host") {
  Planning planning;
  planning.want(kPay);
  planning.policy.adopt = true;
  planning.policy.force_conflicts = true;
  planning.cluster.put(theirs({"pay.service.consul"}), "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  REQUIRE(held_of(plan) == "twin: create ServiceEntry mesh/pay.service.consul");
  CHECK(plan.held.front().why == "ServiceEntry mesh/theirs of kubectl has the host, too");
  CHECK(plan.held.front().remedy == "delete that object, or --exclude the service");
  REQUIRE(plan.twins.size() == 1);
  CHECK(plan.twins.front().ours.display() == "ServiceEntry mesh/pay.service.consul");
  CHECK(plan.twins.front().theirs.display() == "ServiceEntry mesh/theirs");
  CHECK(plan.twins.front().managers == "kubectl");
}

TEST_CASE("twins: an object that is there is told of, and still updated") {
  Planning planning;
  planning.have(kPay);
  planning.want(service_entry("pay", {"10.0.0.2"}));
  planning.cluster.put(theirs({"pay.service.consul"}), "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "update ServiceEntry mesh/pay.service.consul");
  CHECK(held_of(plan).empty());
  CHECK(plan.twins.size() == 1);
}

TEST_CASE("twins: nothing of the service is written beside one") {
  Planning planning;
  planning.want(as_workloads(kPay));
  planning.cluster.put(theirs({"pay.service.consul"}), "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) ==
        "twin: create ServiceEntry mesh/pay.service.consul\n"
        "twin: create WorkloadEntry mesh/pay.service.consul-10-0-0-1");
}

TEST_CASE("twins: one object can have the hosts of several of ours") {
  Planning planning;
  planning.want(kPay);
  planning.want(service_entry("web", {"10.0.1.1"}));
  planning.want(service_entry("cart", {"10.0.2.1"}));
  planning.cluster.put(theirs({"web.service.consul", "else", "pay.service.consul"}), "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create ServiceEntry mesh/cart.service.consul");
  CHECK(held_of(plan) ==
        "twin: create ServiceEntry mesh/pay.service.consul\n"
        "twin: create ServiceEntry mesh/web.service.consul");
  CHECK(plan.twins.size() == 2);
}

TEST_CASE("twins: of several, all are told of, and the first by name is the reason") {
  Planning planning;
  planning.want(kPay);
  ServiceEntry b = theirs({"pay.service.consul"});
  ServiceEntry a = b;
  a.meta.name = "a-theirs";
  planning.cluster.put(b, "kubectl");
  planning.cluster.put(a, "argocd-controller");
  std::vector<LiveObject> live = planning.cluster.objects();
  for (int i = 0; i < 2; ++i) {
    const Plan plan = planning.plan_of(live);
    CHECK(plan.twins.size() == 2);
    REQUIRE(plan.held.size() == 1);
    CHECK(plan.held.front().why == "ServiceEntry mesh/a-theirs of argocd-controller has the host, too");
    std::swap(live.front(), live.back());
  }
}

TEST_CASE("twins: another owner's object is one, too") {
  Planning planning;
  planning.want(kPay);
  planning.cluster.apply(service_entry("pay", {"10.0.0.1"}, {"consul", "dc1", "elsewhere", "other"}),
                         "registry2istio-other");
  CHECK(held_of(planning.plan()) == "twin: create ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("twins: an object of ours that stays is one, too") {
  Planning planning;
  planning.want(kPay);
  planning.have(service_entry("pay", {"10.0.0.1"}, {"old", "dc1", "elsewhere"}));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  REQUIRE(held_of(plan) == "twin: create ServiceEntry mesh/pay.service.consul");
  CHECK(plan.held.front().why == "ServiceEntry elsewhere/pay.service.consul of the source \"old\" has the host, too");
}

TEST_CASE("twins: so is one whose service is gone, until it is deleted") {
  Planning planning;
  planning.policy.prune = true;
  planning.wanted.scopes.push_back({"old", "dc1"});
  planning.keep(service_entry("web", {"10.0.1.1"}, {"old", "dc1"}));
  planning.want(kPay);
  planning.have(service_entry("pay", {"10.0.0.1"}, {"old", "dc1", "elsewhere"}));
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry elsewhere/pay.service.consul");
  CHECK(held_of(planning.plan()) == "twin: create ServiceEntry mesh/pay.service.consul");
  CHECK(planning.run().empty());
  planning.policy.now += std::chrono::hours{1};
  CHECK(planning.run().empty());
  CHECK(changes_of(planning.plan()) == "create ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("twins: only where both can be seen") {
  const auto twins = [](const std::vector<std::string>& ours, const ServiceEntry& other) {
    Planning planning;
    ServiceEntry entry = kPay;
    entry.export_to = ours;
    planning.want(entry);
    planning.cluster.put(other, "kubectl");
    return planning.plan().twins.size();
  };
  const std::vector<std::string> host = {"pay.service.consul"};
  CHECK(twins({}, theirs(host, "mesh")) == 1);
  CHECK(twins({}, theirs(host, "other")) == 1);
  CHECK(twins({}, theirs(host, "other", {"*"})) == 1);
  CHECK(twins({}, theirs(host, "other", {"mesh"})) == 1);
  // Ours is seen everywhere, so in the one namespace, too, that theirs is for.
  CHECK(twins({}, theirs(host, "other", {"."})) == 1);
  CHECK(twins({"*"}, theirs(host, "other", {"third"})) == 1);
  CHECK(twins({"."}, theirs(host, "other")) == 1);
  CHECK(twins({"third"}, theirs(host, "other", {"third", "."})) == 1);
  CHECK(twins({"."}, theirs(host, "other", {"mesh"})) == 1);
  CHECK(twins({"."}, theirs(host, "other", {"."})) == 0);
  CHECK(twins({"."}, theirs(host, "mesh", {"."})) == 1);
  CHECK(twins({"a"}, theirs(host, "mesh", {"b"})) == 0);
  CHECK(twins({}, theirs(host, "other", {"~"})) == 0);
  CHECK(twins({"~"}, theirs(host, "other")) == 0);
}

TEST_CASE("twins: another host is none, nor is a WorkloadEntry") {
  Planning planning;
  planning.want(kPay);
  planning.cluster.put(theirs({"pay", "*.service.consul", "service.consul"}), "kubectl");
  WorkloadEntry workload;
  workload.meta = {{}, {}, "theirs", "mesh"};
  workload.spec.address = "10.0.0.1";
  planning.cluster.put(workload, "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create ServiceEntry mesh/pay.service.consul");
  CHECK(plan.twins.empty());
}

TEST_CASE("foreign names: a WorkloadEntry that somebody else has keeps the entry from selecting what is not ours") {
  Planning planning;
  planning.want(as_workloads(service_entry("pay", {"10.0.0.1", "10.0.0.2"})));
  WorkloadEntry foreign;
  foreign.meta = {{}, {}, "pay.service.consul-10-0-0-1", "mesh"};
  foreign.spec.address = "10.0.0.1";
  planning.cluster.put(foreign, "kubectl");
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "create WorkloadEntry mesh/pay.service.consul-10-0-0-2");
  CHECK(held_of(plan) ==
        "foreign: create ServiceEntry mesh/pay.service.consul\n"
        "foreign: update WorkloadEntry mesh/pay.service.consul-10-0-0-1");
}

}  // namespace
}  // namespace r2i::plan
