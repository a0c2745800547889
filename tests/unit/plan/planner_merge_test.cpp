// Objects of merged sources: several scopes stand behind one, and none of them loses anything while another one
// changes.

#include "model/list_mark.hpp"
#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i::plan {
namespace {

using testing::as_workloads;
using testing::changes_of;
using testing::first_held;
using testing::held_of;
using testing::keys_of;
using testing::Origin;
using testing::Planning;
using testing::service_entry;

const std::string kConsul = "consul/dc1";
const std::string kEureka = "eureka/default";
const std::string kPay = "ServiceEntry mesh/pay.service.consul";

/// An entry as the conversion of merged sources writes it.
ServiceEntry merged_entry(const std::string& name, const std::vector<std::string>& scopes,
                          const std::vector<std::string>& addresses, const std::string& merge = "shop",
                          const std::vector<std::string>& names = {}) {
  ServiceEntry entry = service_entry(name, addresses, {merge, "merged"});
  entry.meta.annotations.insert(entry.meta.annotations.begin(), {std::string(mark::kMergedFrom), list_mark(scopes)});
  if (!names.empty()) entry.meta.annotations.emplace_back(mark::kService, list_mark(names));
  return entry;
}

/// Both registries are read, merged into `shop`; everything may pass that may be let pass.
struct Merging : Planning {
  Merging() {
    wanted.scopes = {{"consul", "dc1", true, "", "shop"}, {"eureka", "default", true, "", "shop"}};
    policy.max_delete = 1000;
    policy.max_delete_percent = 100;
    policy.max_shrink_percent = 100;
    policy.allow_empty = {"shop/merged", "consul/dc1", "consul/merged", "eureka/default"};
  }
  ScopeRead& consul() { return wanted.scopes[0]; }
  ScopeRead& eureka() { return wanted.scopes[1]; }
  void without_eureka() { wanted.scopes.pop_back(); }
};

TEST_CASE("merge: what both registries have changes and goes when both are complete") {
  Merging world;
  world.have(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}));
  world.have(merged_entry("old", {kEureka}, {"10.0.1.2"}));
  world.want(merged_entry("pay", {kConsul}, {"10.0.0.1"}));
  const Plan plan = world.plan();
  CHECK(changes_of(plan) == "empty ServiceEntry mesh/old.service.consul\nupdate " + kPay);
  CHECK(plan.scopes.at({"shop", "merged"}) == ScopeCounts{2, 3, 1});
}

TEST_CASE("merge: while one of them is incomplete, nothing of either is emptied") {
  for (const bool consul : {true, false}) {
    CAPTURE(consul);
    Merging world;
    world.policy.prune = true;
    world.policy.prune_after = std::chrono::seconds{0};
    (consul ? world.consul() : world.eureka()).complete = false;
    world.have(merged_entry("a", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}));
    world.have(merged_entry("b", {kConsul}, {"10.0.0.2"}));
    world.have(as_workloads(merged_entry("c", {kEureka}, {"10.0.1.3"})));
    const Plan plan = world.plan();
    CHECK(changes_of(plan).empty());
    CHECK(held_of(plan).empty());
    CHECK(plan.kept.size() == 4);
  }
}

TEST_CASE("merge: a run that reads only one of the sources takes nothing of the other's away") {
  Merging world;
  world.without_eureka();
  world.have(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}));
  world.have(merged_entry("cart", {kEureka}, {"10.0.1.2"}));
  world.have(merged_entry("own", {kConsul}, {"10.0.0.3"}));
  world.want(merged_entry("pay", {kConsul}, {"10.0.0.1"}));
  Plan plan = world.plan();
  CHECK(changes_of(plan) == "empty ServiceEntry mesh/own.service.consul");
  REQUIRE(held_of(plan) == "other-source: update " + kPay);
  CHECK(first_held(plan).why == "it is of eureka/default, which was not read");
  CHECK(first_held(plan).remedy == "--prune-source eureka/default");

  for (const std::string given_up : {"eureka/default", "eureka"}) {
    CAPTURE(given_up);
    world.policy.prune_sources = {given_up};
    CHECK(changes_of(world.plan()) ==
          "empty ServiceEntry mesh/cart.service.consul\nempty ServiceEntry mesh/own.service.consul\nupdate " + kPay);
    CHECK(held_of(world.plan()).empty());
  }
  world.consul().complete = false;
  CHECK(changes_of(world.plan()).find("empty") == std::string::npos);
}

TEST_CASE("merge: with WorkloadEntries, those of a source that is not read stay, and so does their entry") {
  Merging world;
  world.without_eureka();
  world.have(as_workloads(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"})));
  world.want(as_workloads(merged_entry("pay", {kConsul}, {"10.0.0.1", "10.0.0.2"})));
  const Plan plan = world.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) == "other-source: update " + kPay + "\n" +
                             "other-source: update WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
                             "other-source: create WorkloadEntry mesh/pay.service.consul-10-0-0-2");
}

TEST_CASE("merge: a source that joins is no reason to refuse") {
  Merging world;
  world.have(merged_entry("pay", {kConsul}, {"10.0.0.1"}));
  world.want(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}));
  CHECK(changes_of(world.plan()) == "update " + kPay);
}

