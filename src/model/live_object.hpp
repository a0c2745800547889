#pragma once

#include "model/document_reader.hpp"
#include "model/field_set.hpp"
#include "model/manifest.hpp"
#include "model/remembered.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// One entry of metadata.managedFields: who set which fields.
struct FieldManager {
  std::string name;
  bool applies = false;     ///< by server-side apply; false: by an update
  std::string subresource;  ///< "status", or empty
  FieldSet fields;
};

/// An object as the target has it.
struct LiveObject {
  Manifest manifest;
  std::string api_version;  ///< "v1"
  std::string uid;          ///< with the three that follow, empty in a directory
  std::string resource_version;
  std::int64_t generation = 0;
  std::vector<FieldManager> managers;
  std::string place;  ///< in a directory: the file, relative to it; empty in a cluster

  /// The fields that `manager` has set by server-side apply; nothing if it has no entry.
  [[nodiscard]] const FieldSet* applied_by(std::string_view manager) const;
};

/// Reads objects of one text, one after the other, as read_manifest() does, with what a cluster adds to their metadata.
class LiveObjectReader {
 public:
  explicit LiveObjectReader(DocumentReader& reader) : reader_(reader) {}
  /// The object that the reader stands on.
  std::optional<LiveObject> read();

 private:
  FieldManager read_manager();

  DocumentReader& reader_;
  Remembered<FieldSet> fields_;  ///< managers write the same fields of one object after the other
};

/// One object.
std::optional<LiveObject> read_live_object(DocumentReader& reader);

/// Takes the objects of a target one by one, in any order. An object that is neither a ServiceEntry nor a WorkloadEntry
/// never comes here.
class LiveSink {
 public:
  LiveSink() = default;
  LiveSink(const LiveSink&) = delete;
  LiveSink& operator=(const LiveSink&) = delete;
  virtual ~LiveSink() = default;

  virtual void object(LiveObject&& object) = 0;
  /// Everything seen so far is void; the list starts again.
  virtual void restart() = 0;
};

}  // namespace r2i
