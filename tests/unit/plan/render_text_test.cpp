#include "plan/render.hpp"
#include "support/plans.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace r2i::plan {
namespace {

using testing::a_plan;
using testing::a_workload;
using testing::an_endpoint;
using testing::an_entry;
using testing::creation;
using testing::deletion;
using testing::update;

std::string rendered(const Plan& plan, const RenderOptions& options = {}) {
  StringOutput out;
  render_text(out, plan, options);
  return out.text();
}

std::vector<Endpoint> endpoints(std::size_t count, std::uint32_t weight = 0) {
  std::vector<Endpoint> all;
  for (std::size_t i = 1; i <= count; ++i) all.push_back(an_endpoint(fmt::format("10.0.0.{}", i), "", weight));
  return all;
}

ServiceEntry gone(ServiceEntry entry) {
  entry.endpoints.clear();
  entry.meta.annotations = {{std::string(mark::kGoneSince), "2024-01-02T03:04:05Z"}};
  return entry;
}

/// One change of each kind, in the order of a plan: by phase.
Plan every_kind() {
  const ServiceEntry web = an_entry("web.service.consul", {an_endpoint("10.0.0.3"), an_endpoint("10.0.0.4", "", 5)});
  ServiceEntry web_after =
      an_entry("web.service.consul", {an_endpoint("10.0.0.4", "", 10), an_endpoint("10.0.0.7", "dc1/zone-b", 10)});
  web_after.resolution = Resolution::dns;
  ServiceEntry two_ports = an_entry("cart.service.consul", endpoints(5));
  two_ports.ports.push_back({"http-80", 80, "HTTP", 0});
  const ServiceEntry old = an_entry("old.service.consul", endpoints(2));
  Endpoint workload = an_endpoint("fd00::4");
  workload.ports = {{"http-80", 8080}};
  ServiceEntry selecting = an_entry("api.service.consul", {});
  selecting.workload_selector.labels = {{std::string(mark::kHost), "api.service.consul"}};
  Change adopted = update(selecting, selecting);
  adopted.note = "adopted: was kubectl's";
  Plan plan = a_plan({creation(a_workload("api.service.consul-1", workload)), adopted, creation(two_ports),
                      update(old, gone(old), Action::empty), update(web, web_after),
                      deletion(a_workload("api.service.consul-0", workload)),
                      deletion(an_entry("legacy.service.consul", endpoints(2)))});
  plan.unchanged = 941;
  return plan;
}

TEST_CASE("a plan for people") {
  CHECK(rendered(every_kind()) == R"(~ ServiceEntry mesh/api.service.consul   (adopted: was kubectl's)
+ ServiceEntry mesh/cart.service.consul   2 ports, 5 endpoints
- ServiceEntry mesh/legacy.service.consul   1 port, 2 endpoints
○ ServiceEntry mesh/old.service.consul   loses 2 endpoints
~ ServiceEntry mesh/web.service.consul   resolution, endpoints +1 -1 ~1
    ~ resolution STATIC → DNS
    + endpoint 10.0.0.7:8080  dc1/zone-b  weight 10
    - endpoint 10.0.0.3:8080
    ~ endpoint 10.0.0.4:8080  weight 5 → 10
- WorkloadEntry mesh/api.service.consul-0   endpoint [fd00::4]:8080
+ WorkloadEntry mesh/api.service.consul-1   endpoint [fd00::4]:8080

2 to create, 2 to update, 1 to empty, 2 to delete, 941 unchanged
)");
}

TEST_CASE("a plan without changes is one line") {
  Plan plan = a_plan({});
  plan.unchanged = 3;
  CHECK(rendered(plan) == "no changes, 3 unchanged\n");
}

TEST_CASE("every line has its colour, and nothing but colour is added") {
  RenderOptions options;
  options.color = true;
  const std::string colored = rendered(every_kind(), options);
  CHECK(colored.find("\x1b[32m+ ServiceEntry mesh/cart.service.consul\x1b[0m   2 ports") != std::string::npos);
  CHECK(colored.find("\x1b[33m~ ServiceEntry mesh/web.service.consul\x1b[0m") != std::string::npos);
  CHECK(colored.find("\x1b[31m○ ServiceEntry") != std::string::npos);
  CHECK(colored.find("    \x1b[31m- endpoint 10.0.0.3:8080\x1b[0m\n") != std::string::npos);
  std::string plain;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b') i = colored.find('m', i) + 1;
    while (i < colored.size() && colored[i] == '\x1b') i = colored.find('m', i) + 1;
    if (i < colored.size()) plain += colored[i];
  }
  CHECK(plain == rendered(every_kind()));
}

TEST_CASE("a long list of one kind is folded, unless all of it is asked for") {
  const ServiceEntry before = an_entry("web.service.consul", endpoints(47, 1));
  ServiceEntry after = an_entry("web.service.consul", endpoints(48, 2));
  const Plan plan = a_plan({update(before, after)});
  const std::string folded = rendered(plan);
  CHECK(folded.find("    ~ endpoint 10.0.0.10:8080  weight 1 → 2\n    ~ … and 37 more endpoints\n") !=
        std::string::npos);
  CHECK(std::ranges::count(folded, '\n') == 1 + 1 + 11 + 2);

  RenderOptions options;
  options.full = true;
  const std::string full = rendered(plan, options);
  CHECK(full.find("…") == std::string::npos);
  CHECK(std::ranges::count(full, '\n') == 1 + 1 + 47 + 2);
}

