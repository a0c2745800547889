#include "plan/compare.hpp"

#include "base/text.hpp"
#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::Json;
using testing::kTeamManager;
using testing::service_entry;

/// An object in a cluster, and what it should be.
struct Pair {
  testing::ModelCluster cluster;
  ServiceEntry desired = service_entry("pay", {"10.0.0.1", "10.0.0.2"});

  Pair() { cluster.apply(desired, kTeamManager); }

  [[nodiscard]] LiveObject live() const { return cluster.live(key_of(desired)); }
  [[nodiscard]] Comparison difference() const { return compare(live(), desired, kTeamManager); }
  [[nodiscard]] std::string paths() const { return join(difference().paths, " "); }
  [[nodiscard]] std::string conflicts() const { return join(difference().conflicts, "; "); }
  void edit(const std::string& manager, const std::function<void(Json&)>& change) {
    REQUIRE(cluster.edit(key_of(desired), manager, change).empty());
  }
};

TEST_CASE("compare: what was applied is no difference") {
  const Pair pair;
  CHECK(pair.paths().empty());
  CHECK(pair.conflicts().empty());
}

TEST_CASE("compare: each field that would be sent with another value is a difference") {
  const auto paths = [](auto change) {
    Pair pair;
    change(pair.desired);
    return pair.paths();
  };
  CHECK(paths([](ServiceEntry& e) { e.hosts.push_back("b"); }) == ".spec.hosts");
  CHECK(paths([](ServiceEntry& e) { e.endpoints[0].weight = 2; }) == ".spec.endpoints");
  CHECK(paths([](ServiceEntry& e) { e.resolution = Resolution::dns; }) == ".spec.resolution");
  CHECK(paths([](ServiceEntry& e) { e.location = Location::mesh_external; }) == ".spec.location");
  CHECK(paths([](ServiceEntry& e) { e.ports[0].number = 81; }) == ".spec.ports[name=\"http-80\"].number");
  CHECK(paths([](ServiceEntry& e) { e.export_to = {"."}; }) == ".spec.exportTo");
  CHECK(paths([](ServiceEntry& e) { e.meta.labels.emplace_back("team", ""); }) == ".metadata.labels.team");
  CHECK(paths([](ServiceEntry& e) { e.meta.annotations[0].second = "dc2"; }) ==
        ".metadata.annotations.registry2istio.io/scope");
}

TEST_CASE("compare: the order of lists is no difference") {
  Pair pair;
  pair.desired.hosts = {"a", "b"};
  pair.desired.ports = {{"http-80", 80, "HTTP", 0}, {"tcp-81", 81, "TCP", 0}};
  REQUIRE(pair.cluster.apply(pair.desired, kTeamManager).empty());
  std::swap(pair.desired.hosts[0], pair.desired.hosts[1]);
  std::swap(pair.desired.ports[0], pair.desired.ports[1]);
  std::swap(pair.desired.endpoints[0], pair.desired.endpoints[1]);
  std::swap(pair.desired.meta.labels[0], pair.desired.meta.labels[1]);
  CHECK(pair.paths().empty());
}

TEST_CASE("compare: what others have added is no difference") {
  Pair pair;
  pair.edit("argocd-controller", [](Json& object) {
    object["metadata"]["labels"]["argocd.argoproj.io/instance"] = "mesh";
    object["metadata"]["annotations"]["note"] = "by hand";
    object["spec"]["exportTo"] = {"."};
    object["spec"]["ports"].push_back({{"name", "tcp-81"}, {"number", 81}});
  });
  CHECK(pair.paths().empty());
}

