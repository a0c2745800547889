#pragma once

#include "model/change.hpp"
#include "model/live_object.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::testing {

using Json = nlohmann::json;

/// A path in FieldsV1's own steps: `f:spec`, `f:ports`, `k:{"name":"http"}`, `f:number`. With `.` at its end it is the
/// list item or the map itself.
using FieldPath = std::vector<std::string>;
/// The values of an object that have an owner.
using Leaves = std::map<FieldPath, Json>;

/// A Kubernetes API server's store of ServiceEntries and WorkloadEntries, as far as a plan can tell: who owns which
/// field, uid, generation and resourceVersion, and what server-side apply does with them (structured-merge-diff). Every
/// call says what it refused, or nothing.
class ModelCluster {
 public:
  std::string apply(const Manifest& wanted, const std::string& manager, bool force = false);
  /// What `kubectl replace` or a client-side apply does: the object is this one then.
  std::string put(const Manifest& object, const std::string& manager);
  /// `change` alters the JSON of the object in place, as somebody does in `kubectl edit`.
  std::string edit(const ObjectKey& key, const std::string& manager, const std::function<void(Json&)>& change);
  /// As istiod does: the resourceVersion moves, the generation does not.
  void write_status(const ObjectKey& key);
  void remove(const ObjectKey& key) { objects_.erase(key); }
  /// What the cluster as a target does with a change of a plan, preconditions and all.
  std::string write(const Change& change, const std::string& manager);

  [[nodiscard]] bool has(const ObjectKey& key) const { return objects_.contains(key); }
  [[nodiscard]] std::vector<ObjectKey> keys() const;
  /// As a LIST shows it; the object must be there.
  [[nodiscard]] LiveObject live(const ObjectKey& key) const;
  [[nodiscard]] std::vector<LiveObject> objects() const;
  /// Everything of an object, byte by byte; empty if it is not there. `versions`: uid, resourceVersion and generation,
  /// too.
  [[nodiscard]] std::string dump(const ObjectKey& key, bool versions = true) const;
  [[nodiscard]] std::string dump(bool versions) const;  ///< of all objects

 private:
  struct Manager {
    std::string name;
    std::string operation;  ///< "Apply" or "Update"
    std::string subresource;
    std::set<FieldPath> fields;

    [[nodiscard]] bool is(const Manager& other) const {
      return name == other.name && operation == other.operation && subresource == other.subresource;
    }
    friend bool operator==(const Manager&, const Manager&) = default;
  };
  struct Stored {
    Json body;  ///< as a manifest has it
    Json status;
    std::vector<Manager> managers;  ///< sorted by operation and name
    std::string uid;
    std::int64_t generation = 0;
    std::int64_t version = 0;
  };

  std::string keep(const ObjectKey& key, const Leaves& after, std::vector<Manager> managers);
  std::string put_json(const ObjectKey& key, const Json& body, const std::string& manager);
  [[nodiscard]] const Stored& stored(const ObjectKey& key) const;
  static Json with_metadata(const Stored& stored, bool versions);

  std::map<ObjectKey, Stored> objects_;
  std::int64_t version_ = 100;
  std::int64_t made_ = 0;
};

}  // namespace r2i::testing
