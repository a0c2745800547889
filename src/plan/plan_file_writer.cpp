#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "model/describe.hpp"
#include "plan/changes_in_words.hpp"
#include "plan/plan_file.hpp"
#include "plan/plan_file_format.hpp"

#include <algorithm>
#include <string>

namespace r2i::plan {

namespace {

constexpr int kIndent = 2;

class PlanWriter {
 public:
  PlanWriter(StringOutput& document, const Plan& plan, const PlanTarget& target)
      : document_(document), json_(document, kIndent), plan_(plan), target_(target) {}

  /// Says where the digits of the checksum belong.
  std::size_t write() {
    json_.begin_map();
    text("apiVersion", kPlanApiVersion);
    list("changes", plan_.changes, [&](const Change& change) { write_change(change, nullptr); });
    text("checksum", kChecksumPrefix);
    const std::size_t digits_at = document_.text().size() - 1;
    text("fingerprint", plan_.fingerprint);
    list("held", plan_.held, [&](const Held& held) { write_change(held.change, &held); });
    text("istioApiVersion", target_.api_version);
    list("kept", plan_.kept, [&](const ObjectKey& key) { write_key(key); });
    text("kind", kPlanKind);
    list("leftAlone", plan_.left_alone, [&](const ObjectKey& key) { write_key(key); });
    text("manager", plan_.manager);
    list("namespaces", plan_.namespaces, [&](const std::string& name) { json_.string(name); });
    text("owner", plan_.owner);
    list("prunable", plan_.prunable, [&](const ObjectKey& key) { write_key(key); });
    list("scopes", plan_.scopes, [&](const auto& scope) { write_scope(scope.first, scope.second); });
    write_summary();
    text("target", target_.place);
    list("twins", plan_.twins, [&](const Twin& twin) { write_twin(twin); });
    json_.end_map();
    document_.write("\n");
    return digits_at;
  }