TEST_CASE("compare: a field of ours that is not sent any more is a difference") {
  Pair pair;
  pair.desired.endpoints.clear();
  CHECK(pair.paths() == ".spec.endpoints");
  pair.desired = service_entry("pay", {"10.0.0.1", "10.0.0.2"});
  pair.desired.ports = {{"tcp-81", 81, "TCP", 0}};
  CHECK(pair.paths() ==
        ".spec.ports[name=\"tcp-81\"].name .spec.ports[name=\"tcp-81\"].number "
        ".spec.ports[name=\"tcp-81\"].protocol .spec.ports[name=\"http-80\"].name "
        ".spec.ports[name=\"http-80\"].number .spec.ports[name=\"http-80\"].protocol");
}

TEST_CASE("compare: a field that somebody took away is a difference, and no conflict") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) { object["spec"].erase("endpoints"); });
  CHECK(pair.paths() == ".spec.endpoints");
  CHECK(pair.conflicts().empty());
}

TEST_CASE("compare: labels without a value are values") {
  testing::ModelCluster cluster;
  WorkloadEntry workload;
  workload.meta.name = "pay-1";
  workload.meta.nspace = "mesh";
  workload.spec = {"10.0.0.1", {{"canary", ""}}, "", "", {}, "", 0};
  cluster.apply(workload, kTeamManager);
  CHECK(compare(cluster.live(key_of(workload)), workload, kTeamManager).paths.empty());
  WorkloadEntry without = workload;
  without.spec.labels = {};
  CHECK(join(compare(cluster.live(key_of(workload)), without, kTeamManager).paths, " ") == ".spec.labels.canary");
}

TEST_CASE("compare: status is never a difference") {
  Pair pair;
  pair.cluster.write_status(key_of(pair.desired));
  CHECK(pair.paths().empty());
  LiveObject live = pair.live();
  live.managers.push_back({"pilot-discovery", false, "status", FieldSet({".spec.endpoints"})});
  pair.desired.endpoints.pop_back();
  CHECK(compare(live, pair.desired, kTeamManager).conflicts.empty());
}

TEST_CASE("compare: a field that another manager owns with another value is a conflict, with both values") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) { object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}}; });
  CHECK(pair.paths() == ".spec.endpoints");
  CHECK(pair.conflicts() ==
        "kubectl-edit owns .spec.endpoints (there 1 endpoint (\"10.9.9.9\"), here 2 endpoints (\"10.0.0.1\", "
        "\"10.0.0.2\"))");
}

TEST_CASE("compare: every other manager of the field is named, each field by itself") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) {
    object["spec"]["resolution"] = "DNS";
    object["spec"]["ports"][0]["number"] = 81;
  });
  ServiceEntry same = pair.desired;
  same.resolution = Resolution::dns;
  same.ports[0].number = 81;
  REQUIRE(pair.cluster.apply(same, "argocd-controller").empty());
  CHECK(pair.conflicts() ==
        "argocd-controller owns .spec.ports[name=\"http-80\"].number (there 81, here 80); "
        "kubectl-edit owns .spec.ports[name=\"http-80\"].number (there 81, here 80); "
        "argocd-controller owns .spec.resolution (there \"DNS\", here \"STATIC\"); "
        "kubectl-edit owns .spec.resolution (there \"DNS\", here \"STATIC\")");
}

TEST_CASE("compare: another manager with the same value is no conflict") {
  Pair pair;
  REQUIRE(pair.cluster.apply(pair.desired, "argocd-controller").empty());
  CHECK(pair.paths().empty());
  CHECK(pair.conflicts().empty());
}

TEST_CASE("compare: with our own fields there is no conflict, by whatever operation we are told to have set them") {
  Pair pair;
  pair.desired.endpoints.pop_back();
  CHECK(pair.paths() == ".spec.endpoints");
  CHECK(pair.conflicts().empty());
  // The same name by an update is another manager to server-side apply.
  LiveObject live = pair.live();
  live.managers.push_back({kTeamManager, false, "", FieldSet({".spec.endpoints"})});
  CHECK(compare(live, pair.desired, kTeamManager).conflicts.size() == 1);
}

