// What holds of every plan, whatever the registries say and whatever others do with the cluster. The runs are drawn
// with fixed seeds; each world lives through several of them, with failures in between.

#include "base/json_writer.hpp"
#include "base/output.hpp"
#include "model/describe.hpp"
#include "model/list_mark.hpp"
#include "support/random_world.hpp"
#include "support/sanitized.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace r2i::plan {
namespace {

using testing::Dice;
using testing::in_a_line;
using testing::Json;
using testing::RandomWorld;

constexpr std::uint32_t kWorlds = testing::kSanitized ? 12 : 120;
constexpr int kRuns = 8;

std::string as_text(const std::optional<Manifest>& manifest) {
  if (!manifest) return "-";
  StringOutput out;
  JsonWriter json(out, 0);
  describe(json, *manifest, "v1");
  return out.text();
}

std::string as_text(const Change& change) {
  std::string text =
      fmt::format("{} {} {} {} {} {} {} {} {}", in_a_line(change), static_cast<int>(change.phase), change.source,
                  change.scope, change.service, change.group, change.force, change.note, as_text(change.before));
  text += " " + as_text(change.after);
  if (change.live) text += fmt::format(" {} {}", change.live->uid, change.live->resource_version);
  return text;
}

/// Everything that a plan says.
std::string as_text(const Plan& plan) {
  std::string text;
  for (const Change& change : plan.changes) text += as_text(change) + "\n";
  for (const Held& held : plan.held) {
    text += fmt::format("{}: {}: {} [{}]\n", to_string(held.by), as_text(held.change), held.why, held.remedy);
  }
  for (const auto& keys : {plan.left_alone, plan.kept, plan.prunable}) text += testing::keys_of(keys) + "\n--\n";
  for (const Twin& twin : plan.twins) {
    text += fmt::format("{} {} {}\n", twin.ours.display(), twin.theirs.display(), twin.managers);
  }
  for (const auto& [scope, counts] : plan.scopes) {
    text += fmt::format("{}/{} {} {} {}\n", scope.first, scope.second, counts.live_entries, counts.live_endpoints,
                        counts.desired_entries);
  }
  return text + fmt::format("{} {} {} {}", plan.unchanged, plan.fingerprint, plan.owner, plan.manager);
}

/// Each run of each world: what is there, what is desired, and what may be done.
void for_all(const std::function<void(RandomWorld&)>& look) {
  for (std::uint32_t seed = 0; seed < kWorlds; ++seed) {
    RandomWorld world(seed);
    for (int run = 0; run < kRuns; ++run) {
      CAPTURE(seed);
      CAPTURE(run);
      world.draw_events();
      world.draw_run();
      look(world);
      const std::size_t failures = world.dice.below(3);
      world.write(world.plan(), [&](const Change&) { return failures > 0 && world.dice.once_in(5 - failures); });
    }
  }
}

/// Runs until nothing is to be done, which takes a second run where something goes only after something else.
std::string settle(testing::Planning& world) {
  constexpr int kMost = 4;
  for (int run = 0; run < kMost; ++run) {
    const Plan plan = world.plan();
    if (plan.changes.empty()) return "";
    if (std::string problem = world.write(plan); !problem.empty()) return problem;
  }
  return "it does not end:\n" + testing::changes_of(world.plan());
}

/// Whether the object has all that is desired. The order of a list does not matter.
bool has_all(const Json& live, const Json& desired) {
  if (desired.is_object()) {
    return live.is_object() && std::ranges::all_of(desired.items(), [&](const auto& item) {
             return live.contains(item.key()) && has_all(live.at(item.key()), item.value());
           });
  }
  if (!desired.is_array()) return live == desired;
  const bool ports = !desired.empty() && desired.front().is_object() && desired.front().contains("name");
  if (!live.is_array() || (!ports && live.size() != desired.size())) return false;
  return std::ranges::all_of(desired, [&](const Json& item) {
    return std::ranges::any_of(live, [&](const Json& other) { return ports ? has_all(other, item) : other == item; });
  });
}

std::string value_of(const Pairs& pairs, std::string_view key) {
  return std::string(find_value(pairs, key).value_or(""));
}

/// Where an object of ours is from, by its marks.
ScopeRead home_of(const testing::Planning& world, const LiveObject& live) {
  std::string source = value_of(meta_of(live.manifest).labels, mark::kSource);
  const auto renamed = world.policy.rename_source.find(source);
  if (renamed != world.policy.rename_source.end()) source = renamed->second;
  return {source, value_of(meta_of(live.manifest).annotations, mark::kScope)};
}

bool was_read_whole(const testing::Planning& world, const ScopeRead& home) {
  const bool given_up = world.policy.prune_sources.contains(home.source) ||
                        world.policy.prune_sources.contains(home.source + "/" + home.scope);
  return given_up || std::ranges::any_of(world.wanted.scopes, [&](const ScopeRead& read) {
           return read.source == home.source && read.scope == home.scope && read.complete;
         });
}

bool is_ours(const testing::Planning& world, const LiveObject& live) {
  return value_of(meta_of(live.manifest).labels, mark::kOwner) == world.policy.owner &&
         live.applied_by(world.policy.manager) != nullptr;
}

const Manifest* wanted_with(const testing::Planning& world, const ObjectKey& key) {
  const auto found = std::ranges::find_if(world.wanted.objects, [&](const Manifest& m) { return key_of(m) == key; });
  return found == world.wanted.objects.end() ? nullptr : &*found;
}

/// Whether the service of an object of ours, by its source, scope and host, is desired anywhere.
bool is_service_wanted(const testing::Planning& world, const LiveObject& live) {
  const ScopeRead home = home_of(world, live);
  const std::string name = meta_of(live.manifest).name.substr(0, 1);
  return std::ranges::any_of(world.wanted.objects, [&](const Manifest& object) {
    return meta_of(object).name.substr(0, 1) == name &&
           value_of(meta_of(object).labels, mark::kSource) == home.source &&
           value_of(meta_of(object).annotations, mark::kScope) == home.scope;
  });
}

TEST_CASE("property: the worlds are rich enough to mean something") {
  std::map<std::string, std::size_t> seen;
  for_all([&](RandomWorld& world) {
    const Plan plan = world.plan();
    for (const Change& change : plan.changes) {
      ++seen[std::string(to_string(change.action)) + " " + change.key.kind];
      if (change.force) ++seen["force"];
      if (change.note.starts_with("adopted")) ++seen["adopted"];
      if (change.note.starts_with("moved")) ++seen["moved"];
    }
    for (const Held& held : plan.held) ++seen[std::string(to_string(held.by))];
    if (!plan.twins.empty()) ++seen["twins"];
    if (!plan.kept.empty()) ++seen["kept"];
    if (!plan.left_alone.empty()) ++seen["left alone"];
    if (!plan.prunable.empty()) ++seen["prunable"];
  });
  for (const std::string what : {"create ServiceEntry",
                                 "create WorkloadEntry",
                                 "update ServiceEntry",
                                 "update WorkloadEntry",
                                 "empty ServiceEntry",
                                 "delete ServiceEntry",
                                 "delete WorkloadEntry",
                                 "force",
                                 "adopted",
                                 "moved",
                                 "conflict",
                                 "foreign",
                                 "other-owner",
                                 "other-source",
                                 "twin",
                                 "move",
                                 "max-shrink",
                                 "empty-scope",
                                 "old-snapshot",
                                 "twins",
                                 "kept",
                                 "left alone",
                                 "prunable"}) {
    CAPTURE(what);
    CHECK(seen[what] >= kWorlds / 12);
  }
}

TEST_CASE("property: the order in which live objects are seen does not change the plan") {
  for_all([](RandomWorld& world) {
    std::vector<LiveObject> live = world.cluster.objects();
    const std::string expected = as_text(world.plan_of(live));
    for (int i = 0; i < 3; ++i) {
      world.dice.shuffle(live);
      REQUIRE(as_text(world.plan_of(live)) == expected);
    }
  });
}

TEST_CASE("property: a list that starts again gives the same plan") {
  for_all([](RandomWorld& world) {
    std::vector<LiveObject> live = world.cluster.objects();
    Planner planner(world.wanted, world.policy);
    for (std::size_t i = world.dice.below(live.size() + 1); i > 0; --i) planner.object(LiveObject(live[i - 1]));
    planner.restart();
    for (LiveObject& object : live) planner.object(std::move(object));
    REQUIRE(as_text(planner.finish()) == as_text(world.plan()));
  });
}

TEST_CASE("property: what is applied is what is desired, and then nothing is left to do") {
  for_all([](const RandomWorld& before) {
    testing::Planning world = before;
    const Plan plan = world.plan();
    std::set<ObjectKey> excused(plan.left_alone.begin(), plan.left_alone.end());
    for (const Held& held : plan.held) excused.insert(held.change.key);
    REQUIRE(world.write(plan) == "");
    for (const Manifest& desired : world.wanted.objects) {
      const ObjectKey key = key_of(desired);
      if (excused.contains(key)) continue;
      CAPTURE(key.display());
      REQUIRE(world.cluster.has(key));
      const LiveObject live = world.cluster.live(key);
      REQUIRE(is_ours(world, live));
      REQUIRE(has_all(Json::parse(world.cluster.dump(key)), Json::parse(as_text(desired))));
      // Nothing of ours is left that we do not want.
      testing::ModelCluster fresh;
      fresh.apply(desired, world.policy.manager);
      for (const std::string& path : live.applied_by(world.policy.manager)->paths()) {
        CAPTURE(path);
        REQUIRE(fresh.live(key).applied_by(world.policy.manager)->contains(path));
      }
    }
  });
}

TEST_CASE("property: without --prune and guards the second plan is empty") {
  for_all([](const RandomWorld& before) {
    RandomWorld world = before;
    world.lift_guards();
    world.policy.prune = false;
    const Plan plan = world.plan();
    CAPTURE(as_text(plan));
    REQUIRE(world.write(plan) == "");
    REQUIRE(testing::changes_of(world.plan()) == "");
  });
}

TEST_CASE("property: a few runs of one time come to an end, guards or not") {
  for_all([](const RandomWorld& before) {
    RandomWorld world = before;
    if (world.dice.once_in(2)) world.lift_guards();
    REQUIRE(settle(world) == "");
  });
}

TEST_CASE("property: what is gone is emptied and marked, and deleted only after that") {
  for_all([](const RandomWorld& before) {
    RandomWorld world = before;
    world.lift_guards();
    const Plan plan = world.plan();
    for (const Change& change : plan.changes) {
      if (change.action != Action::remove || change.key.kind != "ServiceEntry" || change.note.starts_with("moved")) {
        continue;
      }
      const auto entry = std::get<ServiceEntry>(world.cluster.live(change.key).manifest);
      REQUIRE(entry.endpoints.empty());
      REQUIRE_FALSE(value_of(entry.meta.annotations, mark::kGoneSince).empty());
      REQUIRE(world.policy.prune);
    }
    std::set<ObjectKey> excused(plan.left_alone.begin(), plan.left_alone.end());
    for (const Held& held : plan.held) excused.insert(held.change.key);
    for (const ObjectKey& key : plan.kept) excused.insert(key);
    REQUIRE(world.write(plan) == "");
    for (const LiveObject& live : world.cluster.objects()) {
      const ObjectKey key = key_of(live.manifest);
      const std::string name = key.name.substr(0, 1);
      const bool excluded = std::ranges::any_of(
          world.policy.names.exclude, [&](const std::string& glob) { return glob.find(name) != std::string::npos; });
      if (!is_ours(world, live) || excused.contains(key) || excluded || wanted_with(world, key) != nullptr) continue;
      if (!was_read_whole(world, home_of(world, live))) continue;
      CAPTURE(key.display());
      REQUIRE(key.kind == "ServiceEntry");
      REQUIRE(std::get<ServiceEntry>(live.manifest).endpoints.empty());
      REQUIRE_FALSE(value_of(meta_of(live.manifest).annotations, mark::kGoneSince).empty());
    }
  });
}

TEST_CASE("property: foreign objects are not touched") {
  for_all([](const RandomWorld& before) {
    RandomWorld world = before;
    world.lift_guards();
    const Plan plan = world.plan();
    for (const Change& change : plan.changes) {
      if (change.action == Action::create) {
        REQUIRE_FALSE(world.cluster.has(change.key));
        continue;
      }
      const LiveObject live = world.cluster.live(change.key);
      const bool disabled = world.cluster.dump(change.key).find("\"disabled\"") != std::string::npos;
      REQUIRE_FALSE(disabled);
      if (is_ours(world, live)) continue;
      REQUIRE(world.policy.adopt);
      REQUIRE((change.action == Action::update));
      const std::string owner = value_of(meta_of(live.manifest).labels, mark::kOwner);
      REQUIRE((owner.empty() || owner == world.policy.owner));
    }
    std::map<ObjectKey, std::string> untouched;
    for (const ObjectKey& key : world.cluster.keys()) untouched[key] = world.cluster.dump(key);
    for (const Change& change : plan.changes) untouched.erase(change.key);
    world.write(plan);
    for (const auto& [key, dump] : untouched) REQUIRE(world.cluster.dump(key) == dump);
  });
}

TEST_CASE("property: what could not be read in full loses nothing, whatever else happens") {
  for_all([](const RandomWorld& before) {
    RandomWorld world = before;
    world.lift_guards();
    if (world.dice.once_in(2)) world.policy.adopt = world.policy.force_conflicts = world.policy.allow_move = true;
    world.policy.prune = true;
    world.policy.prune_after = std::chrono::seconds{0};
    for (const Change& change : world.plan().changes) {
      if (change.action == Action::create) continue;
      const LiveObject live = world.cluster.live(change.key);
      if (!is_ours(world, live)) continue;
      const ScopeRead home = home_of(world, live);
      if (was_read_whole(world, home)) continue;
      CAPTURE(as_text(change));
      REQUIRE((change.action != Action::empty));
      // A service that was read in full, though its scope was not, may change, and move where that is allowed.
      REQUIRE(is_service_wanted(world, live));
      if (change.action == Action::remove && change.key.kind == "ServiceEntry") REQUIRE(world.policy.allow_move);
      if (change.action == Action::update) REQUIRE((change.source == home.source && change.scope == home.scope));
    }
  });
}

TEST_CASE("property: whatever failed, the next full run ends where one without failures does") {
  for_all([](const RandomWorld& before) {
    RandomWorld straight = before;
    straight.lift_guards();
    RandomWorld crooked = straight;
    REQUIRE(settle(straight) == "");
    for (std::size_t failed_runs = 1 + crooked.dice.below(3); failed_runs > 0; --failed_runs) {
      const std::size_t odds = 1 + crooked.dice.below(3);
      REQUIRE(crooked.write(crooked.plan(), [&](const Change&) { return crooked.dice.below(4) < odds; }).empty());
    }
    REQUIRE(settle(crooked) == "");
    REQUIRE(crooked.cluster.dump(false) == straight.cluster.dump(false));
  });
}

TEST_CASE("property: a run that is killed leaves what the next one repairs") {
  for_all([](const RandomWorld& before) {
    RandomWorld straight = before;
    straight.lift_guards();
    RandomWorld killed = straight;
    REQUIRE(settle(straight) == "");
    Plan plan = killed.plan();
    plan.changes.resize(killed.dice.below(plan.changes.size() + 1));
    REQUIRE(killed.write(plan).empty());
    REQUIRE(settle(killed) == "");
    REQUIRE(killed.cluster.dump(false) == straight.cluster.dump(false));
  });
}

TEST_CASE("property: names that are left out are neither changed nor held nor counted") {
  for_all([](RandomWorld& world) {
    if (world.policy.names.exclude.empty()) return;
    const Plan plan = world.plan();
    const auto excluded = [&](const Change& change) {
      return world.policy.names.exclude.front().find(change.key.name.front()) != std::string::npos;
    };
    REQUIRE(std::ranges::none_of(plan.changes, excluded));
    REQUIRE(std::ranges::none_of(plan.held, [&](const Held& held) { return excluded(held.change); }));
  });
}

/// Gives the policy the flags that a remedy of a guard names.
void obey(const std::string& remedy, RandomWorld& world) {
  const std::vector<std::string> words = split(remedy, ' ');
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] == "--allow-empty") world.policy.allow_empty.insert(words[i + 1]);
    if (words[i] == "--max-delete") world.policy.max_delete = static_cast<unsigned>(std::stoul(words[i + 1]));
    const auto percent = static_cast<unsigned>(std::stoul("0" + words[i + 1]));
    if (words[i] == "--max-delete-percent") world.policy.max_delete_percent = percent;
    if (words[i] == "--max-shrink-percent") world.policy.max_shrink_percent = percent;
    if (words[i] == "--max-snapshot-age" && words[i + 1] == "0") {
      for (ScopeRead& scope : world.wanted.scopes) scope.too_old.clear();
    }
  }
}

