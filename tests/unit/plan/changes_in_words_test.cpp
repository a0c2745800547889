#include "plan/changes_in_words.hpp"

#include "support/plans.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace r2i::plan {
namespace {

using testing::a_workload;
using testing::an_endpoint;
using testing::an_entry;
using testing::creation;
using testing::deletion;

/// "~ endpoint 10.0.0.4:8080 weight 5>10; + host a": each word, in order.
std::string told(const Change& change) {
  std::string text;
  for (const PartChange& word : changes_in_words(change)) {
    const char sign = word.sign == Sign::added ? '+' : word.sign == Sign::removed ? '-' : '~';
    text += fmt::format("{}{} {} {}", text.empty() ? "" : "; ", sign, names_of(word.part).key, word.name);
    for (const ValueChange& value : word.values) {
      text += fmt::format(" {}{}{}>{}", value.name, value.name.empty() ? "" : " ", value.before.value_or("(none)"),
                          value.after.value_or("(none)"));
    }
  }
  return text;
}

std::string told(const Manifest& before, const Manifest& after) {
  return told(testing::update(before, after));
}

ServiceEntry web(std::vector<Endpoint> endpoints) {
  return an_entry("web.service.consul", std::move(endpoints));
}

template <typename Alter>
ServiceEntry altered(ServiceEntry entry, Alter alter) {
  alter(entry);
  return entry;
}

Endpoint mapped(Endpoint endpoint, PortMap ports) {
  endpoint.ports = std::move(ports);
  return endpoint;
}

Endpoint labelled(Endpoint endpoint, Pairs labels) {
  endpoint.labels = std::move(labels);
  return endpoint;
}

TEST_CASE("endpoints are added, removed and changed") {
  const ServiceEntry before = web({an_endpoint("10.0.0.3"), an_endpoint("10.0.0.4", "", 5), an_endpoint("10.0.0.9")});
  const ServiceEntry after =
      web({an_endpoint("10.0.0.4", "", 10), an_endpoint("10.0.0.7", "dc1/zone-b", 10), an_endpoint("10.0.0.9")});
  CHECK(told(before, after) ==
        "+ endpoints 10.0.0.7:8080 locality (none)>dc1/zone-b weight (none)>10; "
        "- endpoints 10.0.0.3:8080; ~ endpoints 10.0.0.4:8080 weight 5>10");
}

TEST_CASE("an endpoint with another port is the same one, unless there is one that keeps its port") {
  const ServiceEntry one = web({mapped(an_endpoint("10.0.0.4"), {{"http-8080", 8080}})});
  const ServiceEntry moved = web({mapped(an_endpoint("10.0.0.4"), {{"http-8080", 9090}})});
  CHECK(told(one, moved) == "~ endpoints 10.0.0.4:9090 port http-8080 8080>9090");

  const ServiceEntry both = web(
      {mapped(an_endpoint("10.0.0.4"), {{"http-8080", 7070}}), mapped(an_endpoint("10.0.0.4"), {{"http-8080", 8080}})});
  CHECK(told(one, both) == "+ endpoints 10.0.0.4:7070");
  CHECK(told(both, one) == "- endpoints 10.0.0.4:7070");
}

TEST_CASE("an endpoint on another network is the same one only if nothing fits better") {
  Endpoint west = an_endpoint("10.0.0.4");
  west.network = "west";
  const Endpoint east = an_endpoint("10.0.0.4");
  CHECK(told(web({east}), web({west})) == "~ endpoints 10.0.0.4:8080 network (none)>west");
  CHECK(told(web({east}), web({west, east})) == "+ endpoints 10.0.0.4:8080 network (none)>west");
}

TEST_CASE("labels, locality, service account and empty values of endpoints") {
  Endpoint before = labelled(an_endpoint("10.0.0.4", "dc1/a"), {{"env", ""}, {"version", "v1"}});
  Endpoint after = labelled(an_endpoint("10.0.0.4", "dc1/b"), {{"canary", ""}, {"version", "v2"}});
  after.service_account = "web";
  CHECK(told(web({before}), web({after})) ==
        "~ endpoints 10.0.0.4:8080 locality dc1/a>dc1/b serviceAccount (none)>web label canary (none)> "
        "label env >(none) label version v1>v2");
}

TEST_CASE("the order of a list or a map is no change") {
  ServiceEntry before = web({labelled(an_endpoint("10.0.0.4"), {{"a", "1"}, {"b", "2"}}), an_endpoint("10.0.0.5"),
                             mapped(an_endpoint("10.0.0.6"), {{"http-8080", 1}, {"tcp-90", 2}}),
                             mapped(an_endpoint("10.0.0.6"), {{"http-8080", 3}, {"tcp-90", 2}})});
  before.ports.push_back({"tcp-90", 90, "TCP", 0});
  before.hosts = {"a", "b"};
  before.export_to = {"x", "y"};
  before.meta.labels = {{"a", "1"}, {"b", "2"}};
  ServiceEntry after = before;
  std::ranges::reverse(after.endpoints);
  std::ranges::reverse(after.endpoints.front().ports);
  const Pairs& labels = after.endpoints.back().labels;
  after.endpoints.back().labels = Pairs(labels.rbegin(), labels.rend());
  std::ranges::reverse(after.ports);
  std::ranges::reverse(after.hosts);
  std::ranges::reverse(after.export_to);
  std::ranges::reverse(after.meta.labels);
  CHECK(told(before, after) == "");
}

TEST_CASE("ports are known by their number, then by their name") {
  const ServiceEntry before = web({});
  CHECK(told(before, altered(before, [](auto& entry) {
               entry.ports[0] = {"tcp-8080", 8080, "TCP", 80};
             })) == "~ ports 8080 name http-8080>tcp-8080 protocol HTTP>TCP targetPort (none)>80");
  CHECK(told(before, altered(before, [](auto& entry) { entry.ports[0].number = 9090; })) ==
        "~ ports 9090 number 8080>9090");
  CHECK(told(before, altered(before,
                             [](auto& entry) {
                               entry.ports = {{"http-80", 80, "HTTP", 0}, {"https-443", 443, "HTTPS", 0}};
                             })) ==
        "+ ports 80 name (none)>http-80 protocol (none)>HTTP; + ports 443 name (none)>https-443 protocol (none)>HTTPS; "
        "- ports 8080");
}

TEST_CASE("every other field of a ServiceEntry") {
  const ServiceEntry before = web({});
  struct Row {
    void (*alter)(ServiceEntry&);
    std::string words;
  };
  const std::vector<Row> rows = {
      {[](ServiceEntry& e) { e.location = Location::mesh_external; }, "~ fields location MESH_INTERNAL>MESH_EXTERNAL"},
      {[](ServiceEntry& e) { e.resolution = Resolution::dns; }, "~ fields resolution STATIC>DNS"},
      {[](ServiceEntry& e) {
         e.hosts = {"web", "www"};
       },
       "+ hosts web; + hosts www; - hosts web.service.consul"},
      {[](ServiceEntry& e) { e.addresses = {"240.0.0.1"}; }, "+ addresses 240.0.0.1"},
      {[](ServiceEntry& e) { e.export_to = {"."}; }, "+ exportTo ."},
      {[](ServiceEntry& e) { e.subject_alt_names = {"web"}; }, "+ subjectAltNames web"},
      {[](ServiceEntry& e) {
         e.workload_selector.labels = {{"app", "web"}};
       },
       "+ selectorLabels app (none)>web"},
      {[](ServiceEntry& e) { e.meta.labels.clear(); }, "- labels registry2istio.io/owner default>(none)"},
      {[](ServiceEntry& e) {
         e.meta.annotations = {{"note", "a b"}};
       },
       "+ annotations note (none)>a b"},
  };
  for (const Row& row : rows) CHECK(told(before, altered(before, row.alter)) == row.words);
}

TEST_CASE("a WorkloadEntry") {
  const WorkloadEntry before =
      a_workload("web-1", labelled(mapped(an_endpoint("10.0.0.4", "dc1/a", 5), {{"http", 80}}), {{"version", "v1"}}));
  const WorkloadEntry after =
      a_workload("web-1", labelled(mapped(an_endpoint("10.0.0.5", "", 10), {{"http", 81}}), {{"version", "v2"}}));
  CHECK(told(before, after) ==
        "- fields locality dc1/a>(none); ~ fields address 10.0.0.4>10.0.0.5; ~ fields weight 5>10; "
        "~ ports http 80>81; ~ endpointLabels version v1>v2");
}

TEST_CASE("of what is new everything is added, of what goes everything removed") {
  const ServiceEntry entry = web({an_endpoint("10.0.0.4", "", 5)});
  CHECK(told(creation(entry)) ==
        "+ fields location (none)>MESH_INTERNAL; + fields resolution (none)>STATIC; + hosts web.service.consul; "
        "+ ports 8080 name (none)>http-8080 protocol (none)>HTTP; + endpoints 10.0.0.4:8080 weight (none)>5; "
        "+ labels registry2istio.io/owner (none)>default");
  for (const PartChange& word : changes_in_words(deletion(entry))) CHECK(word.sign == Sign::removed);
  CHECK(changes_in_words(deletion(entry)).size() == changes_in_words(creation(entry)).size());
}

TEST_CASE("the name of an endpoint") {
  const std::vector<ServicePort> one = {{"http", 80, "HTTP", 0}};
  const std::vector<ServicePort> two = {{"http", 80, "HTTP", 8080}, {"https", 443, "HTTPS", 0}};
  CHECK(endpoint_name(an_endpoint("10.0.0.4"), {}) == "10.0.0.4");
  CHECK(endpoint_name(an_endpoint("10.0.0.4"), one) == "10.0.0.4:80");
  CHECK(endpoint_name(an_endpoint("10.0.0.4"), two) == "10.0.0.4:443,8080");
  CHECK(endpoint_name(mapped(an_endpoint("10.0.0.4"), {{"http", 9}, {"https", 9}}), two) == "10.0.0.4:9");
  CHECK(endpoint_name(mapped(an_endpoint("fd00::4"), {{"http", 9}}), {}) == "[fd00::4]:9");
  CHECK(endpoint_name(an_endpoint("unix:///run/web"), one) == "unix:///run/web");
  CHECK(endpoint_name(mapped(an_endpoint("h"), {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}}), {}) ==
        "h:1,2,3,4,…");
}

