// What was read, and what that lets us conclude: sources, scopes, services that could not be read, names that narrow.

#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

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

const Origin kOld{"old", "dc1"};
const Origin kDc2{"consul", "dc2"};
const ServiceEntry kPay = service_entry("pay", {"10.0.0.1", "10.0.0.2"});
const ServiceEntry kWeb = service_entry("web", {"10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4"});

/// Lets everything pass that may be let pass.
void allow_everything(Policy& policy) {
  policy.adopt = true;
  policy.force_conflicts = true;
  policy.allow_move = true;
  policy.prune = true;
  policy.prune_after = std::chrono::seconds{0};
  policy.max_delete = 1000;
  policy.max_delete_percent = 100;
  policy.max_shrink_percent = 100;
  policy.allow_empty = {"consul/dc1", "consul/dc2", "old/dc1"};
}

TEST_CASE("sources: objects of a source that is not read are left alone") {
  Planning planning;
  allow_everything(planning.policy);
  planning.keep(kWeb);
  planning.have(service_entry("pay", {"10.0.0.1"}, kOld));
  planning.have(as_workloads(service_entry("cart", {"10.0.0.1"}, kOld)));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan).empty());
  CHECK(plan.unchanged == 1);
}

TEST_CASE("sources: a scope that was not listed in this run was not read") {
  Planning planning;
  allow_everything(planning.policy);
  planning.keep(kWeb);
  planning.have(service_entry("pay", {"10.0.0.1"}, kDc2));
  CHECK(changes_of(planning.plan()).empty());
  planning.wanted.scopes.push_back({"consul", "dc2"});
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("sources: what lives under another source of ours is refused, unless it is renamed") {
  Planning planning;
  planning.have(service_entry("pay", {"10.0.0.1", "10.0.0.2"}, kOld));
  planning.want(kPay);
  Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  REQUIRE(held_of(plan) == "other-source: update ServiceEntry mesh/pay.service.consul");
  CHECK(first_held(plan).why == "it is ours, but of the source \"old\"");
  CHECK(first_held(plan).remedy == "--rename-source old=consul");

  planning.policy.rename_source = {{"old", "consul"}};
  plan = planning.plan();
  CHECK(changes_of(plan) == "update ServiceEntry mesh/pay.service.consul");
  CHECK(planning.write(plan).empty());
  planning.policy.rename_source.clear();
  CHECK(planning.plan().unchanged == 1);
}

TEST_CASE("sources: another source is refused in both layouts, with nothing done in part") {
  Planning planning;
  planning.have(as_workloads(service_entry("pay", {"10.0.0.1", "10.0.0.2"}, kOld)));
  planning.want(as_workloads(service_entry("pay", {"10.0.0.2", "10.0.0.3"})));
  Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(held_of(plan) ==
        "other-source: update ServiceEntry mesh/pay.service.consul\n"
        "other-source: update WorkloadEntry mesh/pay.service.consul-10-0-0-2\n"
        "other-source: create WorkloadEntry mesh/pay.service.consul-10-0-0-3");
  planning.policy.rename_source = {{"old", "consul"}};
  plan = planning.plan();
  CHECK(changes_of(plan) ==
        "update WorkloadEntry mesh/pay.service.consul-10-0-0-2\n"
        "create WorkloadEntry mesh/pay.service.consul-10-0-0-3\n"
        "update ServiceEntry mesh/pay.service.consul\n"
        "delete WorkloadEntry mesh/pay.service.consul-10-0-0-1");
}

TEST_CASE("sources: a renamed source is read where the new one is; what is gone goes, under the new name") {
  Planning planning;
  planning.keep(kWeb);
  planning.have(service_entry("pay", {"10.0.0.1"}, kOld));
  CHECK(changes_of(planning.plan()).empty());
  planning.policy.rename_source = {{"old", "consul"}};
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/pay.service.consul");
  CHECK(planning.run().empty());
  // It counts as the new one's from then on, with or without the flag.
  CHECK(changes_of(planning.plan()).empty());
  planning.policy.rename_source.clear();
  planning.policy.prune = true;
  planning.policy.now += std::chrono::hours{2};
  CHECK(changes_of(planning.plan()) == "delete ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("sources: --prune-source lets the objects of a source go that is no longer read") {
  Planning planning;
  planning.keep(kWeb);
  const std::string name = "ServiceEntry mesh/pay.service.consul";
  planning.have(service_entry("pay", {"10.0.0.1"}, kOld));
  SUBCASE("the whole source") {
    planning.policy.prune_sources = {"old"};
  }
  SUBCASE("one scope of it") {
    planning.policy.prune_sources = {"old/dc1"};
  }
  CHECK(changes_of(planning.plan()) == "empty " + name);
  CHECK(planning.run().empty());
  planning.policy.now += std::chrono::hours{2};
  CHECK(keys_of(planning.plan().prunable) == name);
  planning.policy.prune = true;
  CHECK(changes_of(planning.plan()) == "delete " + name);
}

TEST_CASE("sources: --prune-source of another scope does nothing") {
  Planning planning;
  allow_everything(planning.policy);
  planning.keep(kWeb);
  planning.have(service_entry("pay", {"10.0.0.1"}, kOld));
  planning.policy.prune_sources = {"old/dc2", "ol", "consul"};
  CHECK(changes_of(planning.plan()).empty());
}

TEST_CASE("sources: --prune-source gives nothing up in a run that did not read everything in full") {
  Planning planning;
  allow_everything(planning.policy);
  planning.keep(kWeb);
  planning.have(service_entry("pay", {"10.0.0.1"}, kOld));
  planning.policy.prune_sources = {"old"};
  SUBCASE("what could not be read may be just that") {
    planning.wanted.scopes = {{"exec", "snapshot-of-old", false}};
  }
  SUBCASE("or a scope that a registry did not come to list") {
    planning.wanted.scopes = {{"consul", "dc1"}, {"old", "dc2", false}};
  }
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(keys_of(plan.kept).find("pay") != std::string::npos);
  planning.wanted.scopes = {{"consul", "dc1"}};
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("scopes: what lives under another scope is taken over only if that one was read in full") {
  Planning planning;
  const auto scope_of_pay = [&](bool complete) {
    planning.wanted.scopes = {{"consul", "dc1"}, {"consul", "dc2", complete}};
  };
  planning.have(service_entry("pay", {"10.0.0.8", "10.0.0.9"}, kDc2));
  planning.want(kPay);
  const std::string held = "other-source: update ServiceEntry mesh/pay.service.consul";
  SUBCASE("it was") {
    scope_of_pay(true);
    const Plan plan = planning.plan();
    CHECK(changes_of(plan) == "update ServiceEntry mesh/pay.service.consul");
    CHECK(plan.scopes.at({"consul", "dc1"}).live_endpoints == 2);
  }
  SUBCASE("too long ago") {
    planning.wanted.scopes = {{"consul", "dc1"}, {"consul", "dc2", true, "1 hour old"}};
    REQUIRE(held_of(planning.plan()) == held);
    CHECK(first_held(planning.plan()).why == "it is of consul/dc2, whose snapshot is 1 hour old");
    CHECK(first_held(planning.plan()).remedy == "--max-snapshot-age 0");
  }
  SUBCASE("in part") {
    scope_of_pay(false);
    CHECK(changes_of(planning.plan()).empty());
    REQUIRE(held_of(planning.plan()) == held);
    CHECK(first_held(planning.plan()).why == "it is of consul/dc2, which was not read in full");
    CHECK(first_held(planning.plan()).remedy.empty());
  }
  SUBCASE("not at all") {
    REQUIRE(held_of(planning.plan()) == held);
    CHECK(first_held(planning.plan()).why == "it is of consul/dc2, which was not read");
    CHECK(first_held(planning.plan()).remedy == "--prune-source consul/dc2");
    planning.policy.prune_sources = {"consul/dc2"};
    CHECK(changes_of(planning.plan()) == "update ServiceEntry mesh/pay.service.consul");
  }
}

TEST_CASE("scopes: with WorkloadEntries, what is taken over counts for the scope that takes it") {
  Planning planning;
  planning.wanted.scopes = {{"consul", "dc1"}, {"consul", "dc2"}};
  planning.have(as_workloads(service_entry("pay", {"10.0.0.1", "10.0.0.2", "10.0.0.3"}, kDc2)));
  planning.want(as_workloads(service_entry("pay", {"10.0.0.1"})));
  const Plan plan = planning.plan();
  CHECK(plan.scopes.at({"consul", "dc1"}).live_endpoints == 3);
  CHECK(changes_of(plan) ==
        "update WorkloadEntry mesh/pay.service.consul-10-0-0-1\n"
        "update ServiceEntry mesh/pay.service.consul");
  REQUIRE(plan.held.size() == 2);
  CHECK(plan.held.front().why == "consul/dc1 would lose 2 of its 3 endpoints, more than 50 %");
}

TEST_CASE("incomplete: what was read in full is created and updated, nothing is emptied or deleted") {
  Planning planning;
  allow_everything(planning.policy);
  planning.wanted.scopes = {{"consul", "dc1", false}};
  planning.have(kPay);
  planning.have(as_workloads(service_entry("cart", {"10.0.0.1"})));
  planning.have(kWeb);
  ServiceEntry less = kWeb;
  less.endpoints.pop_back();
  planning.want(less);
  planning.want(service_entry("new", {"10.0.3.1"}));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) ==
        "create ServiceEntry mesh/new.service.consul\n"
        "update ServiceEntry mesh/web.service.consul");
  CHECK(keys_of(plan.kept) ==
        "ServiceEntry mesh/cart.service.consul\n"
        "ServiceEntry mesh/pay.service.consul\n"
        "WorkloadEntry mesh/cart.service.consul-10-0-0-1");
  CHECK(held_of(plan).empty());
}

TEST_CASE("incomplete: what was emptied before is not deleted, and no longer called prunable") {
  Planning planning;
  planning.keep(kWeb);
  planning.have(kPay);
  planning.policy.prune = true;
  CHECK(planning.run().empty());
  planning.policy.now += std::chrono::hours{2};
  CHECK(changes_of(planning.plan()) == "delete ServiceEntry mesh/pay.service.consul");
  planning.wanted.scopes = {{"consul", "dc1", false}};
  CHECK(changes_of(planning.plan()).empty());
  planning.policy.prune = false;
  CHECK(keys_of(planning.plan().prunable).empty());
}

TEST_CASE("incomplete: WorkloadEntries of a service that was read go, those of others stay") {
  Planning planning;
  planning.wanted.scopes = {{"consul", "dc1", false}};
  planning.have(as_workloads(kWeb));
  planning.have(as_workloads(kPay));
  ServiceEntry less = kWeb;
  less.endpoints.pop_back();
  planning.want(as_workloads(less));
  CHECK(changes_of(planning.plan()) == "delete WorkloadEntry mesh/web.service.consul-10-0-1-4");
}

TEST_CASE("incomplete: one scope keeps what is its own, and the others go on") {
  Planning planning;
  planning.wanted.scopes = {{"consul", "dc1", false}, {"consul", "dc2"}};
  planning.keep(service_entry("web2", {"10.0.2.1", "10.0.2.2"}, kDc2));
  planning.have(kPay);
  planning.have(service_entry("pay2", {"10.0.0.1"}, kDc2));
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "empty ServiceEntry mesh/pay2.service.consul");
  CHECK(keys_of(plan.kept) == "ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("incomplete: a WorkloadEntry of an unread scope stays, though another scope has its host") {
  Planning planning;
  allow_everything(planning.policy);
  planning.have(as_workloads(service_entry("pay", {"10.0.0.8"}, kDc2)));
  planning.cluster.remove(key_of(kPay));
  planning.want(as_workloads(kPay));
  SUBCASE("not read") {}
  SUBCASE("read in part") {
    planning.wanted.scopes.push_back({"consul", "dc2", false});
  }
  CHECK(planning.run().empty());
  CHECK(planning.cluster.has({"mesh", "WorkloadEntry", "pay.service.consul-10-0-0-8"}));
}

TEST_CASE("withheld: a service that is listed, but not written, keeps its live objects") {
  Planning planning;
  allow_everything(planning.policy);
  planning.keep(kWeb);
  SUBCASE("by its host") {
    planning.wanted.withheld_hosts = {"pay.service.consul"};
  }
  SUBCASE("by its name") {
    planning.wanted.withheld_services = {{"consul", "dc1", "pay"}};
  }
  SUBCASE("inline") {
    planning.have(kPay);
  }
  SUBCASE("workload-entries") {
    planning.have(as_workloads(kPay));
  }
  if (planning.wanted.withheld_hosts.empty() && planning.wanted.withheld_services.empty()) {
    planning.wanted.withheld_hosts = {"pay.service.consul"};
  } else {
    planning.have(as_workloads(kPay));
  }
  const Plan plan = planning.plan();
  CHECK(changes_of(plan).empty());
  CHECK(plan.kept.size() == planning.cluster.keys().size() - 1);
}

TEST_CASE("withheld: a host that is too long for a label keeps its WorkloadEntries, too") {
  Planning planning;
  allow_everything(planning.policy);
  planning.keep(kWeb);
  const std::string name(60, 'p');
  planning.have(as_workloads(service_entry(name, {"10.0.0.1"})));
  planning.wanted.withheld_hosts = {name + ".service.consul"};
  CHECK(changes_of(planning.plan()).empty());
  CHECK(planning.plan().kept.size() == 2);
}

TEST_CASE("withheld: a service of the same name in another scope is another service") {
  Planning planning;
  planning.keep(kWeb);
  planning.have(kPay);
  planning.wanted.withheld_services = {{"consul", "dc2", "pay"}, {"old", "dc1", "pay"}};
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("narrowing: live objects of other services are out of scope") {
  Planning planning;
  allow_everything(planning.policy);
  planning.have(kPay);
  planning.have(as_workloads(service_entry("cart", {"10.0.0.1"})));
  planning.have(kWeb);
  ServiceEntry more = kWeb;
  more.endpoints.push_back({"10.0.1.9", {}, "", "", {}, "", 0});
  planning.want(more);
  SUBCASE("--include") {
    planning.policy.names.include = {"w*"};
  }
  SUBCASE("--exclude") {
    planning.policy.names.exclude = {"pay", "c?rt"};
  }
  const Plan plan = planning.plan();
  CHECK(changes_of(plan) == "update ServiceEntry mesh/web.service.consul");
  CHECK(held_of(plan).empty());
  CHECK(keys_of(plan.kept).empty());
  CHECK(plan.scopes.at({"consul", "dc1"}).live_entries == 1);
  CHECK(plan.scopes.at({"consul", "dc1"}).live_endpoints == 4);
}

TEST_CASE("narrowing: what is in scope and gone goes") {
  Planning planning;
  planning.keep(kWeb);
  planning.have(kPay);
  planning.policy.names.include = {"pay", "web"};
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("narrowing: it is the registry's own name that counts") {
  Planning planning;
  planning.keep(kWeb);
  ServiceEntry odd = kPay;
  odd.meta.annotations.emplace_back(mark::kService, "Pay_Service");
  planning.have(odd);
  planning.policy.names.exclude = {"Pay_*"};
  CHECK(changes_of(planning.plan()).empty());
  planning.policy.names.exclude = {"pay"};
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("narrowing: a name that is too long for a label is known in full") {
  Planning planning;
  planning.keep(kWeb);
  const std::string name(60, 'p');
  planning.have(service_entry(name, {"10.0.0.1"}));
  planning.policy.names.exclude = {name};
  CHECK(changes_of(planning.plan()).empty());
  planning.policy.names.exclude = {name.substr(0, 52) + "-*"};
  CHECK(changes_of(planning.plan()) == "empty ServiceEntry mesh/" + name + ".service.consul");
}

TEST_CASE("narrowing: an object that is wanted is in scope, whatever service it was made for") {
  Planning planning;
  ServiceEntry twin = kPay;
  twin.meta.annotations.emplace_back(mark::kService, "PAY");
  planning.have(twin);
  planning.want(kPay);
  planning.policy.names.include = {"pay"};
  CHECK(changes_of(planning.plan()) == "update ServiceEntry mesh/pay.service.consul");
}

}  // namespace
}  // namespace r2i::plan