TEST_CASE("property: what a guard says lets it pass does") {
  for_all([](const RandomWorld& before) {
    RandomWorld world = before;
    std::size_t guarded = 0;
    // One guard does not see what another one holds: each may have its say once.
    for (int round = 0; round < 4; ++round) {
      guarded = 0;
      std::map<Held::By, std::set<std::string>> remedies;
      for (const Held& held : world.plan().held) {
        if (!held.is_guard()) continue;
        ++guarded;
        remedies[held.by].insert(held.remedy);
      }
      // Several scopes may name one limit: the largest is the last.
      for (const auto& [by, texts] : remedies) {
        std::vector<std::string> sorted(texts.begin(), texts.end());
        std::ranges::sort(sorted, {}, [](const std::string& text) { return std::pair(text.size(), text); });
        for (const std::string& text : sorted) obey(text, world);
      }
    }
    CAPTURE(as_text(world.plan()));
    REQUIRE(guarded == 0);
  });
}

TEST_CASE("property: a guard holds only what takes something away") {
  for_all([](RandomWorld& world) {
    for (const Held& held : world.plan().held) {
      if (!held.is_guard()) continue;
      CAPTURE(as_text(held.change));
      REQUIRE((held.change.action != Action::create));
      REQUIRE_FALSE(held.remedy.empty());
    }
  });
}

