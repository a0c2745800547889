#include "model/snapshot.hpp"

#include "base/json_writer.hpp"
#include "support/collected.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

using testing::CollectedServices;

/// What was read, and the services in the order in which they came.
struct ReadBack {
  LargeText text;
  SnapshotContents contents{};
  std::vector<Service> services{};

  /// "OFFSET message", one for each finding.
  [[nodiscard]] std::vector<std::string> findings() const {
    std::vector<std::string> told;
    for (const Finding& f : contents.findings) told.push_back(fmt::format("{} {}", f.offset, f.message));
    return told;
  }
  [[nodiscard]] std::string messages() const {
    std::string told;
    for (const Finding& f : contents.findings) told += f.message + "\n";
    return told;
  }
};

ReadBack read_back(std::string whole) {
  CollectedServices services;
  ReadBack result{LargeText(std::move(whole))};
  result.contents = read_snapshot(result.text, services);
  result.services = std::move(services.all);
  return result;
}

/// Everything that was read, as a snapshot of its own: the inverse of reading.
std::string rewritten(const ReadBack& read, std::size_t source = 0) {
  StringOutput out;
  JsonWriter json(out, 0);
  SnapshotWriter writer(json);
  const SourceState& state = read.contents.sources[source];
  writer.begin(state);
  for (const Service& service : read.services) {
    if (service.scope->source == state.source) writer.service(service);
  }
  writer.end();
  return out.text();
}

const std::string kWhole =
    R"({"apiVersion":"registry2istio.io/v1","kind":"Snapshot",)"
    R"("source":{"name":"west","kind":"consul","address":"http://c:8500"},"fetchedAt":"2026-11-22T12:00:00Z",)"
    R"("scopes":[{"name":"dc1","complete":true,"datacenter":"dc1"},)"
    R"({"name":"dc2/p/peer:x","complete":false,"datacenter":"dc2","partition":"p","peer":"x","local":false,)"
    R"("problems":["no leader","two"]}],)"
    R"("services":[{"name":"pay","scope":"dc1","group":"g","namespace":"n","metadata":{"b":"2","a":"1"},"instances":[)"
    R"({"id":"pay-1","node":"n1","address":"10.0.0.1","nodeAddress":"10.0.1.1",)"
    R"("ports":[{"number":8080,"name":"http","protocol":"grpc"},{"number":-1},{"number":70000}],)"
    R"("health":"warning","weight":0.5,"locality":"r/z","kind":"connect-proxy","tags":["b","a"],"metadata":{"v":"1"}},)"
    R"({"address":"10.0.0.2","health":"disabled","weight":3},{"health":"passing"}]},)"
    R"({"name":"gone","scope":"dc2/p/peer:x","complete":false,"instances":[]}]})";

const std::string kHead = R"({"apiVersion":"registry2istio.io/v1","kind":"Snapshot",)";
const std::string kSource = R"("source":{"name":"s","kind":"consul"})";
const std::string kScopes = R"("scopes":[{"name":"dc1","complete":true}])";

std::string with_services(const std::string& services) {
  return kHead + kSource + "," + kScopes + R"(,"services":[)" + services + "]}";
}

std::string with_instance(const std::string& instance) {
  return with_services(R"({"name":"a","instances":[)" + instance + "]}");
}

TEST_CASE("snapshot: every field comes back as it was written") {
  const ReadBack read = read_back(kWhole);
  REQUIRE(read.messages().empty());
  CHECK(rewritten(read) == kWhole);
}

