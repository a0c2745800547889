#pragma once

#include "base/output.hpp"
#include "model/document_reader.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace r2i::plan {

/// What a plan was made for.
struct PlanTarget {
  std::string place;        ///< the URL of the API server, or the directory
  std::string api_version;  ///< of the objects: "v1"

  friend bool operator==(const PlanTarget&, const PlanTarget&) = default;
};

/// Writes a plan as a JSON document, for `diff -o json` and to be applied later. Keys are sorted, as kubectl has them,
/// and those of the root, of `summary` and of a group of `differences` are always there:
///
///   apiVersion: registry2istio.io/v1, kind: Plan, istioApiVersion, target, owner, manager, namespaces[], fingerprint,
///   checksum
///   summary     {create, update, empty, delete, unchanged, refused, withheld, prunable, kept, leftAlone}: numbers
///   changes[]   {action, kind, namespace, name, source, scope, service, group, phase, force?, note?, place?,
///               live? {uid, resourceVersion, generation, labels, owned[]}, before?, after?: whole objects,
///               differences}
///   differences by what differs (endpoints, ports, hosts, labels, annotations, fields, …), where something does:
///               {added: ["10.0.0.4:8080"], removed: [], changed: [{name, values: [{name?, before?, after?}]}]}
///   held[]      as changes, with by ("max-delete"), why, and remedy: what a person would type
///   prunable[], kept[], leftAlone[]: {kind, namespace, name}; twins[]: {ours, theirs, managers}
///   scopes[]    {source, scope, liveEntries, liveEndpoints, desiredEntries}
///
/// `checksum` is "sha256:" and the SHA-256 of the document without these 64 digits and the blanks after its end.
void write_plan(Output& out, const Plan& plan, const PlanTarget& target);

/// What a plan file turned out to hold. With findings, nothing of it is to be used.
struct PlanFile {
  Plan plan;
  PlanTarget target;
  std::vector<Finding> findings;
};

/// Reads what write_plan() wrote. Anything else is a finding: a key that it does not know, a change that contradicts
/// itself, a checksum that does not fit. `text` is changed (see JsonCursor).
PlanFile read_plan(std::string& text);

}  // namespace r2i::plan
