#include "base/text.hpp"
#include "model/read_manifest.hpp"
#include "plan/plan_file.hpp"
#include "plan/plan_file_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace r2i::plan {

namespace {

/// The keys of an object: first those that it must have.
struct Keys {
  std::span<const std::string_view> all;
  std::size_t required;
};

constexpr std::array<std::string_view, 17> kRoot = {
    "apiVersion", "changes",    "checksum", "fingerprint", "held",   "istioApiVersion", "kept",   "kind", "leftAlone",
    "manager",    "namespaces", "owner",    "prunable",    "scopes", "summary",         "target", "twins"};
constexpr std::array<std::string_view, 19> kHeld = {
    "by",    "remedy",  "why",    "action", "differences", "group", "kind", "name", "namespace", "phase",
    "scope", "service", "source", "after",  "before",      "force", "live", "note", "place"};
constexpr std::array<std::string_view, 3> kObjectKey = {"kind", "name", "namespace"};
constexpr std::array<std::string_view, 5> kLive = {"generation", "labels", "owned", "resourceVersion", "uid"};
constexpr std::array<std::string_view, 5> kScope = {"desiredEntries", "liveEndpoints", "liveEntries", "scope",
                                                    "source"};
constexpr std::array<std::string_view, 3> kTwin = {"managers", "ours", "theirs"};

constexpr Keys kRootKeys{kRoot, kRoot.size()};
constexpr Keys kHeldKeys{kHeld, 13};
constexpr Keys kChangeKeys{std::span(kHeld).subspan(3), 10};
constexpr Keys kObjectKeys{kObjectKey, kObjectKey.size()};
constexpr Keys kLiveKeys{kLive, kLive.size()};
constexpr Keys kScopeKeys{kScope, kScope.size()};
constexpr Keys kTwinKeys{kTwin, kTwin.size()};

class PlanReader {
 public:
  PlanReader(DocumentReader& reader, PlanFile& file) : reader_(reader), file_(file) {}

  void read_root() {
    object(kRootKeys, [&](std::string_view key) {
      if (key == "apiVersion") {
        reader_.read(api_version_);
      } else if (key == "kind") {
        reader_.read(kind_);
      } else {
        return read_part(key);
      }
      return true;
    });
  }

  /// Of a document of another kind nothing else is worth telling.
  [[nodiscard]] bool is_plan() const { return kind_ == kPlanKind && api_version_ == kPlanApiVersion; }
  [[nodiscard]] std::string why_no_plan() const {
    return fmt::format("this is no plan: expected apiVersion {} and kind {}, got {} and {}", kPlanApiVersion, kPlanKind,
                       in_quotes(api_version_), in_quotes(kind_));
  }

  /// What is wrong in a plan of which every part could be read.
  [[nodiscard]] std::vector<Finding> contradictions() const {
    std::vector<Finding> findings;
    for (const auto& [at, version] : versions_) {
      if (version == file_.target.api_version) continue;
      findings.push_back({at, fmt::format("the object is of version {}, the plan of {}", in_quotes(version),
                                          in_quotes(file_.target.api_version))});
    }
    for (const auto& [name, count] : summary_of(file_.plan)) {
      const auto stated = std::ranges::find(stated_, name, &Summary::value_type::first);
      if (stated == stated_.end() || stated->second == count) continue;
      findings.push_back(
          {summary_offset_, fmt::format("summary.{} says {}, but there are {}", name, stated->second, count)});
    }
    for (const auto& [change, message] : contradictions_in(file_.plan)) {
      if (change == Contradiction::kNone) {
        findings.push_back({0, message});
      } else {
        findings.push_back({change_offsets_.at(change), fmt::format("changes[{}]: {}", change, message)});
      }
    }
    return findings;
  }

  [[nodiscard]] const std::string& checksum() const { return checksum_; }
  [[nodiscard]] std::size_t checksum_offset() const { return checksum_offset_; }

 private:
  [[nodiscard]] std::size_t offset() const { return reader_.cursor().offset(); }

  /// Reads an object, and finds which keys it lacks.
  template <typename OnKey>
  void object(const Keys& keys, OnKey on_key) {
    const std::size_t start = offset();
    const bool is_object = reader_.cursor().type() == JsonCursor::Type::object;
    std::uint32_t seen = 0;
    reader_.object(keys.all, [&](std::string_view key) {
      const auto index = static_cast<std::size_t>(std::ranges::find(keys.all, key) - keys.all.begin());
      if (index == keys.all.size()) return false;
      seen |= 1U << index;
      return on_key(key);
    });
    if (!is_object || reader_.cursor().fault()) return;
    for (std::size_t i = 0; i < keys.required; ++i) {
      if ((seen & 1U << i) == 0) reader_.find(start, fmt::format("the key \"{}\" is missing", keys.all[i]));
    }
  }

