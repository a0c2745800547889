#include "kube/live_state.hpp"

#include "base/text.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace r2i::kube {

namespace {

template <typename Value>
using Entries = std::vector<std::pair<std::string, Value>>;

template <typename Value>
void sort(Entries<Value>& pairs) {
  std::ranges::sort(pairs);
}

void sort(Endpoint& endpoint) {
  Pairs labels = endpoint.labels;
  sort(labels);
  endpoint.labels = std::move(labels);
  sort(endpoint.ports);
}

/// Maps have no order in Kubernetes; ours have the one in which they are printed.
ServiceEntry sorted(ServiceEntry entry) {
  for (Endpoint& endpoint : entry.endpoints) sort(endpoint);
  sort(entry.workload_selector.labels);
  return entry;
}
WorkloadEntry sorted(WorkloadEntry entry) {
  sort(entry.spec);
  return entry;
}

bool holds(const Pairs& live, const Pairs& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& pair) { return std::ranges::find(live, pair) != live.end(); });
}

}  // namespace

std::optional<LiveObject> read_object(JsonCursor& cursor, std::string body) {
  if (!cursor.open(body)) return std::nullopt;
  DocumentReader reader(cursor);
  auto live = read_live_object(reader);
  if (!reader.finish().empty()) return std::nullopt;
  return live;
}

std::optional<WrittenAnswer> read_written(JsonCursor& cursor, std::string body) {
  if (!cursor.open(body)) return std::nullopt;
  WrittenAnswer answer;
  std::string kind;
  DocumentReader reader(cursor);
  reader.object({}, [&](std::string_view key) {
    if (key == "kind") {
      reader.read(kind);
      return true;
    }
    if (key != "metadata") return false;
    reader.object({}, [&](std::string_view field) {
      if (field != "resourceVersion") return false;
      reader.read(answer.resource_version);
      return true;
    });
    return true;
  });
  if (!reader.finish().empty() || kind.empty()) return std::nullopt;
  return answer;
}

std::string differences(const LiveObject& live, const Precondition& planned, const std::string& manager) {
  if (live.uid != planned.uid) return "it was deleted and created anew";
  std::vector<std::string> parts;
  if (live.generation != planned.generation) parts.emplace_back("its spec");
  Pairs labels = meta_of(live.manifest).labels;
  Pairs planned_labels = planned.labels;
  sort(labels);
  sort(planned_labels);
  if (labels != planned_labels) parts.emplace_back("its labels");
  const FieldSet* const owned = live.applied_by(manager);
  if ((owned == nullptr ? FieldSet() : *owned) != planned.owned) {
    parts.push_back(fmt::format("the fields that {} owns", manager));
  }
  return parts.empty() ? "" : "changed since it was read: " + join(parts, ", ");
}

bool is_written(const LiveObject& live, const Manifest& wanted, const std::string& manager) {
  if (live.manifest.index() != wanted.index() || live.applied_by(manager) == nullptr) return false;
  const ObjectMeta& has = meta_of(live.manifest);
  const ObjectMeta& wants = meta_of(wanted);
  if (!holds(has.labels, wants.labels) || !holds(has.annotations, wants.annotations)) return false;
  return std::visit(
      [&]<typename Entry>(const Entry& entry) {
        Entry other = std::get<Entry>(live.manifest);
        other.meta = entry.meta;
        return sorted(std::move(other)) == sorted(entry);
      },
      wanted);
}

}  // namespace r2i::kube