TEST_CASE("compare: whoever owns a map does not own what is in it") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) { object["metadata"]["labels"]["team"] = "a"; });
  ServiceEntry taken = pair.desired;
  taken.meta.labels.emplace_back("team", "b");
  REQUIRE(pair.cluster.apply(taken, kTeamManager, true).empty());
  LiveObject live = pair.live();
  live.managers.push_back({"kubectl", false, "", FieldSet({".metadata.labels", ".spec.ports[name=\"http-80\"]"})});
  pair.desired = taken;
  pair.desired.meta.labels.back().second = "c";
  pair.desired.ports[0].number = 81;
  const Comparison difference = compare(live, pair.desired, kTeamManager);
  CHECK(join(difference.paths, " ") == ".metadata.labels.team .spec.ports[name=\"http-80\"].number");
  CHECK(join(difference.conflicts, "; ").empty());
}

TEST_CASE("compare: an empty list that somebody set is his, too") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) { object["spec"]["endpoints"] = Json::array(); });
  CHECK(pair.paths() == ".spec.endpoints");
  CHECK(pair.conflicts() ==
        "kubectl-edit owns .spec.endpoints (there nothing, here 2 endpoints (\"10.0.0.1\", \"10.0.0.2\"))");
}

TEST_CASE("compare: endpoints of others are no difference where ours has none") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) { object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}}; });
  pair.desired.endpoints.clear();
  CHECK(pair.paths().empty());
  CHECK(pair.conflicts().empty());
  CHECK_FALSE(pair.difference().obstacle);
}

TEST_CASE("compare: endpoints of others stand in the way of a selector and of a service that is gone") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) { object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}}; });
  pair.desired.endpoints.clear();
  SUBCASE("a selector") {
    pair.desired.workload_selector.labels = {{"registry2istio.io/host", "pay.service.consul"}};
  }
  SUBCASE("gone") {
    pair.desired.meta.annotations.emplace_back(mark::kGoneSince, "2026-01-02T03:04:05Z");
  }
  CHECK(pair.difference().paths.size() == 1);
  CHECK(pair.conflicts().empty());
  REQUIRE(pair.difference().obstacle);
  CHECK(pair.difference().obstacle->patch == R"([{"op":"remove","path":"/spec/endpoints"}])");
  CHECK(pair.difference().obstacle->why ==
        "kubectl-edit owns .spec.endpoints (there 1 endpoint (\"10.9.9.9\"), here nothing)");
  // They stay as well if both own them.
  REQUIRE(pair.cluster.apply(service_entry("pay", {"10.9.9.9"}), kTeamManager, true).empty());
  CHECK(pair.difference().obstacle);
  // Ours alone go.
  Pair alone;
  alone.desired = pair.desired;
  CHECK_FALSE(alone.difference().obstacle);
}

TEST_CASE("compare: a selector of others stands in the way of endpoints") {
  testing::ModelCluster cluster;
  ServiceEntry theirs = service_entry("pay", {});
  theirs.workload_selector.labels = {{"app", "pay"}};
  REQUIRE(cluster.put(theirs, "kubectl").empty());
  const Comparison difference = compare(cluster.live(key_of(theirs)), service_entry("pay", {"10.0.0.1"}), kTeamManager);
  REQUIRE(difference.obstacle);
  CHECK(difference.obstacle->patch == R"([{"op":"remove","path":"/spec/workloadSelector"}])");
  CHECK(difference.obstacle->why == "kubectl owns .spec.workloadSelector.labels.app (there \"pay\", here nothing)");
}

