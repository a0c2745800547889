#pragma once

#include "base/large_text.hpp"
#include "base/sink.hpp"
#include "model/document_reader.hpp"
#include "model/service.hpp"

#include <memory>
#include <string>
#include <vector>

namespace r2i {

inline constexpr std::string_view kSnapshotApiVersion = "registry2istio.io/v1";

/// What a snapshot says besides its services: one source, when it was read, and how much of it.
struct SourceState {
  std::shared_ptr<const SourceInfo> source;
  std::string fetched_at;  ///< RFC 3339, UTC; empty: the snapshot does not say
  std::vector<ScopeState> scopes;

  [[nodiscard]] bool complete() const;
};

/// What a snapshot file turned out to hold. With findings, nothing of it is to be used.
struct SnapshotContents {
  std::vector<SourceState> sources;
  std::vector<Finding> findings;
  bool repaired = false;  ///< bad UTF-8 was replaced
};

/// Reads a Snapshot or a SnapshotList and hands over each service as soon as it is whole. What was read of a Snapshot
/// is spent, but for the places of the findings.
SnapshotContents read_snapshot(LargeText& text, ServiceSink& services);

/// Tells the parts of a Snapshot: the head, then each service in the order in which they are to be written, then the
/// end.
class SnapshotWriter {
 public:
  explicit SnapshotWriter(Sink& sink) : sink_(sink) {}
  void begin(const SourceState& state);
  void service(const Service& service);
  void end();

 private:
  Sink& sink_;
};

/// The order of services in a snapshot: by scope, name, group.
bool snapshot_order(const Service& a, const Service& b);

/// Replaces what looks like a secret in the metadata and tags of a service by "<redacted>"; says how many it found.
std::size_t redact(Service& service);

}  // namespace r2i
