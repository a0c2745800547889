#pragma once

#include "model/change.hpp"
#include "model/live_object.hpp"
#include "plan/group.hpp"
#include "plan/planner.hpp"

#include <string>
#include <vector>

namespace r2i::plan {

enum class Standing { ours, other_owner, foreign };

/// Ours is what has our owner's label and, in a cluster, an Apply entry of our manager.
Standing standing_of(const LiveObject& live, const Policy& policy);

/// As standing_of() says `ours`.
bool is_ours(const LiveObject& live, const std::string& owner, const std::string& manager);

/// Which objects an owner has, and which spec each: told as a hash that does not depend on their order.
class OwnerSet {
 public:
  void add(const ObjectKey& key, const LiveObject& live);
  [[nodiscard]] std::string fingerprint();

 private:
  std::vector<std::string> lines_;
};

/// Who else has set fields: "argocd-controller, kubectl-edit". `status` does not count.
std::string managers_of(const LiveObject& live, const std::string& but = {});

/// Whether it is the ServiceEntry of an alias: it comes and goes beside the one of its service.
bool is_alias(const Manifest& manifest);
/// Whether registry2istio.io/reconcile: disabled, as a label or an annotation, takes the object out of our hands.
bool is_disabled(const Manifest& manifest);

/// The service that an object of ours is for, by its marks.
ServiceName service_of(const Manifest& manifest);

/// Whether an object of ours is of merged sources (row 20 of the conversion).
bool is_merged(const Manifest& manifest);
/// The scopes that an object of ours is from, by its marks: several, if it is of merged sources.
std::vector<ScopeName> scopes_of(const Manifest& manifest);
/// The names of the services that an object of ours is for: of merged sources there may be several.
std::vector<std::string> names_of(const Manifest& manifest);

/// The host of a ServiceEntry, the value by which a WorkloadEntry is selected: both as a label's value has it.
std::string host_mark(const Manifest& manifest);

/// What all objects of one service have in common: namespace and host_mark().
std::string group_of(const Manifest& manifest);

/// Endpoints inside of a ServiceEntry; a WorkloadEntry is one.
std::size_t endpoints_in(const Manifest& manifest);
void add_endpoints(EndpointCount& count, const Manifest& manifest);

}  // namespace r2i::plan
