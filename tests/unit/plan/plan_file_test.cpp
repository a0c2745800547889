#include "plan/plan_file.hpp"

#include "base/hash.hpp"
#include "support/plans.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
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

const PlanTarget kTarget{"https://10.0.0.1:6443", "v1"};

std::string written(const Plan& plan, const PlanTarget& target = kTarget) {
  StringOutput out;
  write_plan(out, plan, target);
  return out.text();
}

PlanFile read(std::string text) {
  return read_plan(text);
}

/// "12: message", each on a line; the number is the line of the document.
std::string findings_of(const std::string& text) {
  std::string copy = text;
  std::string all;
  for (const Finding& finding : read_plan(copy).findings) {
    all += fmt::format("{}: {}\n", line_column(text, finding.offset).line, finding.message);
  }
  return all;
}

/// The document with another checksum: the one that fits it.
std::string signed_again(std::string text) {
  const std::string prefix = "\"sha256:";
  const std::size_t digits = text.find(prefix) + prefix.size();
  text.erase(digits, 64);
  const std::string checksum = short_hash(text.substr(0, text.find_last_not_of('\n') + 1), 64);
  return text.insert(digits, checksum);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

/// Edits a document, makes the checksum fit, and returns the messages without their lines.
std::string messages_after(const std::string& text, const std::string& from, const std::string& to) {
  std::string edited = signed_again(replaced(text, from, to));
  std::string all;
  for (const Finding& finding : read_plan(edited).findings) all += finding.message + "\n";
  return all;
}

/// Every field has a value of its own.
Plan full_plan() {
  ServiceEntry before = an_entry("web", {an_endpoint("10.0.0.3"), an_endpoint("10.0.0.4", "dc1/a", 5)});
  before.endpoints[0].labels = {{"version", "v1"}};
  before.endpoints[0].network = "west";
  before.endpoints[0].ports = {{"http-8080", 9090}};
  before.endpoints[0].service_account = "web";
  before.meta.annotations = {{"empty", ""}, {"text", "a\n\"b\"\t\x1b\xc3\xa9"}};
  before.addresses = {"240.0.0.1"};
  before.export_to = {"."};
  before.location = Location::mesh_external;
  before.resolution = Resolution::dns_round_robin;
  before.subject_alt_names = {"spiffe://web"};
  before.workload_selector.labels = {{"app", "web"}};
  before.ports[0].target_port = 80;
  const ServiceEntry after = an_entry("web", {an_endpoint("10.0.0.4")});

  Change change = update(before, after);
  change.live = Precondition{"a-uid", "1234", 7, {{"a", "b"}, {"c", ""}}, FieldSet({".spec.endpoints", ".spec.hosts"})};
  change.force = true;
  change.note = "adopted";
  change.place = "mesh/web.yaml";
  Plan plan = a_plan({creation(a_workload("web-1", an_endpoint("10.0.0.9", "dc1", 3))), change,
                      update(an_entry("old", {}), an_entry("old", {}), Action::empty),
                      deletion(a_workload("web-0", an_endpoint("10.0.0.8"))), deletion(an_entry("legacy", {}))});
  int i = 0;
  for (const Held::By by :
       {Held::By::conflict, Held::By::foreign, Held::By::other_owner, Held::By::other_source, Held::By::twin,
        Held::By::move, Held::By::max_delete, Held::By::max_shrink, Held::By::empty_scope, Held::By::old_snapshot}) {
    Change held = deletion(an_entry(fmt::format("held-{}", i++), {}));
    held.live.reset();
    plan.held.push_back({by, held, fmt::format("why {}", i), fmt::format("--remedy {}", i)});
  }
  plan.left_alone = {{"mesh", "ServiceEntry", "mine"}};
  plan.kept = {{"mesh", "ServiceEntry", "kept"}, {"", "WorkloadEntry", "kept-1"}};
  plan.prunable = {{"mesh", "ServiceEntry", "gone"}};
  plan.twins = {{{"mesh", "ServiceEntry", "web"}, {"shop", "ServiceEntry", "web"}, "argocd"}};
  plan.unchanged = 941;
  plan.scopes = {{{"consul", "dc1"}, {10, 20, 9}}, {{"consul", "dc2"}, {1, 0, 0}}};
  return plan;
}

TEST_CASE("a plan survives") {
  const Plan plan = full_plan();
  const PlanFile file = read(written(plan));
  CHECK(findings_of(written(plan)) == "");
  CHECK((file.plan == plan));
  CHECK((file.target == kTarget));
  CHECK(written(file.plan, file.target) == written(plan));
}

TEST_CASE("the document, as a script sees it") {
  const ServiceEntry before = an_entry("web", {an_endpoint("10.0.0.3"), an_endpoint("10.0.0.4", "", 5)});
  const ServiceEntry after = an_entry("web", {an_endpoint("10.0.0.4", "", 10), an_endpoint("10.0.0.5")});
  Plan plan = a_plan({update(before, after)});
  plan.unchanged = 3;
  const std::string text = written(plan);
  CHECK(text.find(R"(
      "differences": {
        "endpoints": {
          "added": [
            "10.0.0.5:8080"
          ],
          "changed": [
            {
              "name": "10.0.0.4:8080",
              "values": [
                {
                  "after": "10",
                  "before": "5",
                  "name": "weight"
                }
              ]
            }
          ],
          "removed": [
            "10.0.0.3:8080"
          ]
        }
      },
      "group": "mesh/web",
      "kind": "ServiceEntry",
      "live": {
        "generation": 2,
        "labels": {},
        "owned": [],
        "resourceVersion": "1234",
        "uid": "uid-web"
      },
      "name": "web",
      "namespace": "mesh",
      "phase": "write-entries",
      "scope": "dc1",
      "service": "web",
      "source": "consul"
    }
  ],
  "checksum": "sha256:)") != std::string::npos);
  CHECK(text.ends_with(R"(",
  "fingerprint": "0123456789abcdef",
  "held": [],
  "istioApiVersion": "v1",
  "kept": [],
  "kind": "Plan",
  "leftAlone": [],
  "manager": "registry2istio-default",
  "namespaces": [],
  "owner": "default",
  "prunable": [],
  "scopes": [],
  "summary": {
    "create": 0,
    "delete": 0,
    "empty": 0,
    "kept": 0,
    "leftAlone": 0,
    "prunable": 0,
    "refused": 0,
    "unchanged": 3,
    "update": 1,
    "withheld": 0
  },
  "target": "https://10.0.0.1:6443",
  "twins": []
}
)"));
}