TEST_CASE("property: a layout switch and new addresses are no loss, whatever fails in between") {
  for (std::uint32_t seed = 0; seed < kWorlds; ++seed) {
    CAPTURE(seed);
    testing::Planning world;
    Dice dice(seed);
    std::vector<ServiceEntry> entries;
    for (const std::string name : {"a", "b", "c"}) {
      entries.push_back(testing::service_entry(name, testing::addresses(1 + dice.below(4))));
    }
    for (int run = 0; run < kRuns; ++run) {
      CAPTURE(run);
      world.wanted.objects.clear();
      for (ServiceEntry& entry : entries) {
        if (dice.once_in(4)) {
          const auto network = static_cast<unsigned>(dice.below(5));
          entry =
              testing::service_entry(entry.meta.name.substr(0, 1), testing::addresses(entry.endpoints.size(), network));
        }
        world.want(dice.once_in(2) ? testing::as_workloads(entry) : std::vector<Manifest>{entry});
      }
      const Plan plan = world.plan();
      REQUIRE(testing::held_of(plan) == "");
      world.write(plan, [&](const Change&) { return dice.once_in(4); });
    }
    REQUIRE(settle(world) == "");
  }
}

// Merged sources

/// Two registries of which objects are made together, as the conversion makes them. Addresses tell whose they are.
class MergedWorld : public testing::Planning {
 public:
  explicit MergedWorld(std::uint32_t seed) : dice(seed) { policy.prune_after = std::chrono::seconds{0}; }