TEST_CASE("compare: a port of others with our number and another name stands in the way") {
  testing::ModelCluster cluster;
  ServiceEntry theirs = service_entry("pay", {"10.0.0.1"});
  theirs.ports = {{"tcp-1", 1, "TCP", 0}, {"it's", 80, "HTTP", 0}};
  REQUIRE(cluster.put(theirs, "kubectl").empty());
  const ServiceEntry ours = service_entry("pay", {"10.0.0.1"});
  const LiveObject live = cluster.live(key_of(theirs));
  const Comparison difference = compare(live, ours, kTeamManager);
  REQUIRE(difference.obstacle);
  CHECK(difference.obstacle->why == "kubectl owns the port 80 under the name \"it's\" (here \"http-80\")");
  CHECK(difference.obstacle->patch == R"([{"op":"test","path":"/spec/ports/0/name","value":"it\u0027s"},)"
                                      R"({"op":"replace","path":"/spec/ports/0/name","value":"http-80"}])");

  ServiceEntry other_number = ours;
  other_number.ports = {{"http-81", 81, "HTTP", 0}};
  CHECK_FALSE(compare(live, other_number, kTeamManager).obstacle);
  ServiceEntry same_name = ours;
  same_name.ports = {{"it's", 80, "TCP", 0}};
  CHECK_FALSE(compare(live, same_name, kTeamManager).obstacle);
  // One that is ours alone goes.
  testing::ModelCluster own;
  REQUIRE(own.apply(theirs, kTeamManager).empty());
  CHECK_FALSE(compare(own.live(key_of(theirs)), ours, kTeamManager).obstacle);
}

TEST_CASE("compare: in a file everything of an object is ours") {
  LiveObject live;
  ServiceEntry there = service_entry("pay", {"10.0.0.1"});
  live.manifest = there;
  CHECK(compare(live, there, "").paths.empty());
  ServiceEntry desired = there;
  there.meta.labels.emplace_back("by-hand", "x");
  there.export_to = {"."};
  live.manifest = there;
  CHECK(join(compare(live, desired, "").paths, " ") == ".metadata.labels.by-hand .spec.exportTo");
}

TEST_CASE("compare: what kubectl leaves in what it prints is no difference in a file") {
  LiveObject live;
  ServiceEntry there = service_entry("pay", {"10.0.0.1"});
  const ServiceEntry desired = there;
  there.meta.annotations.emplace_back("kubectl.kubernetes.io/last-applied-configuration", "{}");
  live.manifest = there;
  live.managers = {{"kubectl-client-side-apply", false, "", FieldSet({".spec.endpoints"})}};
  CHECK(compare(live, desired, "").paths.empty());
  ServiceEntry other = desired;
  other.endpoints[0].weight = 3;
  const Comparison difference = compare(live, other, "");
  CHECK(join(difference.paths, " ") == ".spec.endpoints");
  CHECK(difference.conflicts.empty());
}

TEST_CASE("visible part: what we would send and what is ours; own part: what is ours") {
  Pair pair;
  pair.edit("kubectl-edit", [](Json& object) {
    object["metadata"]["labels"]["team"] = "a";
    object["metadata"]["annotations"]["note"] = "by hand";
    object["spec"]["endpoints"] = {{{"address", "10.9.9.9"}}};
  });
  ServiceEntry desired = pair.desired;
  desired.export_to.clear();
  desired.meta.labels.emplace_back("team", "b");
  const auto visible = std::get<ServiceEntry>(visible_part(pair.live(), desired, kTeamManager));
  CHECK(find_value(visible.meta.labels, "team") == "a");
  CHECK_FALSE(find_value(visible.meta.annotations, "note"));
  REQUIRE(visible.endpoints.size() == 1);
  CHECK(visible.endpoints[0].address == "10.9.9.9");
  const auto own = std::get<ServiceEntry>(own_part(pair.live(), kTeamManager));
  CHECK_FALSE(find_value(own.meta.labels, "team"));
  CHECK(own.endpoints.empty());
  CHECK((own.hosts == pair.desired.hosts));
  CHECK((own.ports == pair.desired.ports));
  CHECK((own_part(pair.live(), "") == pair.live().manifest));
  CHECK((visible_part(pair.live(), desired, "") == pair.live().manifest));
}

}  // namespace
}  // namespace r2i::plan
