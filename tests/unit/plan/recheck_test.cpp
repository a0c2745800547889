#include "plan/recheck.hpp"

#include "base/text.hpp"
#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::Json;
using testing::Origin;
using testing::Planning;
using testing::service_entry;

const ServiceEntry kPay = service_entry("pay", {"10.0.0.1", "10.0.0.2"});
const ServiceEntry kWeb = service_entry("web", {"10.0.1.1"});
const ObjectKey kPayKey = key_of(kPay);
const ObjectKey kWebKey = key_of(kWeb);

/// A plan that updates `pay`, creates `new` and leaves `web`.
struct Saved : Planning {
  Plan saved;

  Saved() {
    keep(kWeb);
    have(kPay);
    want(service_entry("pay", {"10.0.0.1", "10.0.0.3"}));
    want(service_entry("new", {"10.0.2.1"}));
    saved = plan();
  }

  [[nodiscard]] std::string problems() const {
    Recheck recheck(saved);
    for (LiveObject& object : cluster.objects()) recheck.object(std::move(object));
    return join(recheck.finish(), "\n");
  }
};

TEST_CASE("recheck: a plan fits as long as nothing has changed") {
  const Saved plan;
  CHECK(plan.saved.changes.size() == 2);
  CHECK(plan.problems().empty());
}

TEST_CASE("recheck: what istiod and others write beside us is no change") {
  Saved plan;
  plan.cluster.write_status(kPayKey);
  plan.cluster.write_status(kWebKey);
  plan.cluster.put(service_entry("foreign", {}, {"consul", "dc1", "mesh", ""}), "kubectl");
  plan.cluster.edit(kPayKey, "kubectl", [](Json& object) { object["metadata"]["annotations"]["note"] = "by hand"; });
  CHECK(plan.problems().empty());
}

TEST_CASE("recheck: an object that the plan changes has another spec, other labels, other owners") {
  Saved plan;
  SUBCASE("spec") {
    plan.cluster.edit(kPayKey, "kubectl-edit", [](Json& object) { object["spec"]["exportTo"] = {"."}; });
    CHECK(plan.problems() == "ServiceEntry mesh/pay.service.consul has another spec");
  }
  SUBCASE("labels") {
    plan.cluster.edit(kPayKey, "kubectl", [](Json& object) { object["metadata"]["labels"]["team"] = "a"; });
    CHECK(plan.problems() == "ServiceEntry mesh/pay.service.consul has other labels");
  }
  SUBCASE("fields of ours") {
    plan.cluster.edit(kPayKey, "kubectl",
                      [](Json& object) { object["metadata"]["annotations"]["registry2istio.io/scope"] = "dc9"; });
    CHECK(plan.problems() == "ServiceEntry mesh/pay.service.consul has other fields of ours");
  }
  SUBCASE("deleted") {
    plan.cluster.remove(kPayKey);
    CHECK(plan.problems() == "ServiceEntry mesh/pay.service.consul is gone");
  }
  SUBCASE("deleted and made again") {
    plan.cluster.remove(kPayKey);
    plan.have(kPay);
    CHECK(plan.problems() == "ServiceEntry mesh/pay.service.consul has been deleted and created again");
  }
}

TEST_CASE("recheck: an object that the plan creates is there, whoever made it") {
  Saved plan;
  SUBCASE("ours") {
    plan.have(service_entry("new", {"10.0.2.1"}));
  }
  SUBCASE("foreign") {
    plan.cluster.put(service_entry("new", {}, {"", "", "mesh", ""}), "kubectl");
  }
  CHECK(plan.problems() == "ServiceEntry mesh/new.service.consul has come into being");
}

TEST_CASE("recheck: the owner's other objects have changed, come or gone") {
  Saved plan;
  SUBCASE("changed") {
    plan.cluster.edit(kWebKey, "kubectl-edit", [](Json& object) { object["spec"]["exportTo"] = {"."}; });
  }
  SUBCASE("come") {
    plan.have(service_entry("cart", {"10.0.3.1"}));
  }
  SUBCASE("gone") {
    plan.cluster.remove(kWebKey);
  }
  SUBCASE("not ours any more") {
    plan.cluster.edit(kWebKey, "kubectl",
                      [](Json& object) { object["metadata"]["labels"].erase("registry2istio.io/owner"); });
  }
  CHECK(plan.problems() == "objects of the owner team that the plan does not change have changed, come or gone");
}

TEST_CASE("recheck: of namespaces that could not be looked at for the plan nothing is known, and nothing wanted") {
  Saved plan;
  plan.saved.namespaces = {"mesh"};
  plan.have(service_entry("cart", {"10.0.3.1"}, {"consul", "dc1", "elsewhere", "team"}));
  CHECK(plan.problems().empty());
  plan.saved.namespaces = {"elsewhere", "mesh"};
  CHECK_FALSE(plan.problems().empty());
}

TEST_CASE("recheck: another owner's objects are nothing to it") {
  Saved plan;
  plan.cluster.apply(service_entry("cart", {"10.0.3.1"}, {"consul", "dc1", "mesh", "other"}), "registry2istio-other");
  CHECK(plan.problems().empty());
}

TEST_CASE("recheck: all problems, sorted, and what is deleted or adopted is looked at, too") {
  Saved plan;
  plan.policy.adopt = true;
  plan.policy.prune = true;
  ServiceEntry emptied = service_entry("go", {});
  emptied.meta.annotations.emplace_back(mark::kGoneSince, "2026-01-01T00:00:00Z");
  plan.have(emptied);
  plan.cluster.put(service_entry("adopt", {}, {"", "", "mesh", ""}), "kubectl");
  plan.want(service_entry("adopt", {"10.0.4.1"}));
  plan.saved = plan.plan();
  CHECK(plan.saved.changes.size() == 4);
  CHECK(plan.problems().empty());
  for (const ObjectKey& key : plan.cluster.keys()) {
    plan.cluster.edit(key, "kubectl-edit", [](Json& object) { object["spec"]["exportTo"] = {"."}; });
  }
  plan.have(service_entry("new", {"10.0.2.1"}));
  CHECK(plan.problems() ==
        "ServiceEntry mesh/adopt.service.consul has another spec\n"
        "ServiceEntry mesh/go.service.consul has another spec\n"
        "ServiceEntry mesh/new.service.consul has come into being\n"
        "ServiceEntry mesh/pay.service.consul has another spec");
}

TEST_CASE("recheck: the order does not matter, and a restart forgets") {
  Saved plan;
  std::vector<LiveObject> live = plan.cluster.objects();
  Recheck recheck(plan.saved);
  LiveObject other = live.front();
  other.generation = 99;
  recheck.object(std::move(other));
  LiveObject stranger = live.front();
  meta_of(stranger.manifest);
  std::get<ServiceEntry>(stranger.manifest).meta.name = "new.service.consul";
  recheck.object(std::move(stranger));
  recheck.restart();
  for (auto it = live.rbegin(); it != live.rend(); ++it) recheck.object(std::move(*it));
  CHECK(join(recheck.finish(), "\n").empty());
}

}  // namespace
}  // namespace r2i::plan