TEST_CASE("any byte that changes is noticed, a line break at the end is none of it") {
  const std::string text = written(full_plan());
  CHECK(findings_of(text + "\n\n") == "");
  CHECK(findings_of(text.substr(0, text.size() - 1)) == "");
  std::size_t noticed = 0;
  std::mt19937 random(5);
  const auto below = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
  constexpr std::size_t kRounds = 2000;
  for (std::size_t i = 0; i < kRounds; ++i) {
    std::string damaged = text;
    char& c = damaged[below(damaged.size() - 2)];
    const char was = c;
    while (c == was) c = static_cast<char>(below(256));
    if (!read_plan(damaged).findings.empty()) ++noticed;
  }
  CHECK(noticed == kRounds);
}

TEST_CASE("wherever a file is cut off, it is refused") {
  const std::string text = written(full_plan());
  for (std::size_t size = 0; size < text.size() - 2; size += size < 200 ? 1 : 53) {
    std::string cut = text.substr(0, size);
    CHECK(!read_plan(cut).findings.empty());
  }
}

TEST_CASE("an edited file says so, and is read to its end") {
  const std::string text = written(a_plan({creation(an_entry("web", {}))}));
  CHECK(findings_of(replaced(text, "10.0.0.1:6443", "10.0.0.2:6443")) ==
        "72: the checksum does not fit: the file was damaged, or changed after it was written\n");
  std::string reformatted = text;
  std::erase(reformatted, '\n');
  CHECK(findings_of(reformatted) ==
        "1: the checksum does not fit: the file was damaged, or changed after it was written\n");
  for (const std::string digits : {"sha256:", "sha256:0", "sha1:0"}) {
    const std::string at_fault = replaced(text, "\"sha256:", fmt::format("\"{}\", \"fingerprint\": \"", digits));
    CHECK(findings_of(at_fault).find("the checksum does not fit") != std::string::npos);
  }
  CHECK(findings_of(replaced(text, "\"sha256:", "\"sha1:xxx")) ==
        "72: the checksum does not fit: the file was damaged, or changed after it was written\n");
}