 private:
  void text(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.string(value);
  }
  void text_if_any(std::string_view key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void number(std::string_view key, std::size_t value) {
    json_.key(key);
    json_.integer(static_cast<std::int64_t>(value));
  }

  template <typename Items, typename Write>
  void list(std::string_view key, const Items& items, Write write) {
    json_.key(key);
    json_.begin_list();
    for (const auto& item : items) write(item);
    json_.end_list();
  }

  void pairs(std::string_view key, const Pairs& pairs) {
    json_.key(key);
    json_.begin_map();
    for (const auto& [name, value] : pairs) text(name, value);
    json_.end_map();
  }

  void manifest(std::string_view key, const std::optional<Manifest>& manifest) {
    if (!manifest) return;
    json_.key(key);
    describe(json_, *manifest, target_.api_version);
  }

  void write_key(const ObjectKey& key) {
    json_.begin_map();
    text("kind", key.kind);
    text("name", key.name);
    text("namespace", key.nspace);
    json_.end_map();
  }

  void write_change(const Change& change, const Held* held) {
    json_.begin_map();
    text("action", to_string(change.action));
    manifest("after", change.after);
    manifest("before", change.before);
    if (held != nullptr) text("by", to_string(held->by));
    write_differences(changes_in_words(change));
    if (change.force) {
      json_.key("force");
      json_.boolean(true);
    }
    text("group", change.group);
    text("kind", change.key.kind);
    if (change.live) write_precondition(*change.live);
    text("name", change.key.name);
    text("namespace", change.key.nspace);
    text_if_any("note", change.note);
    text("phase", kPhaseNames.at(static_cast<std::size_t>(change.phase)));
    text_if_any("place", change.place);
    if (held != nullptr) text("remedy", held->remedy);
    text("scope", change.scope);
    text("service", change.service);
    text("source", change.source);
    if (held != nullptr) text("why", held->why);
    json_.end_map();
  }

  void write_precondition(const Precondition& live) {
    json_.key("live");
    json_.begin_map();
    json_.key("generation");
    json_.integer(live.generation);
    pairs("labels", live.labels);
    list("owned", live.owned.paths(), [&](const std::string& path) { json_.string(path); });
    text("resourceVersion", live.resource_version);
    text("uid", live.uid);
    json_.end_map();
  }

  void write_differences(const std::vector<PartChange>& words) {
    std::vector<std::string_view> groups;
    for (const PartChange& word : words) groups.push_back(names_of(word.part).key);
    std::ranges::sort(groups);
    const auto twins = std::ranges::unique(groups);
    groups.erase(twins.begin(), twins.end());
    json_.key("differences");
    json_.begin_map();
    for (const std::string_view group : groups) {
      std::vector<const PartChange*> of_group;
      for (const PartChange& word : words) {
        if (names_of(word.part).key == group) of_group.push_back(&word);
      }
      write_difference(group, of_group);
    }
    json_.end_map();
  }

  void write_difference(std::string_view group, const std::vector<const PartChange*>& words) {
    const auto with_sign = [&](std::string_view key, Sign sign, auto write) {
      json_.key(key);
      json_.begin_list();
      for (const PartChange* word : words) {
        if (word->sign == sign) write(*word);
      }
      json_.end_list();
    };
    json_.key(group);
    json_.begin_map();
    with_sign("added", Sign::added, [&](const PartChange& word) { json_.string(word.name); });
    with_sign("changed", Sign::changed, [&](const PartChange& word) { write_changed(word); });
    with_sign("removed", Sign::removed, [&](const PartChange& word) { json_.string(word.name); });
    json_.end_map();
  }

  void write_changed(const PartChange& word) {
    json_.begin_map();
    text("name", word.name);
    list("values", word.values, [&](const ValueChange& value) {
      json_.begin_map();
      if (value.after) text("after", *value.after);
      if (value.before) text("before", *value.before);
      text_if_any("name", value.name);
      json_.end_map();
    });
    json_.end_map();
  }

  void write_scope(const std::pair<std::string, std::string>& scope, const ScopeCounts& counts) {
    json_.begin_map();
    number("desiredEntries", counts.desired_entries);
    number("liveEndpoints", counts.live_endpoints);
    number("liveEntries", counts.live_entries);
    text("scope", scope.second);
    text("source", scope.first);
    json_.end_map();
  }

  void write_summary() {
    json_.key("summary");
    json_.begin_map();
    for (const auto& [name, count] : summary_of(plan_)) number(name, count);
    json_.end_map();
  }

  void write_twin(const Twin& twin) {
    json_.begin_map();
    text("managers", twin.managers);
    json_.key("ours");
    write_key(twin.ours);
    json_.key("theirs");
    write_key(twin.theirs);
    json_.end_map();
  }

  StringOutput& document_;
  JsonWriter json_;
  const Plan& plan_;
  const PlanTarget& target_;
};

/// In blocks, so that the document is not held twice.
void write_blocks(Output& out, std::string_view text) {
  constexpr std::size_t kBlock = std::size_t{64} * 1024;
  for (; !text.empty(); text.remove_prefix(std::min(kBlock, text.size()))) {
    out.write(text.substr(0, kBlock));
    out.spill();
  }
}

}  // namespace

Summary summary_of(const Plan& plan) {
  const auto withheld = static_cast<std::size_t>(std::ranges::count_if(plan.held, &Held::is_guard));
  return {
      {"create", plan.count(Action::create)},   {"delete", plan.count(Action::remove)},
      {"empty", plan.count(Action::empty)},     {"kept", plan.kept.size()},
      {"leftAlone", plan.left_alone.size()},    {"prunable", plan.prunable.size()},
      {"refused", plan.held.size() - withheld}, {"unchanged", plan.unchanged},
      {"update", plan.count(Action::update)},   {"withheld", withheld},
  };
}

std::string checksum_of(std::string_view document) {
  const auto last = document.find_last_not_of(" \t\r\n");
  return short_hash(document.substr(0, last + 1), kChecksumDigits);
}

void write_plan(Output& out, const Plan& plan, const PlanTarget& target) {
  StringOutput document;
  const std::size_t digits_at = PlanWriter(document, plan, target).write();
  const std::string_view text = document.text();
  write_blocks(out, text.substr(0, digits_at));
  out.write(checksum_of(text));
  write_blocks(out, text.substr(digits_at));
  out.flush();
}

}  // namespace r2i::plan