  struct Registry {
    std::string name;
    std::string prefix;
    bool read = true;
    bool complete = true;
    std::map<std::string, std::set<std::string>> services{};  ///< what it has, by host
  };

  /// What the registries have changes, and each may be down, or not be read at all.
  void draw_run() {
    for (Registry& registry : registries) {
      registry.read = !dice.once_in(4);
      registry.complete = !dice.once_in(3);
      for (const std::string name : {"a", "b", "c"}) {
        if (dice.once_in(2)) continue;
        auto& addresses = registry.services[name];
        addresses.clear();
        for (std::size_t i = dice.below(4); i > 0; --i)
          addresses.insert(fmt::format("{}.{}", registry.prefix, dice.below(6)));
        if (dice.once_in(3)) registry.services.erase(name);
      }
    }
    policy.prune = dice.once_in(2);
    policy.now += std::chrono::minutes{5};
    policy.names.exclude = dice.once_in(5) ? std::vector<std::string>{"A"} : std::vector<std::string>{};
    want_all(dice.once_in(3));
  }

  void heal() {
    for (Registry& registry : registries) registry.read = registry.complete = true;
    policy.names.exclude.clear();
    policy.prune = true;
    want_all(false);
  }

  /// Every address of the registry that serves.
  [[nodiscard]] std::set<std::string> live(const Registry& registry) const {
    std::set<std::string> all;
    for (const LiveObject& object : cluster.objects()) {
      const auto* entry = std::get_if<ServiceEntry>(&object.manifest);
      const auto endpoints =
          entry != nullptr ? entry->endpoints : std::vector{std::get<WorkloadEntry>(object.manifest).spec};
      for (const Endpoint& endpoint : endpoints) {
        if (endpoint.address.starts_with(registry.prefix))
          all.insert(meta_of(object.manifest).name.substr(0, 1) + " " + endpoint.address);
      }
    }
    return all;
  }