TEST_CASE("something else than a plan") {
  CHECK(findings_of("") == "1: the document is empty\n");
  CHECK(findings_of("[]").starts_with("1: this is no plan: "));
  CHECK(findings_of(R"({"apiVersion": "registry2istio.io/v1", "kind": "Snapshot", "services": []})") ==
        "1: this is no plan: expected apiVersion registry2istio.io/v1 and kind Plan, got "
        "\"registry2istio.io/v1\" and \"Snapshot\"\n");
}

TEST_CASE("every finding is told at once, with its place") {
  std::string text =
      written(a_plan({creation(an_entry("web", {an_endpoint("10.0.0.1")})), deletion(an_entry("old", {}))}));
  text = replaced(text, "\"action\": \"create\"", "\"action\": \"destroy\"");
  text = replaced(text, "\"address\"", "\"adress\"");
  text = replaced(text, "\"uid\"", "\"id\"");
  text = replaced(text, "\"unchanged\": 0", "\"unchanged\": -1");
  CHECK(findings_of(signed_again(text)) == R"(5: changes[0].action: unknown value "destroy"
19: changes[0].after.spec.endpoints[0].adress: unknown key
143: changes[1].live: the key "uid" is missing
148: changes[1].live.id: unknown key (did you mean "uid"?)
178: summary.unchanged: expected a number from 0 on
)");
}

TEST_CASE("keys of a later version are refused, so that nothing of a plan is dropped in silence") {
  const std::string text = written(a_plan({creation(an_entry("web", {})), deletion(an_entry("old", {}))}));
  for (const std::string key : {"\"owner\":", "\"group\":", "\"generation\":", "\"hosts\":", "\"labels\":",
                                "\"create\":", "\"spec\":", "\"name\":"}) {
    CAPTURE(key);
    CHECK(messages_after(text, key, "\"later\": {\"x\": [1]}, " + key).find("later: unknown key") != std::string::npos);
    CHECK(messages_after(text, key, "\"action\": \"x\", \"action\": \"y\", " + key) != "");
  }
}