  bool read_part(std::string_view key) {
    Plan& plan = file_.plan;
    if (key == "changes") {
      reader_.list([&] {
        change_offsets_.push_back(offset());
        read_change(plan.changes.emplace_back());
      });
    } else if (key == "checksum") {
      reader_.read(checksum_);
      checksum_offset_ = offset();
    } else if (key == "fingerprint") {
      reader_.read(plan.fingerprint);
    } else if (key == "held") {
      reader_.list([&] { read_held(plan.held.emplace_back()); });
    } else if (key == "istioApiVersion") {
      reader_.read(file_.target.api_version);
    } else if (key == "kept") {
      read_keys(plan.kept);
    } else if (key == "leftAlone") {
      read_keys(plan.left_alone);
    } else if (key == "manager") {
      reader_.read(plan.manager);
    } else if (key == "namespaces") {
      reader_.read(plan.namespaces);
    } else if (key == "owner") {
      reader_.read(plan.owner);
    } else if (key == "prunable") {
      read_keys(plan.prunable);
    } else if (key == "scopes") {
      reader_.list([&] { read_scope(); });
    } else if (key == "summary") {
      read_summary();
    } else if (key == "target") {
      reader_.read(file_.target.place);
    } else {
      reader_.list([&] { read_twin(plan.twins.emplace_back()); });
    }
    return true;
  }

  void read_change(Change& change) {
    object(kChangeKeys, [&](std::string_view key) { return read_of_change(key, change); });
  }

  void read_held(Held& held) {
    object(kHeldKeys, [&](std::string_view key) {
      if (key == "by") {
        read_name(held.by, kReasons, [](Held::By by) { return to_string(by); });
      } else if (key == "remedy") {
        reader_.read(held.remedy);
      } else if (key == "why") {
        reader_.read(held.why);
      } else {
        return read_of_change(key, held.change);
      }
      return true;
    });
  }

  bool read_of_change(std::string_view key, Change& change) {
    if (key == "action") {
      read_name(change.action, kActions, [](Action action) { return to_string(action); });
    } else if (key == "after") {
      read_object(change.after);
    } else if (key == "before") {
      read_object(change.before);
    } else if (key == "differences") {
      reader_.cursor().skip();  // follows from the two
    } else if (key == "force") {
      reader_.read(change.force);
    } else if (key == "live") {
      read_precondition(change.live.emplace());
    } else if (key == "phase") {
      read_name(change.phase, kPhases, [](Phase phase) { return kPhaseNames.at(static_cast<std::size_t>(phase)); });
    } else {
      return read_text_of_change(key, change);
    }
    return true;
  }

  bool read_text_of_change(std::string_view key, Change& change) {
    const std::pair<std::string_view, std::string*> texts[] = {
        {"group", &change.group},          {"kind", &change.key.kind},   {"name", &change.key.name},
        {"namespace", &change.key.nspace}, {"note", &change.note},       {"place", &change.place},
        {"scope", &change.scope},          {"service", &change.service}, {"source", &change.source}};
    for (const auto& [name, text] : texts) {
      if (name != key) continue;
      reader_.read(*text);
      return true;
    }
    return false;
  }

  void read_object(std::optional<Manifest>& out) {
    const std::size_t start = offset();
    auto read = read_manifest(reader_, {}, UnknownFields::found);
    if (!read) return;
    versions_.emplace_back(start, std::move(read->version));
    out = std::move(read->manifest);
  }

  void read_precondition(Precondition& live) {
    object(kLiveKeys, [&](std::string_view key) {
      if (key == "generation") {
        reader_.read(live.generation);
      } else if (key == "labels") {
        reader_.read(live.labels);
      } else if (key == "owned") {
        std::vector<std::string> paths;
        reader_.read(paths);
        live.owned = FieldSet(std::move(paths));
      } else if (key == "resourceVersion") {
        reader_.read(live.resource_version);
      } else {
        reader_.read(live.uid);
      }
      return true;
    });
  }

  void read_keys(std::vector<ObjectKey>& keys) {
    reader_.list([&] { read_key(keys.emplace_back()); });
  }

  void read_key(ObjectKey& out) {
    object(kObjectKeys, [&](std::string_view key) {
      reader_.read(key == "kind" ? out.kind : key == "name" ? out.name : out.nspace);
      return true;
    });
  }