/// Every endpoint of both sides is accounted for once, whatever the order.
TEST_CASE("property: the counts of endpoints add up") {
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % most); };
  const auto some = [&] {
    std::vector<Endpoint> endpoints;
    for (std::uint32_t i = below(12); i > 0; --i) {
      Endpoint endpoint = an_endpoint(fmt::format("10.0.0.{}", below(6)), "", below(2));
      if (below(2) == 0) endpoint.ports = {{"http-8080", 8080 + below(3)}};
      endpoints.push_back(endpoint);
    }
    return endpoints;
  };
  for (int round = 0; round < 500; ++round) {
    const ServiceEntry before = web(some());
    ServiceEntry after = web(some());
    const auto words = changes_in_words(testing::update(before, after));
    const auto count = [&](Sign sign) { return std::ranges::count(words, sign, &PartChange::sign); };
    CHECK(static_cast<std::ptrdiff_t>(before.endpoints.size()) + count(Sign::added) - count(Sign::removed) ==
          static_cast<std::ptrdiff_t>(after.endpoints.size()));
    // What stays is a multiset that both sides have.
    CHECK(count(Sign::removed) <= static_cast<std::ptrdiff_t>(before.endpoints.size()));
    CHECK(told(before, before) == "");
    const bool same = std::ranges::is_permutation(before.endpoints, after.endpoints);
    CHECK(words.empty() == same);
  }
}

}  // namespace
}  // namespace r2i::plan