TEST_CASE("merge: objects from before are taken over under the name of their source, or by --rename-source") {
  SUBCASE("the name of a source") {
    Merging world;
    world.consul().merge = world.eureka().merge = "consul";
    world.have(service_entry("pay", {"10.0.0.1"}));
    world.have(service_entry("old", {"10.0.0.2"}));
    world.want(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}, "consul"));
    CHECK(changes_of(world.plan()) == "empty ServiceEntry mesh/old.service.consul\nupdate " + kPay);
    CHECK(world.run().empty());
    CHECK(changes_of(world.plan()).empty());
    world.policy.now += std::chrono::hours{2};
    world.policy.prune = true;
    CHECK(changes_of(world.plan()) == "delete ServiceEntry mesh/old.service.consul");
    world.eureka().complete = false;
    CHECK(changes_of(world.plan()).empty());
  }
  SUBCASE("another name") {
    Merging world;
    world.have(service_entry("pay", {"10.0.0.1"}));
    world.have(service_entry("old", {"10.0.0.2"}));
    world.want(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}));
    CHECK(held_of(world.plan()) == "other-source: update " + kPay);
    CHECK(first_held(world.plan()).remedy == "--rename-source consul=shop");
    world.policy.rename_source = {{"consul", "shop"}};
    CHECK(changes_of(world.plan()) == "empty ServiceEntry mesh/old.service.consul\nupdate " + kPay);
    CHECK(world.run().empty());
    // From then on they are the merge's, with or without the flag.
    world.policy.rename_source.clear();
    world.policy.now += std::chrono::hours{2};
    world.policy.prune = true;
    CHECK(changes_of(world.plan()) == "delete ServiceEntry mesh/old.service.consul");
  }
}

TEST_CASE("merge: sources that part again give nothing away that the other one has") {
  Merging world;
  world.wanted.scopes = {{"consul", "dc1"}};
  world.have(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}, "consul"));
  world.have(merged_entry("cart", {kEureka}, {"10.0.1.2"}, "consul"));
  world.want(service_entry("pay", {"10.0.0.1"}));
  Plan plan = world.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) == "other-source: update " + kPay);
  world.policy.prune_sources = {"eureka"};
  CHECK(changes_of(world.plan()) == "empty ServiceEntry mesh/cart.service.consul\nupdate " + kPay);
  CHECK(world.run().empty());
  world.policy.prune_sources.clear();
  CHECK(changes_of(world.plan()).empty());
}

TEST_CASE("merge: a source of the merge may get another name") {
  Merging world;
  world.consul().source = "west";
  world.have(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}));
  world.want(merged_entry("pay", {"west/dc1", kEureka}, {"10.0.0.1", "10.0.1.1"}));
  CHECK(first_held(world.plan()).why == "it is of consul/dc1, which was not read");
  world.policy.rename_source = {{"consul", "west"}};
  CHECK(changes_of(world.plan()) == "update " + kPay);
}

TEST_CASE("merge: a host of which narrowing leaves a part out is out of scope") {
  Merging world;
  const std::vector<std::string> names = {"PAY", "pay"};
  world.have(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1", "10.0.1.1"}, "shop", names));
  world.have(
      as_workloads(merged_entry("cart", {kConsul, kEureka}, {"10.0.0.2", "10.0.1.2"}, "shop", {"CART", "cart"})));
  world.policy.names.exclude = {"PAY", "CART"};
  // What is left of them without the services that are not looked at.
  world.want(merged_entry("pay", {kConsul}, {"10.0.0.1"}));
  world.want(as_workloads(merged_entry("cart", {kConsul}, {"10.0.0.2", "10.0.0.9"})));
  const Plan plan = world.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan).empty());
  world.policy.names.exclude = {};
  CHECK(changes_of(world.plan()).find("update " + kPay) != std::string::npos);
}

TEST_CASE("merge: a service without a host keeps the object that it had") {
  Merging world;
  world.have(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1"}, "shop", {"PAY", "pay"}));
  world.wanted.withheld_services = {{"shop", "merged", "PAY"}};
  CHECK(changes_of(world.plan()).empty());
  CHECK(keys_of(world.plan().kept) == kPay);
}

TEST_CASE("merge: a move is told by any of the names") {
  Merging world;
  world.have(merged_entry("pay", {kConsul, kEureka}, {"10.0.0.1"}, "shop", {"PAY", "pay"}));
  ServiceEntry elsewhere = merged_entry("pay", {kConsul}, {"10.0.0.1"});
  elsewhere.meta.nspace = "other";
  world.want(elsewhere);
  CHECK(held_of(world.plan()) == "move: delete " + kPay + "\nmove: create ServiceEntry other/pay.service.consul");
}

TEST_CASE("merge: one old snapshot is enough to take nothing away") {
  Merging world;
  world.eureka().too_old = "14 minutes old";
  world.have(merged_entry("pay", {kConsul}, {"10.0.0.1", "10.0.0.2"}));
  world.want(merged_entry("pay", {kConsul}, {"10.0.0.1"}));
  REQUIRE(held_of(world.plan()) == "old-snapshot: update " + kPay);
  CHECK(first_held(world.plan()).why == "the snapshot of shop/merged is 14 minutes old");
}

TEST_CASE("merge: guards count the merge as one scope") {
  Merging world;
  world.policy = Planning().policy;
  for (const std::string name : {"a", "b", "c"}) world.have(merged_entry(name, {kConsul, kEureka}, {"10.0.0.1"}));
  const Plan plan = world.plan();
  CHECK(changes_of(plan).empty());
  REQUIRE_FALSE(plan.held.empty());
  CHECK((first_held(plan).by == Held::By::empty_scope));
  CHECK(first_held(plan).remedy == "--allow-empty shop/merged");
}

}  // namespace
}  // namespace r2i::plan