  void read_scope() {
    const std::size_t start = offset();
    std::pair<std::string, std::string> name;
    ScopeCounts counts;
    object(kScopeKeys, [&](std::string_view key) {
      if (key == "desiredEntries") {
        read(counts.desired_entries);
      } else if (key == "liveEndpoints") {
        read(counts.live_endpoints);
      } else if (key == "liveEntries") {
        read(counts.live_entries);
      } else {
        reader_.read(key == "scope" ? name.second : name.first);
      }
      return true;
    });
    if (!file_.plan.scopes.emplace(std::move(name), counts).second) reader_.find(start, "the scope comes twice");
  }

  void read_summary() {
    summary_offset_ = offset();
    std::vector<std::string_view> names;
    for (const auto& [name, count] : summary_of({})) names.push_back(name);
    object({names, names.size()}, [&](std::string_view key) {
      std::size_t count = 0;
      read(count);
      if (key == "unchanged") file_.plan.unchanged = count;
      stated_.emplace_back(*std::ranges::find(names, key), count);
      return true;
    });
  }

  void read_twin(Twin& twin) {
    object(kTwinKeys, [&](std::string_view key) {
      if (key == "managers") {
        reader_.read(twin.managers);
      } else {
        read_key(key == "ours" ? twin.ours : twin.theirs);
      }
      return true;
    });
  }

  void read(std::size_t& out) {
    std::int64_t value = 0;
    reader_.read(value);
    if (value < 0) reader_.find(offset(), "expected a number from 0 on");
    out = static_cast<std::size_t>(std::max<std::int64_t>(value, 0));
  }

  template <typename Enum, std::size_t N, typename ToText>
  void read_name(Enum& out, const std::array<Enum, N>& values, ToText to_text) {
    const bool is_string = reader_.cursor().type() == JsonCursor::Type::string;
    std::string text;
    reader_.read(text);
    const auto found = std::ranges::find(values, text, to_text);
    if (found != values.end()) {
      out = *found;
    } else if (is_string) {
      reader_.find(offset(), fmt::format("unknown value {}", in_quotes(text)));
    }
  }

  static constexpr std::array<Phase, 4> kPhases = {Phase::add_workloads, Phase::write_entries, Phase::remove_workloads,
                                                   Phase::remove_entries};
  static constexpr std::array<Held::By, 10> kReasons = {
      Held::By::conflict, Held::By::foreign,    Held::By::other_owner, Held::By::other_source, Held::By::twin,
      Held::By::move,     Held::By::max_delete, Held::By::max_shrink,  Held::By::empty_scope,  Held::By::old_snapshot};

  DocumentReader& reader_;
  PlanFile& file_;
  std::string api_version_;
  std::string kind_;
  std::string checksum_;
  std::size_t checksum_offset_ = 0;
  std::size_t summary_offset_ = 0;
  Summary stated_;
  std::vector<std::size_t> change_offsets_;
  std::vector<std::pair<std::size_t, std::string>> versions_;  ///< of each object, by its offset
};

/// Whether `text` has at `offset` a checksum that fits it.
bool has_checksum(const std::string& text, std::size_t offset, const std::string& checksum) {
  const std::size_t digits_at = offset + 1 + kChecksumPrefix.size();
  const bool well_formed = checksum.starts_with(kChecksumPrefix) &&
                           checksum.size() == kChecksumPrefix.size() + kChecksumDigits &&
                           std::string_view(text).substr(offset).starts_with(fmt::format("\"{}\"", checksum));
  if (!well_formed) return false;
  std::string without = text;
  without.erase(digits_at, kChecksumDigits);
  return checksum.ends_with(checksum_of(without));
}

}  // namespace

PlanFile read_plan(std::string& text) {
  PlanFile file;
  const std::size_t size = text.size();
  JsonCursor cursor;
  DocumentReader reader(cursor);
  PlanReader plan(reader, file);
  if (cursor.open(text)) plan.read_root();
  file.findings = reader.finish();
  if (cursor.fault()) return file;
  if (!plan.is_plan()) {
    file.findings = {{0, plan.why_no_plan()}};
    return file;
  }
  if (file.findings.empty()) file.findings = plan.contradictions();
  text.resize(std::min(text.size(), size));
  const std::size_t at = plan.checksum_offset();
  if (!plan.checksum().empty() && !has_checksum(text, at, plan.checksum())) {
    file.findings.push_back({at, "the checksum does not fit: the file was damaged, or changed after it was written"});
  }
  std::ranges::stable_sort(file.findings, {}, &Finding::offset);
  return file;
}

}  // namespace r2i::plan