  std::vector<Registry> registries = {{"consul", "10.0.0"}, {"eureka", "10.1.0"}};
  Dice dice;

 private:
  void want_all(bool workloads) {
    wanted = {};
    bool complete = true;
    for (const Registry& registry : registries) {
      if (!registry.read) continue;
      wanted.scopes.push_back({registry.name, "dc1", registry.complete, "", "shop"});
      complete = complete && registry.complete;
      policy.allow_empty = {"shop/merged"};
    }
    policy.max_shrink_percent = policy.max_delete_percent = 100;
    for (const std::string name : {"a", "b", "c"}) want_one(name, complete, workloads);
  }

  void want_one(const std::string& name, bool complete, bool workloads) {
    ServiceEntry entry = testing::service_entry(name, {}, {"shop", "merged"});
    std::vector<std::string> scopes;
    std::vector<std::string> names;
    for (const Registry& registry : registries) {
      const auto service = registry.services.find(name);
      if (!registry.read || service == registry.services.end()) continue;
      const std::string own = registry.name == "eureka" && name == "a" ? "A" : name;
      if (!policy.names.exclude.empty() && own == "A") continue;
      scopes.push_back(registry.name + "/dc1");
      names.push_back(own);
      for (const std::string& address : service->second) entry.endpoints.emplace_back().address = address;
    }
    if (scopes.empty()) return;
    if (!complete) {
      wanted.withheld_hosts.push_back(entry.hosts.front());
      return;
    }
    auto& annotations = entry.meta.annotations;
    annotations.emplace(annotations.begin(), mark::kMergedFrom, list_mark(scopes));
    if (std::ranges::find(names, "A") != names.end()) annotations.emplace_back(mark::kService, list_mark(names));
    want(workloads ? testing::as_workloads(std::move(entry)) : std::vector<Manifest>{std::move(entry)});
  }
};