TEST_CASE("contradictions") {
  const ServiceEntry entry = an_entry("web", {});
  struct Row {
    std::string what;
    void (*alter)(Plan&);
    std::string message;
  };
  const std::vector<Row> rows = {
      {"create with a live object",
       [](Plan& p) {
         p.changes[0].live = Precondition{"u", "1", 1, {}, {}};
       },
       R"(changes[0]: "create" of ServiceEntry mesh/web: there is no live object, so "live" is wrong)"},
      {"create with before", [](Plan& p) { p.changes[0].before = p.changes[0].after; },
       R"(changes[0]: "create" of ServiceEntry mesh/web: what is new has no "before")"},
      {"create without after", [](Plan& p) { p.changes[0].after.reset(); },
       R"(changes[0]: "create" of ServiceEntry mesh/web: "after" is missing)"},
      {"update without before", [](Plan& p) { p.changes[1].before.reset(); },
       R"(changes[1]: "update" of ServiceEntry mesh/pay: "before" is missing)"},
      {"update without live", [](Plan& p) { p.changes[1].live.reset(); },
       R"(changes[1]: "update" of ServiceEntry mesh/pay: "live" is missing: what the object was when the plan was made)"},
      {"delete without uid", [](Plan& p) { p.changes[2].live->uid.clear(); },
       R"(changes[2]: "delete" of ServiceEntry mesh/old: "live" lacks the uid or the resourceVersion)"},
      {"delete without resourceVersion", [](Plan& p) { p.changes[2].live->resource_version.clear(); },
       R"(changes[2]: "delete" of ServiceEntry mesh/old: "live" lacks the uid or the resourceVersion)"},
      {"delete with after", [](Plan& p) { p.changes[2].after = p.changes[2].before; },
       R"(changes[2]: "delete" of ServiceEntry mesh/old: what goes has no "after")"},
      {"another object", [](Plan& p) { p.changes[1].after = an_entry("other", {}); },
       R"(changes[1]: "update" of ServiceEntry mesh/pay: "after" is another object, ServiceEntry mesh/other)"},
      {"another namespace", [](Plan& p) { std::get<ServiceEntry>(*p.changes[1].before).meta.nspace = "shop"; },
       R"(changes[1]: "update" of ServiceEntry mesh/pay: "before" is another object, ServiceEntry shop/pay)"},
      {"another owner",
       [](Plan& p) {
         p.owner = "other";
         p.changes.resize(1);
       },
       R"(changes[0]: "create" of ServiceEntry mesh/web: "after" lacks the label registry2istio.io/owner of the plan's owner)"},
      {"no owner",
       [](Plan& p) {
         p.owner.clear();
         p.changes.clear();
       },
       "the plan has no owner"},
      {"a phase of workloads", [](Plan& p) { p.changes[0].phase = Phase::add_workloads; },
       R"(changes[0]: "create" of ServiceEntry mesh/web: its phase cannot be add-workloads)"},
      {"a phase of deletions", [](Plan& p) { p.changes[1].phase = Phase::remove_entries; },
       R"(changes[1]: "update" of ServiceEntry mesh/pay: its phase cannot be remove-entries)"},
      {"a phase of writes", [](Plan& p) { p.changes[2].phase = Phase::write_entries; },
       R"(changes[2]: "delete" of ServiceEntry mesh/old: its phase cannot be write-entries)"},
      {"twice", [](Plan& p) { p.changes.push_back(p.changes[0]); },
       "changes[3]: ServiceEntry mesh/web is changed twice"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Plan plan = a_plan({creation(entry), update(an_entry("pay", {}), an_entry("pay", {an_endpoint("10.0.0.1")})),
                        deletion(an_entry("old", {}))});
    row.alter(plan);
    std::string messages;
    for (const Finding& finding : read(written(plan)).findings) messages += finding.message;
    CHECK(messages == row.message);
  }
}

TEST_CASE("the summary has to agree with the lists, the objects with the version") {
  const std::string text = written(a_plan({creation(an_entry("web", {}))}));
  CHECK(messages_after(text, "\"create\": 1", "\"create\": 2") == "summary.create says 2, but there are 1\n");
  CHECK(messages_after(text, "\"istioApiVersion\": \"v1\"", "\"istioApiVersion\": \"v1beta1\"") ==
        "the object is of version \"v1\", the plan of \"v1beta1\"\n");
}

TEST_CASE("a plan for a directory has no preconditions") {
  Plan plan = a_plan({update(an_entry("web", {}), an_entry("web", {an_endpoint("10.0.0.1")}))});
  plan.manager.clear();
  plan.changes[0].live.reset();
  plan.changes[0].place = "mesh/web.yaml";
  const PlanFile file = read(written(plan, {"manifests", "v1beta1"}));
  CHECK(file.findings.empty());
  CHECK((file.plan == plan));
  CHECK(file.target.place == "manifests");
}

class RandomPlan {
 public:
  explicit RandomPlan(unsigned seed) : random_(seed) {}

  Plan make() {
    Plan plan = a_plan({});
    plan.unchanged = below(1000);
    for (std::size_t i = below(6); i > 0; --i) plan.changes.push_back(change(fmt::format("o{}", i)));
    for (std::size_t i = below(4); i > 0; --i) {
      plan.held.push_back({static_cast<Held::By>(below(10)), change(fmt::format("h{}", i)), text(), text()});
    }
    for (auto* keys : {&plan.kept, &plan.left_alone, &plan.prunable}) {
      for (std::size_t i = below(3); i > 0; --i) keys->push_back({text(), "ServiceEntry", text()});
    }
    for (std::size_t i = below(3); i > 0; --i) {
      plan.scopes[{text(), text()}] = {below(9), below(9), below(9)};
      plan.twins.push_back({{text(), "ServiceEntry", text()}, {text(), text(), text()}, text()});
    }
    for (std::size_t i = below(3); i > 0; --i) plan.namespaces.push_back(text());
    plan.fingerprint = text();
    return plan;
  }

 private:
  std::size_t below(std::size_t most) { return static_cast<std::size_t>(random_() % most); }

  std::string text() {
    static const std::vector<std::string> kPieces = {
        "a",  "\"", "\\", "\n", "\t", "\x01",    "\x7f",        "\xc3\xa9", "\xf0\x9f\x98\x80",
        "</", "…",  "0",  "{",  "]",  "sha256:", "\xe2\x80\xa8"};
    std::string all;
    for (std::size_t i = below(5); i > 0; --i) all += kPieces[below(kPieces.size())];
    return all;
  }

  Pairs pairs() {
    Pairs all;
    for (std::size_t i = below(4); i > 0; --i) all.emplace_back(fmt::format("{}{}", text(), i), text());
    return all;
  }

  std::vector<std::string> texts() {
    std::vector<std::string> all;
    for (std::size_t i = below(3); i > 0; --i) all.push_back(text());
    return all;
  }

  Endpoint endpoint() {
    Endpoint one = an_endpoint(text(), text(), static_cast<std::uint32_t>(below(3)));
    one.labels = pairs();
    one.network = text();
    one.service_account = text();
    for (std::size_t i = below(3); i > 0; --i) one.ports.emplace_back(fmt::format("{}{}", text(), i), below(70000));
    return one;
  }

  Manifest manifest(const std::string& name) {
    if (name.size() % 2 == 1) return a_workload(name, endpoint());
    ServiceEntry entry = an_entry(name, {});
    for (std::size_t i = below(4); i > 0; --i) entry.endpoints.push_back(endpoint());
    entry.addresses = texts();
    entry.export_to = texts();
    entry.hosts = texts();
    entry.subject_alt_names = texts();
    entry.location = static_cast<Location>(below(2));
    entry.resolution = static_cast<Resolution>(below(5));
    entry.workload_selector.labels = pairs();
    entry.meta.annotations = pairs();
    entry.ports.push_back(
        {text(), static_cast<std::uint32_t>(below(70000)), text(), static_cast<std::uint32_t>(below(3))});
    return entry;
  }

  Change change(const std::string& part) {
    const std::string name = below(2) == 0 ? part : part + "x";
    const auto action = static_cast<Action>(below(name.size() % 2 == 1 ? 2 : 4));
    const Manifest before = manifest(name);
    Change one = action == Action::create   ? creation(manifest(name))
                 : action == Action::remove ? deletion(before)
                                            : update(before, manifest(name), action);
    if (one.live) {
      one.live->labels = pairs();
      one.live->owned = FieldSet(texts());
      one.live->generation = static_cast<std::int64_t>(below(1'000'000'000));
    }
    one.force = below(2) == 0;
    for (std::string* field : {&one.source, &one.scope, &one.service, &one.group, &one.note, &one.place})
      *field = text();
    return one;
  }

  std::mt19937 random_;
};

TEST_CASE("property: random plans survive") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    const Plan plan = RandomPlan(seed).make();
    const std::string text = written(plan);
    REQUIRE(findings_of(text) == "");
    const PlanFile file = read(text);
    CHECK((file.plan == plan));
    CHECK(written(file.plan, file.target) == text);
  }
}

}  // namespace
}  // namespace r2i::plan