TEST_CASE("snapshot: what was read") {
  const ReadBack read = read_back(kWhole);
  REQUIRE(read.contents.sources.size() == 1);
  const SourceState& state = read.contents.sources[0];
  CHECK(state.source->name == "west");
  CHECK(state.source->kind == "consul");
  CHECK(state.source->address == "http://c:8500");
  CHECK(state.fetched_at == "2026-11-22T12:00:00Z");
  REQUIRE(state.scopes.size() == 2);
  CHECK(state.scopes[0].complete);
  CHECK(state.scopes[0].scope->local);
  CHECK_FALSE(state.scopes[1].complete);
  CHECK_FALSE(state.scopes[1].scope->local);
  CHECK(state.scopes[1].scope->peer == "x");
  CHECK(state.scopes[1].scope->display() == "west/dc2/p/peer:x");
  CHECK_FALSE(state.complete());
  REQUIRE(read.services.size() == 2);
  CHECK(read.services[0].scope == state.scopes[0].scope);
  CHECK(read.services[1].scope == state.scopes[1].scope);
  CHECK(read.services[0].scope->source == state.source);
  CHECK(read.services[0].complete);
  CHECK_FALSE(read.services[1].complete);
  const Instance& first = read.services[0].instances[0];
  CHECK(first.health == Health::warning);
  CHECK(first.weight == 0.5);
  CHECK(first.ports[2].number == 70000);
  CHECK_FALSE(read.services[0].instances[2].weight);
}

TEST_CASE("snapshot: what is left out has its default") {
  const ReadBack read = read_back(with_services(R"({"name":"a"},{"name":"b","instances":[{}]})"));
  REQUIRE(read.messages().empty());
  REQUIRE(read.services.size() == 2);
  CHECK(read.services[0].complete);
  CHECK(read.services[0].instances.empty());
  CHECK(read.services[0].scope->name == "dc1");
  const Instance& instance = read.services[1].instances[0];
  CHECK(instance.health == Health::passing);
  CHECK(instance.ports.empty());
  CHECK_FALSE(instance.weight);
}

TEST_CASE("snapshot: the keys may come in any order") {
  const std::string schema = R"("$schema":"x")";
  std::vector<std::string> parts = {R"("apiVersion":"registry2istio.io/v1")",
                                    R"("kind":"Snapshot")",
                                    kSource,
                                    kScopes,
                                    R"("fetchedAt":"2026-11-22T12:00:00Z")",
                                    R"("services":[{"name":"a"},{"scope":"dc1","instances":[{}],"name":"b"}])",
                                    schema};
  std::ranges::sort(parts);
  std::string first;
  std::size_t orders = 0;
  do {
    std::string text = "{";
    for (const std::string& part : parts) text += (text.size() > 1 ? "," : "") + part;
    const ReadBack read = read_back(text + "}");
    CAPTURE(text);
    REQUIRE(read.messages().empty());
    const std::string told = rewritten(read);
    if (first.empty()) first = told;
    REQUIRE(told == first);
    ++orders;
  } while (std::ranges::next_permutation(parts).found);
  CHECK(orders == 5040);
  CHECK(first.find(R"("name":"b")") != std::string::npos);
}

TEST_CASE("snapshot: a list of them, services first or last") {
  const std::string late = R"({"services":[{"name":"late"}],)" + kScopes + R"(,"source":{"name":"l","kind":"nacos"},)" +
                           R"("kind":"Snapshot","apiVersion":"registry2istio.io/v1"})";
  const std::string early = with_services(R"({"name":"early"})");
  const std::vector<std::string> lists = {
      R"({"apiVersion":"registry2istio.io/v1","kind":"SnapshotList","items":[)" + early + "," + late + "]}",
      R"({"items":[)" + early + "," + late + R"(],"kind":"SnapshotList","apiVersion":"registry2istio.io/v1"})",
  };
  for (const std::string& list : lists) {
    CAPTURE(list);
    const ReadBack read = read_back(list);
    REQUIRE(read.messages().empty());
    REQUIRE(read.contents.sources.size() == 2);
    CHECK(read.contents.sources[0].source->name == "s");
    CHECK(read.contents.sources[1].source->name == "l");
    REQUIRE(read.services.size() == 2);
    CHECK(read.services[0].name == "early");
    CHECK(read.services[0].scope->source->kind == "consul");
    CHECK(read.services[1].name == "late");
    CHECK(read.services[1].scope->source->kind == "nacos");
  }
}

