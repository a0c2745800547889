#include "model_cluster.hpp"

#include "base/json_writer.hpp"
#include "base/output.hpp"
#include "model/describe.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace r2i::testing {

namespace {

const std::string kItself = ".";

FieldPath below(FieldPath path, std::string step) {
  path.push_back(std::move(step));
  return path;
}

bool is_within(const FieldPath& path, const FieldPath& whole) {
  return path.size() >= whole.size() && std::equal(whole.begin(), whole.end(), path.begin());
}

/// `maps`: maps are there as such, too, as an update owns them.
void walk(const FieldPath& path, const Json& value, bool maps, Leaves& out) {
  static const FieldPath kPorts{"f:spec", "f:ports"};
  if (value.is_object()) {
    if (maps && !value.empty() && path.size() > 1) out[below(path, kItself)] = nullptr;
    for (const auto& [key, one] : value.items()) walk(below(path, "f:" + key), one, maps, out);
  } else if (path == kPorts && value.is_array()) {
    // The one list of these kinds that is a map by key. Every other list is owned as one.
    if (maps && !value.empty()) out[below(path, kItself)] = nullptr;
    for (const Json& item : value) {
      const FieldPath whole = below(path, fmt::format("k:{}", Json{{"name", item.at("name")}}.dump()));
      out[below(whole, kItself)] = nullptr;
      for (const auto& [key, one] : item.items()) walk(below(whole, "f:" + key), one, maps, out);
    }
  } else {
    out[path] = value;
  }
}

Leaves leaves_of(const Json& body, bool maps) {
  Leaves out;
  Json meta = body.at("metadata");
  meta.erase("name");
  meta.erase("namespace");
  walk({"f:metadata"}, meta, maps, out);
  walk({"f:spec"}, body.at("spec"), maps, out);
  return out;
}

void put_value(Json& target, const FieldPath& path, const Json& value) {
  Json* at = &target;
  for (const std::string& step : path) {
    if (step.starts_with("f:")) {
      at = &(*at)[step.substr(2)];
      continue;
    }
    const Json key = Json::parse(step.substr(2));
    if (!at->is_array()) *at = Json::array();
    auto item = std::ranges::find_if(*at, [&](const Json& one) { return one.at("name") == key.at("name"); });
    if (item == at->end()) {
      at->push_back(key);
      item = at->end() - 1;
    }
    at = &*item;
  }
  *at = value;
}

/// `.` is only told where there is more: what is owned alone is an empty object, be it a map or a value.
void drop_lonely_marks(Json& fields) {
  if (fields.size() == 1) fields.erase(kItself);
  for (auto& [step, inner] : fields.items()) drop_lonely_marks(inner);
}

Json fields_v1(const std::set<FieldPath>& fields) {
  Json out = Json::object();
  for (const FieldPath& path : fields) {
    Json* at = &out;
    for (const std::string& step : path) {
      at = &(*at)[step];
      if (at->is_null()) *at = Json::object();
    }
  }
  drop_lonely_marks(out);
  return out;
}

/// A list item goes with all that nobody owns in it; it stays while somebody owns a part of it.
Leaves without(const Leaves& all, const std::set<FieldPath>& gone, const std::set<FieldPath>& kept) {
  std::vector<FieldPath> items;
  for (const FieldPath& path : gone) {
    if (path.back() != kItself) continue;
    const FieldPath item(path.begin(), path.end() - 1);
    if (std::ranges::none_of(kept, [&](const FieldPath& one) { return is_within(one, item); })) items.push_back(item);
  }
  Leaves left;
  for (const auto& [path, value] : all) {
    const auto holds = [&path = path](const FieldPath& item) { return is_within(path, item); };
    if (!gone.contains(path) && std::ranges::none_of(items, holds)) left.emplace(path, value);
  }
  std::erase_if(left, [&](const auto& leaf) {
    if (leaf.first.back() != kItself) return false;
    const FieldPath whole(leaf.first.begin(), leaf.first.end() - 1);
    return std::ranges::none_of(
        left, [&](const auto& other) { return other.first.back() != kItself && is_within(other.first, whole); });
  });
  return left;
}

std::string path_text(const FieldPath& path) {
  std::string text;
  for (const std::string& step : path) {
    if (step.starts_with("f:")) text += "." + step.substr(2);
    if (step.starts_with("k:")) text += fmt::format("[name={}]", Json::parse(step.substr(2)).at("name").dump());
  }
  return text;
}

Json as_json(const Manifest& manifest) {
  StringOutput out;
  JsonWriter writer(out, 0);
  describe(writer, manifest, "v1");
  return Json::parse(out.text());
}

/// What Istio's CRDs refuse, as far as merging two managers' fields can come to it.
std::string refusal(const Json& body) {
  const Json& spec = body.at("spec");
  if (spec.contains("endpoints") && spec.contains("workloadSelector")) {
    return "only one of WorkloadSelector or Endpoints can be set";
  }
  for (const Json& port : spec.value("ports", Json())) {
    if (body.at("kind") == "ServiceEntry" && !port.contains("number")) return "spec.ports.number: Required value";
  }
  return "";
}

}  // namespace