TEST_CASE("what is new or goes is shown in full where that is asked for") {
  RenderOptions options;
  options.full = true;
  CHECK(rendered(a_plan({creation(an_entry("web", {an_endpoint("10.0.0.1", "dc1")}))}), options) ==
        R"(+ ServiceEntry mesh/web   1 port, 1 endpoint
    + location MESH_INTERNAL
    + resolution STATIC
    + host web
    + port 8080  name http-8080  protocol HTTP
    + endpoint 10.0.0.1:8080  dc1
    + label registry2istio.io/owner default

1 to create
)");
}

TEST_CASE("what is refused is shown with the reason, both values, and what lets it pass") {
  const ServiceEntry before = an_entry("pay", {an_endpoint("10.0.0.1")});
  const ServiceEntry after = an_entry("pay", {an_endpoint("10.0.0.2")});
  Plan plan = a_plan({});
  plan.held = {{Held::By::conflict, update(before, after), "kubectl-edit owns .spec.endpoints", "--force-conflicts"},
               {Held::By::other_owner, update(after, before), "it belongs to the owner \"b\"", ""}};
  CHECK(rendered(plan) ==
        R"(! ServiceEntry mesh/pay   not updated: kubectl-edit owns .spec.endpoints (to let it pass: --force-conflicts)
    + endpoint 10.0.0.2:8080
    - endpoint 10.0.0.1:8080
! ServiceEntry mesh/pay   not updated: it belongs to the owner "b"
    + endpoint 10.0.0.1:8080
    - endpoint 10.0.0.2:8080

nothing to do; 2 refused
)");
}

TEST_CASE("what a guard withholds is listed under its reason") {
  Plan plan = a_plan({});
  for (int i = 10; i < 22; ++i) {
    plan.held.push_back({Held::By::max_delete, deletion(an_entry(fmt::format("web-{}", i), {})), "12 of 20 would go",
                         "--max-delete 12"});
  }
  const ServiceEntry one = an_entry("one", endpoints(2));
  plan.held.push_back({Held::By::empty_scope, update(one, gone(one), Action::empty), "consul/dc1 has no service at all",
                       "--allow-empty consul/dc1"});
  const std::string text = rendered(plan);
  CHECK(
      text.starts_with("! not deleted: 12 of 20 would go (to let it pass: --max-delete 12)\n"
                       "    ServiceEntry mesh/web-10\n"));
  CHECK(
      text.ends_with("    ServiceEntry mesh/web-19\n    … and 2 more\n"
                     "! not emptied: consul/dc1 has no service at all (to let it pass: --allow-empty consul/dc1)\n"
                     "    ServiceEntry mesh/one\n\n"
                     "nothing to do; 12 withheld by max-delete, 1 withheld by empty-scope\n"));
}

TEST_CASE("what only --prune would delete, what is left alone, and twins") {
  Plan plan = a_plan({});
  plan.prunable = {{"mesh", "ServiceEntry", "old"}};
  plan.left_alone = {{"mesh", "ServiceEntry", "mine"}};
  const Twin told{{"mesh", "ServiceEntry", "new"}, {"shop", "ServiceEntry", "their"}, "kubectl"};
  const Twin untold{{"mesh", "ServiceEntry", "web"}, {"shop", "ServiceEntry", "web"}, "argocd"};
  plan.twins = {told, untold};
  plan.held = {{Held::By::twin, creation(an_entry("new", {})), "ServiceEntry shop/their has the host, too", ""}};
  CHECK(rendered(plan) ==
        R"(! ServiceEntry mesh/new   not created: ServiceEntry shop/their has the host, too
! ServiceEntry mesh/web   shares its host with ServiceEntry shop/web of argocd: Istio serves the older one, or mixes both
· ServiceEntry mesh/old   would be deleted with --prune
· ServiceEntry mesh/mine   left alone: registry2istio.io/reconcile is disabled

nothing to do; 1 refused; 1 would be deleted with --prune; 1 left alone
)");
}

TEST_CASE("no text of a registry reaches the terminal as it is") {
  const std::string evil =
      "x\x1b[2J\n\x9b"
      "31m\xff";
  ServiceEntry before = an_entry(evil, {an_endpoint(evil, evil)});
  ServiceEntry after = before;
  after.hosts = {evil + "2"};
  after.endpoints[0].locality = evil + "3";
  after.endpoints[0].labels = {{evil, evil}};
  after.endpoints.push_back(an_endpoint("10.0.0.1", evil));
  after.ports[0].name = evil;
  after.meta.annotations = {{evil, evil}};
  Change change = update(before, after);
  change.note = evil;
  Plan plan = a_plan({change, creation(a_workload(evil, an_endpoint(evil)))});
  plan.held = {{Held::By::conflict, change, evil, evil}, {Held::By::max_delete, change, evil, evil}};
  plan.prunable = {{evil, "ServiceEntry", evil}};
  plan.twins = {{change.key, change.key, evil}};
  RenderOptions options;
  options.full = true;
  const std::string text = rendered(plan, options);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\xff') == std::string::npos);
  CHECK(text.find("\n\xef\xbf\xbd") == std::string::npos);
  for (std::size_t at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1)) {
    // Every line begins with one of our signs, or is indented.
    CHECK(std::string(" +~-!\xe2\xc2\n0123456789").find(text[at + 1]) != std::string::npos);
  }
}

}  // namespace
}  // namespace r2i::plan