TEST_CASE("snapshot: a list holds no lists") {
  const std::string list = R"({"apiVersion":"registry2istio.io/v1","kind":"SnapshotList","items":[)";
  const ReadBack read = read_back(list + list + "]}]}");
  CHECK(read.messages().find("items[0]") != std::string::npos);
}

TEST_CASE("snapshot: findings have path, offset and suggestion") {
  struct Row {
    std::string text;
    std::vector<std::string> findings;
  };
  const std::size_t services = with_services("").size() - 2;
  const std::size_t instance = with_instance("").size() - 4;
  const auto at = [](std::size_t offset, std::string_view message) { return fmt::format("{} {}", offset, message); };
  const std::vector<Row> rows = {
      {with_services(R"({"nme":"a"})"),
       {at(services + 7, "services[0].nme: unknown key (did you mean \"name\"?)"),
        at(services, "services[0]: name is missing")}},
      {with_services(R"({"name":3})"),
       {at(services + 8, "services[0].name: expected a string, got a number"),
        at(services, "services[0]: name is missing")}},
      {with_services(R"({"name":"a"},{"name":"b","scope":"dc9"})"),
       {at(services + 13, "services[1]: scope \"dc9\" is not in the list \"scopes\"")}},
      {with_instance(R"({"health":"pasing"})"),
       {at(instance + 10,
           "services[0].instances[0].health: unknown health \"pasing\": passing, warning, critical, maintenance or "
           "disabled (did you mean \"passing\"?)")}},
      {with_instance(R"({},{"ports":[{"number":80},{"name":"x"}]})"),
       {at(instance + 27, "services[0].instances[1].ports[1]: number is missing")}},
      {with_instance(R"({"ports":[{"number":"80"}]})"),
       {at(instance + 20, "services[0].instances[0].ports[0].number: expected a whole number, got a string")}},
      {with_instance(R"({"ports":[8080]})"),
       {at(instance + 10, "services[0].instances[0].ports[0]: expected an object, got a number"),
        at(instance + 10, "services[0].instances[0].ports[0]: number is missing")}},
      {with_instance(R"({"weight":null})"),
       {at(instance + 10, "services[0].instances[0].weight: expected a number, got null")}},
      {with_instance(R"({"tags":["a",1]})"),
       {at(instance + 13, "services[0].instances[0].tags[1]: expected a string, got a number")}},
      {with_instance(R"({"metadata":{"a":1}})"),
       {at(instance + 17, "services[0].instances[0].metadata.a: expected a string, got a number")}},
      {with_instance(R"({"adress":"10.0.0.1"})"),
       {at(instance + 10, "services[0].instances[0].adress: unknown key (did you mean \"address\"?)")}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto findings = read_back(row.text).findings();
    REQUIRE(findings.size() == row.findings.size());
    for (std::size_t i = 0; i < findings.size(); ++i) CHECK(findings[i] == row.findings[i]);
  }
}

namespace {

/// Of more than what is given back to the system on the way, a service a line.
std::string many_services(std::string_view last) {
  constexpr int kServices = 80'000;
  std::string services;
  for (int i = 0; i < kServices; ++i) {
    services +=
        fmt::format(R"({{"name":"service-{}","instances":[{{"address":"10.0.0.1","ports":[{{"number":80}}]}}]}},)", i);
    services += '\n';
  }
  return with_services(services + std::string(last));
}

}  // namespace

TEST_CASE("snapshot: a large one is read to its end, and its faults have their lines") {
  const ReadBack sound = read_back(many_services(R"({"name":"the last"})"));
  CHECK(sound.messages().empty());
  REQUIRE(sound.services.size() == 80'001);
  CHECK(sound.services[40'000].name == "service-40000");
  CHECK(sound.services.back().name == "the last");

  const ReadBack wrong = read_back(many_services(R"({"name":"a", "nme":"b"})"));
  REQUIRE(wrong.messages() == "services[80000].nme: unknown key (did you mean \"name\"?)\n");
  const LineColumn place = wrong.text.place(wrong.contents.findings.front().offset);
  CHECK(place.line == 80'001);
  CHECK(place.column == 20);

  const ReadBack twice = read_back(many_services(R"({"name":"a"}],"services":[{"name":"b"})"));
  CHECK(twice.messages() == "services: the key comes twice\n");
  const ReadBack cut = read_back(many_services(R"({"name":"a"},{"name")"));
  REQUIRE_FALSE(cut.contents.findings.empty());
  for (const Finding& finding : cut.contents.findings) CHECK(cut.text.place(finding.offset).line == 80'001);
}

TEST_CASE("snapshot: a document that is none is told so") {
  struct Row {
    std::string text;
    std::string_view message;
  };
  const std::string services = R"(,"services":[]})";
  const std::vector<Row> rows = {
      {"{}", "the key \"kind\" is missing: expected \"Snapshot\""},
      {"{}", "the key \"apiVersion\" is missing: expected \"registry2istio.io/v1\""},
      {"{}", "the key \"source\" is missing"},
      {"{}", "the key \"scopes\" is missing"},
      {"[]", "expected an object, got a list"},
      {"", "the document is empty"},
      {R"({"apiVersion":"v1","kind":"Snapshot",)" + kSource + "," + kScopes + services,
       "apiVersion: expected \"registry2istio.io/v1\", got \"v1\""},
      {R"({"apiVersion":"registry2istio.io/v1","kind":"Snapshots",)" + kSource + "," + kScopes + services,
       "kind: expected \"Snapshot\", got \"Snapshots\""},
      {kHead + R"("items":[]})", "kind: expected \"SnapshotList\", got \"Snapshot\""},
      {kHead + R"("source":{},)" + kScopes + services, "source: name is missing"},
      {kHead + R"("source":{"name":"a"},)" + kScopes + services, "source: kind is missing"},
      {kHead + kSource + R"(,"scopes":[])" + services, "scopes: there must be at least one scope"},
      {kHead + kSource + R"(,"scopes":[{"complete":true}])" + services, "scopes[0]: name is missing"},
      {kHead + kSource + R"(,"scopes":[{"name":"a"}])" + services, "scopes[0]: complete is missing"},
      {kHead + kSource + R"(,"scopes":[{"name":"a","complete":"yes"}])" + services,
       "scopes[0].complete: expected true or false, got a string"},
      {kHead + kSource + R"(,"scopes":[{"name":"a","complete":true},{"name":"b","complete":true}],)" +
           R"("services":[{"name":"x"}]})",
       "services[0]: scope is missing: the snapshot has several"},
      {with_services(R"({"name":"a"},)"), "not valid JSON"},
      {with_services("") + "x", "there is more text after the end of the document"},
      {with_services("").substr(0, 40), "a string is not closed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::string messages = read_back(row.text).messages();
    CAPTURE(messages);
    CHECK(messages.find(row.message) != std::string::npos);
  }
}

TEST_CASE("snapshot: a list without items, or with more beside them, is taken apart in good order") {
  const std::string list = R"({"apiVersion":"registry2istio.io/v1","kind":"SnapshotList",)";
  const std::string item = with_services(R"({"name":"a"})");
  const std::vector<std::string> beside = {kSource,
                                           kScopes,
                                           R"("services":[{"name":"x"}])",
                                           R"("fetchedAt":"x")",
                                           R"("items":[])",
                                           R"("items":[)" + item + "]"};
  for (const std::string& items : {std::string(), item, item + "," + item}) {
    for (const std::string& other : beside) {
      CAPTURE(items);
      CAPTURE(other);
      CHECK_FALSE(read_back(list + R"("items":[)" + items + "]," + other + "}").messages().empty());
      CHECK_FALSE(read_back(list + other + R"(,"items":[)" + items + "]}").messages().empty());
    }
  }
}

TEST_CASE("snapshot: an empty list says nothing, which is not that there is nothing") {
  const ReadBack read = read_back(R"({"apiVersion":"registry2istio.io/v1","kind":"SnapshotList","items":[]})");
  CHECK(read.contents.sources.empty());
  CHECK(read.services.empty());
  CHECK(read.messages() == "items: there must be at least one snapshot\n");
}

TEST_CASE("snapshot: bad UTF-8 is repaired, and said") {
  const ReadBack bad = read_back(with_services("{\"name\":\"a\xFF\"}"));
  CHECK(bad.messages().empty());
  CHECK(bad.contents.repaired);
  REQUIRE(bad.services.size() == 1);
  CHECK(bad.services[0].name == "a\xEF\xBF\xBD");
  CHECK_FALSE(read_back(with_services(R"({"name":"ä"})")).contents.repaired);
}

/// Text as registries have it: names, blanks, quotes, controls, other scripts.
std::string any_text(std::mt19937& random) {
  static const std::vector<std::string> pieces = {"a", "B",  "-", ".", "/", "\"", "\\", "\n",   "\x01",        "ä",
                                                  "☃", "😀", " ", "|", "=", "1",  "<",  "\x7F", "\xE2\x80\xA8"};
  std::string text;
  for (auto i = random() % 6; i > 0; --i) text += pieces[random() % pieces.size()];
  return text;
}

Service any_service(std::mt19937& random, const std::vector<ScopeState>& scopes) {
  static const std::vector<double> weights = {0, 1, 0.1, 1.0 / 3, 100, 65535, 1e20, 5e-324, -1, 9007199254740993.0};
  static const std::vector<std::int64_t> numbers = {0, 1, 80, 65535, 65536, -1, 9007199254740992};
  Service service;
  service.name = "n" + any_text(random);
  service.scope = scopes[random() % scopes.size()].scope;
  service.complete = random() % 4 != 0;
  service.group = any_text(random);
  service.nspace = any_text(random);
  for (auto i = random() % 3; i > 0; --i) service.metadata.emplace_back(std::to_string(i), any_text(random));
  for (auto i = random() % 4; i > 0; --i) {
    Instance& instance = service.instances.emplace_back();
    instance.id = any_text(random);
    instance.node = any_text(random);
    instance.address = any_text(random);
    instance.node_address = any_text(random);
    std::vector<Port> ports;
    for (auto p = random() % 3; p > 0; --p)
      ports.push_back({numbers[random() % numbers.size()], any_text(random), any_text(random)});
    instance.ports = std::move(ports);
    instance.health = static_cast<Health>(random() % 5);
    if (random() % 2 == 0) instance.weight = weights[random() % weights.size()];
    instance.locality = any_text(random);
    instance.kind = any_text(random);
    std::vector<std::string> tags;
    for (auto t = random() % 3; t > 0; --t) tags.push_back(any_text(random));
    instance.tags = std::move(tags);
    for (auto m = random() % 3; m > 0; --m) instance.metadata.emplace_back(std::to_string(m), any_text(random));
  }
  return service;
}

TEST_CASE("snapshot: any services come back as they were written") {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    SourceState state;
    state.source = std::make_shared<const SourceInfo>(SourceInfo{"s" + any_text(random), "k", any_text(random)});
    for (int i = 0; i < 2; ++i) {
      Scope scope{state.source,     std::to_string(i) + any_text(random),
                  any_text(random), any_text(random),
                  any_text(random), random() % 2 == 0};
      const bool complete = random() % 2 == 0;
      state.scopes.push_back({std::make_shared<const Scope>(std::move(scope)), complete, {}});
      if (!complete) state.scopes.back().problems.push_back(any_text(random));
    }
    StringOutput out;
    JsonWriter json(out, round % 3);
    SnapshotWriter writer(json);
    writer.begin(state);
    for (int i = 0; i < 3; ++i) writer.service(any_service(random, state.scopes));
    writer.end();

    const ReadBack read = read_back(out.text());
    REQUIRE(read.messages().empty());
    StringOutput again;
    JsonWriter json_again(again, round % 3);
    SnapshotWriter writer_again(json_again);
    writer_again.begin(read.contents.sources[0]);
    for (const Service& service : read.services) writer_again.service(service);
    writer_again.end();
    REQUIRE(again.text() == out.text());
  }
}

}  // namespace
}  // namespace r2i