std::string ModelCluster::apply(const Manifest& wanted, const std::string& manager, bool force) {
  const ObjectKey key = key_of(wanted);
  const Json body = as_json(wanted);
  const auto found = objects_.find(key);
  const Leaves before = found == objects_.end() ? Leaves{} : leaves_of(found->second.body, true);
  const Leaves asked = leaves_of(body, false);
  std::set<FieldPath> asked_paths;
  std::set<FieldPath> changed;
  for (const auto& [path, value] : asked) {
    asked_paths.insert(path);
    const auto there = before.find(path);
    if (there == before.end() || there->second != value) changed.insert(path);
  }
  Manager us{manager, "Apply", "", asked_paths};
  std::set<FieldPath> last;
  std::set<FieldPath> of_others;
  std::vector<Manager> others;
  for (const Manager& one : found == objects_.end() ? std::vector<Manager>() : found->second.managers) {
    if (one.is(us)) {
      last = one.fields;
      continue;
    }
    Manager& other = others.emplace_back(one);
    for (const FieldPath& path : changed) {
      if (other.fields.erase(path) > 0 && !force) return fmt::format("{} owns {}", other.name, path_text(path));
    }
    of_others.insert(other.fields.begin(), other.fields.end());
  }
  Leaves all = before;
  for (const auto& [path, value] : asked) all[path] = value;
  std::set<FieldPath> gone;
  for (const FieldPath& path : last) {
    if (!asked_paths.contains(path) && !of_others.contains(path)) gone.insert(path);
  }
  std::set<FieldPath> kept = of_others;
  kept.insert(asked_paths.begin(), asked_paths.end());
  others.push_back(std::move(us));
  return keep(key, without(all, gone, kept), std::move(others));
}

std::string ModelCluster::put(const Manifest& object, const std::string& manager) {
  return put_json(key_of(object), as_json(object), manager);
}

std::string ModelCluster::edit(const ObjectKey& key, const std::string& manager,
                               const std::function<void(Json&)>& change) {
  Json body = stored(key).body;
  change(body);
  return put_json(key, body, manager);
}

std::string ModelCluster::put_json(const ObjectKey& key, const Json& body, const std::string& manager) {
  const auto found = objects_.find(key);
  const Leaves before = found == objects_.end() ? Leaves{} : leaves_of(found->second.body, true);
  const Leaves after = leaves_of(body, true);
  Manager us{manager, "Update", "", {}};
  std::vector<Manager> managers;
  for (const Manager& one : found == objects_.end() ? std::vector<Manager>() : found->second.managers) {
    if (one.is(us)) us = one;
    if (!one.is(us)) managers.push_back(one);
  }
  for (const auto& [path, value] : after) {
    const auto there = before.find(path);
    if (there != before.end() && there->second == value) continue;
    us.fields.insert(path);
    for (Manager& one : managers) one.fields.erase(path);
  }
  managers.push_back(std::move(us));
  for (Manager& one : managers) {
    std::erase_if(one.fields, [&](const FieldPath& path) { return one.subresource.empty() && !after.contains(path); });
  }
  return keep(key, after, std::move(managers));
}

