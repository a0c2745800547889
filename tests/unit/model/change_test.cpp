#include "model/change.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("object key: what a manifest is found by") {
  ServiceEntry entry;
  entry.meta.name = "pay";
  entry.meta.nspace = "mesh";
  CHECK((key_of(entry) == ObjectKey{"mesh", "ServiceEntry", "pay"}));
  WorkloadEntry workload;
  workload.meta.name = "pay-1";
  CHECK((key_of(workload) == ObjectKey{"", "WorkloadEntry", "pay-1"}));
}

TEST_CASE("object key: shown with its namespace, where it has one") {
  CHECK(ObjectKey{"mesh", "ServiceEntry", "pay"}.display() == "ServiceEntry mesh/pay");
  CHECK(ObjectKey{"", "WorkloadEntry", "pay-1"}.display() == "WorkloadEntry pay-1");
}

TEST_CASE("object key: the order is namespace, kind, name") {
  std::vector<ObjectKey> keys = {{"b", "ServiceEntry", "a"},
                                 {"a", "WorkloadEntry", "a"},
                                 {"a", "ServiceEntry", "b"},
                                 {"", "WorkloadEntry", "z"},
                                 {"a", "ServiceEntry", "a"}};
  std::ranges::sort(keys);
  std::string order;
  for (const ObjectKey& key : keys) order += key.display() + "; ";
  CHECK(order == "WorkloadEntry z; ServiceEntry a/a; ServiceEntry a/b; WorkloadEntry a/a; ServiceEntry b/a; ");
}

TEST_CASE("action: the words that users read") {
  CHECK(to_string(Action::create) == "create");
  CHECK(to_string(Action::update) == "update");
  CHECK(to_string(Action::empty) == "empty");
  CHECK(to_string(Action::remove) == "delete");
}

TEST_CASE("phase: endpoints come before the object that selects them, and go after it") {
  CHECK(Phase::add_workloads < Phase::write_entries);
  CHECK(Phase::write_entries < Phase::remove_workloads);
  CHECK(Phase::remove_workloads < Phase::remove_entries);
}

}  // namespace
}  // namespace r2i
