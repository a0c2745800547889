// A directory as the target: there are no field managers, and Git remembers.

#include "plan/gone.hpp"
#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::addresses;
using testing::as_workloads;
using testing::changes_of;
using testing::first_held;
using testing::held_of;
using testing::keys_of;
using testing::Planning;
using testing::service_entry;

const ServiceEntry kPay = service_entry("pay", {"10.0.0.1"});

/// Files that hold these objects.
struct Files : Planning {
  std::vector<LiveObject> files;

  Files() { policy.manager.clear(); }
  void file(const Manifest& manifest) {
    LiveObject& live = files.emplace_back();
    live.manifest = manifest;
    live.api_version = "v1";
    live.place = meta_of(manifest).name + ".yaml";
  }
  void file(const std::vector<Manifest>& objects) {
    for (const Manifest& object : objects) file(object);
  }
  [[nodiscard]] Plan plan() const { return plan_of(files); }
};

TEST_CASE("directory: our owner's label makes an object ours") {
  Files planning;
  planning.file(kPay);
  planning.want(kPay);
  CHECK(changes_of(planning.plan()).empty());
  CHECK(planning.plan().unchanged == 1);
  planning.files[0].manifest = service_entry("pay", {"10.0.0.1"}, {"consul", "dc1", "mesh", ""});
  CHECK(held_of(planning.plan()) == "foreign: update ServiceEntry mesh/pay.service.consul");
  CHECK(first_held(planning.plan()).why == "it is not ours");
  planning.files[0].manifest = service_entry("pay", {"10.0.0.1"}, {"consul", "dc1", "mesh", "other"});
  CHECK(held_of(planning.plan()) == "other-owner: update ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("directory: what a cluster has emptied already is no difference to a printout of it") {
  const ServiceEntry stays = service_entry("stays", {"10.0.0.9"});
  Files planning;
  planning.want(stays);
  planning.file(emptied(kPay, planning.policy.now - std::chrono::minutes(5)));
  planning.policy.prune_after = std::chrono::minutes(10);
  planning.file(stays);
  CHECK(changes_of(planning.plan()).empty());
  CHECK(planning.plan().unchanged == 2);
  planning.policy.prune_after = std::chrono::minutes(5);
  CHECK(changes_of(planning.plan()).empty());
  CHECK(keys_of(planning.plan().prunable) == "ServiceEntry mesh/pay.service.consul");
  planning.policy.prune = true;
  CHECK(changes_of(planning.plan()) == "delete ServiceEntry mesh/pay.service.consul");
  // A mark that is not yet true is none.
  planning.files.erase(planning.files.begin());
  planning.file(emptied(kPay, planning.policy.now + std::chrono::minutes(5)));
  planning.policy.prune = false;
  CHECK(changes_of(planning.plan()) == "delete ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("directory: changes know the file, and have no precondition") {
  Files planning;
  planning.file(service_entry("pay", {"10.0.0.2"}));
  planning.files[0].place = "sub/all.yaml";
  // As `kubectl get -o yaml` prints an object.
  planning.files[0].uid = "1234";
  planning.want(kPay);
  const Plan plan = planning.plan();
  REQUIRE(changes_of(plan) == "update ServiceEntry mesh/pay.service.consul");
  CHECK(plan.changes[0].place == "sub/all.yaml");
  CHECK_FALSE(plan.changes[0].live);
  CHECK_FALSE(plan.changes[0].force);
  CHECK(plan.manager.empty());
}

TEST_CASE("directory: managers that kubectl has printed are no conflict") {
  Files planning;
  planning.file(service_entry("pay", {"10.0.0.2"}));
  planning.files[0].managers = {{"kubectl-edit", false, "", FieldSet({".spec.endpoints"})}};
  planning.want(kPay);
  CHECK(changes_of(planning.plan()) == "update ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("directory: the file of a service that is gone is removed at once, without --prune") {
  Files planning;
  planning.file(kPay);
  planning.file(as_workloads(service_entry("cart", {"10.0.1.1"})));
  planning.file(service_entry("web", addresses(10, 2)));
  planning.want(service_entry("web", addresses(10, 2)));
  planning.policy.max_delete_percent = 100;
  CHECK(changes_of(planning.plan()) ==
        "delete WorkloadEntry mesh/cart.service.consul-10-0-1-1\n"
        "delete ServiceEntry mesh/cart.service.consul\n"
        "delete ServiceEntry mesh/pay.service.consul");
  for (const Change& change : planning.plan().changes) CHECK_FALSE(change.place.empty());
}

TEST_CASE("directory: the same guards hold") {
  Files planning;
  planning.policy.max_shrink_percent = 100;
  for (int i = 0; i < 11; ++i) {
    const std::string name = "go" + std::to_string(i);
    planning.file(service_entry(name, {"10.0.0.1"}));
  }
  CHECK(planning.plan().held.size() == 11);
  CHECK((first_held(planning.plan()).by == Held::By::empty_scope));
  for (int i = 0; i < 40; ++i) {
    const std::string name = "stay" + std::to_string(i);
    planning.file(service_entry(name, {"10.0.0.1"}));
    planning.want(service_entry(name, {"10.0.0.1"}));
  }
  CHECK(planning.plan().held.size() == 11);
  CHECK(first_held(planning.plan()).remedy == "--max-delete 11");
  planning.policy.max_delete = 11;
  CHECK(planning.plan().count(Action::remove) == 11);
  planning.policy.max_shrink_percent = 20;
  CHECK((first_held(planning.plan()).by == Held::By::max_shrink));
  planning.policy.max_shrink_percent = 100;
  planning.wanted.scopes = {{"consul", "dc1", true, "2 days old"}};
  CHECK((first_held(planning.plan()).by == Held::By::old_snapshot));
}

TEST_CASE("directory: an incomplete scope removes nothing") {
  Files planning;
  planning.file(kPay);
  planning.wanted.scopes = {{"consul", "dc1", false}};
  CHECK(changes_of(planning.plan()).empty());
  CHECK(keys_of(planning.plan().kept) == "ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("directory: moves are refused or allowed, foreign objects adopted, narrowing narrows") {
  Files planning;
  planning.file(kPay);
  planning.want(service_entry("pay", {"10.0.0.1"}, {"consul", "dc1", "elsewhere"}));
  CHECK(planning.plan().held.size() == 2);
  planning.policy.allow_move = true;
  CHECK(planning.plan().changes.size() == 2);

  planning.files.clear();
  planning.wanted.objects = {kPay};
  planning.file(service_entry("pay", {"10.0.0.1"}, {"consul", "dc1", "mesh", ""}));
  planning.policy.adopt = true;
  REQUIRE(planning.plan().changes.size() == 1);
  CHECK(planning.plan().changes[0].note == "adopted");

  planning.file(service_entry("web", {"10.0.1.1"}));
  planning.policy.names.include = {"pay"};
  CHECK(changes_of(planning.plan()) == "update ServiceEntry mesh/pay.service.consul");
}

TEST_CASE("directory: every field of a file of ours is ours") {
  Files planning;
  ServiceEntry edited = kPay;
  edited.meta.labels.emplace_back("by-hand", "x");
  planning.file(edited);
  planning.want(kPay);
  const Plan plan = planning.plan();
  REQUIRE(plan.changes.size() == 1);
  CHECK((plan.changes[0].before == Manifest(edited)));
}

}  // namespace
}  // namespace r2i::plan