std::string ModelCluster::keep(const ObjectKey& key, const Leaves& after, std::vector<Manager> managers) {
  Json body{{"apiVersion", "networking.istio.io/v1"}, {"kind", key.kind}, {"spec", Json::object()}};
  body["metadata"] = {{"name", key.name}, {"namespace", key.nspace}};
  for (const auto& [path, value] : after) {
    if (path.back() != kItself) put_value(body, path, value);
  }
  if (std::string refused = refusal(body); !refused.empty()) return refused;
  std::erase_if(managers, [](const Manager& one) { return one.fields.empty(); });
  std::ranges::sort(managers, {}, [](const Manager& one) { return std::pair(one.operation, one.name); });
  Stored& stored = objects_[key];
  if (stored.generation == 0) {
    stored.uid = fmt::format("uid-{}", ++made_);
  } else if (stored.body == body && stored.managers == managers) {
    return "";
  }
  if (stored.generation == 0 || stored.body.at("spec") != body.at("spec")) ++stored.generation;
  stored.version = ++version_;
  stored.body = std::move(body);
  stored.managers = std::move(managers);
  return "";
}

void ModelCluster::write_status(const ObjectKey& key) {
  Stored& object = objects_.at(key);
  object.status = {{"addresses", {{{"value", "240.240.0.1"}}}}};
  const Manager istiod{"pilot-discovery", "Update", "status", {{"f:status", "f:addresses"}}};
  std::erase_if(object.managers, [&](const Manager& one) { return one.is(istiod); });
  object.managers.push_back(istiod);
  object.version = ++version_;
}

std::string ModelCluster::write(const Change& change, const std::string& manager) {
  const auto found = objects_.find(change.key);
  if (!change.live) {
    if (found != objects_.end()) return "it exists already";
    if (change.action == Action::remove) return "a delete without a precondition";
  } else {
    if (found == objects_.end()) return "it is gone";
    const LiveObject now = live(change.key);
    const FieldSet* owned = now.applied_by(manager);
    const bool same = now.uid == change.live->uid && now.generation == change.live->generation &&
                      meta_of(now.manifest).labels == change.live->labels &&
                      (owned != nullptr ? *owned : FieldSet()) == change.live->owned;
    if (!same) return "it has moved on";
  }
  if (change.action == Action::remove) {
    objects_.erase(found);
    return "";
  }
  return apply(change.after.value(), manager, change.force);
}

std::vector<ObjectKey> ModelCluster::keys() const {
  std::vector<ObjectKey> keys;
  for (const auto& [key, object] : objects_) keys.push_back(key);
  return keys;
}

const ModelCluster::Stored& ModelCluster::stored(const ObjectKey& key) const {
  return objects_.at(key);
}

Json ModelCluster::with_metadata(const Stored& stored, bool versions) {
  Json body = stored.body;
  Json managed = Json::array();
  for (const Manager& one : stored.managers) {
    Json entry{{"manager", one.name}, {"operation", one.operation}, {"fieldsType", "FieldsV1"}};
    if (!one.subresource.empty()) entry["subresource"] = one.subresource;
    entry["apiVersion"] = "networking.istio.io/v1";
    entry["fieldsV1"] = fields_v1(one.fields);
    managed.push_back(std::move(entry));
  }
  body["metadata"]["managedFields"] = std::move(managed);
  if (versions) {
    body["metadata"]["uid"] = stored.uid;
    body["metadata"]["resourceVersion"] = std::to_string(stored.version);
    body["metadata"]["generation"] = stored.generation;
  }
  if (!stored.status.is_null()) body["status"] = stored.status;
  return body;
}

LiveObject ModelCluster::live(const ObjectKey& key) const {
  std::string text = with_metadata(stored(key), true).dump();
  JsonCursor cursor;
  if (!cursor.open(text)) throw std::logic_error("not JSON: " + text);
  DocumentReader reader(cursor);
  auto object = read_live_object(reader);
  const std::vector<Finding> findings = reader.finish();
  if (!object || !findings.empty()) {
    throw std::logic_error(fmt::format("{}: {}", key.display(), findings.empty() ? "" : findings.front().message));
  }
  return std::move(*object);
}

std::vector<LiveObject> ModelCluster::objects() const {
  std::vector<LiveObject> all;
  for (const auto& [key, object] : objects_) all.push_back(live(key));
  return all;
}

std::string ModelCluster::dump(const ObjectKey& key, bool versions) const {
  return has(key) ? with_metadata(stored(key), versions).dump() : "";
}

std::string ModelCluster::dump(bool versions) const {
  std::string text;
  for (const ObjectKey& key : keys()) text += dump(key, versions) + "\n";
  return text;
}

}  // namespace r2i::testing