TEST_CASE("property: of merged sources, none that was not read in full loses an endpoint by what the other one says") {
  std::size_t changed = 0;
  std::size_t withstood = 0;
  for (std::uint32_t seed = 0; seed < kWorlds; ++seed) {
    CAPTURE(seed);
    MergedWorld world(seed);
    for (int run = 0; run < kRuns; ++run) {
      CAPTURE(run);
      world.draw_run();
      const Plan plan = world.plan();
      CAPTURE(as_text(plan));
      const bool any_down =
          std::ranges::any_of(world.registries, [](const auto& one) { return one.read && !one.complete; });
      std::map<std::string, std::set<std::string>> before;
      for (const auto& registry : world.registries) before[registry.name] = world.live(registry);
      const std::size_t failures = world.dice.below(3);
      world.write(plan, [&](const Change&) { return failures > 0 && world.dice.once_in(5 - failures); });
      if (any_down) REQUIRE(plan.changes.empty());
      if (!plan.changes.empty()) ++changed;
      for (const auto& registry : world.registries) {
        const auto after = world.live(registry);
        if (registry.read && registry.complete) {
          // What this run was told to leave out is not looked at.
          if (world.policy.names.exclude.empty() || registry.name != "eureka") continue;
          std::erase_if(before[registry.name], [](const std::string& one) { return !one.starts_with("a "); });
        }
        REQUIRE(std::ranges::includes(after, before[registry.name]));
        if (!before[registry.name].empty()) ++withstood;
      }
    }
    world.heal();
    REQUIRE(settle(world) == "");
    for (const auto& registry : world.registries) {
      std::set<std::string> expected;
      for (const auto& [name, addresses] : registry.services) {
        for (const std::string& address : addresses) expected.insert(name + " " + address);
      }
      REQUIRE((world.live(registry) == expected));
    }
  }
  CHECK(changed > kWorlds / 3);
  CHECK(withstood > kWorlds / 3);
}

}  // namespace
}  // namespace r2i::plan
