#pragma once

#include "commands/pipeline.hpp"
#include "commands/session.hpp"
#include "directory/directory.hpp"
#include "kube/cluster.hpp"
#include "plan/plan.hpp"

#include <memory>
#include <string>
#include <vector>

namespace r2i::commands {

/// A plan, what it was made from, and what it is for.
struct Planned {
  plan::Plan plan;
  Gathered gathered;
  std::string api_version;                          ///< that the objects are to be written in
  std::unique_ptr<kube::Cluster> cluster;           ///< the target, if it is a cluster
  std::unique_ptr<directory::Directory> directory;  ///< else
  std::vector<Manifest> objects;                    ///< of a directory: all that are desired
};

/// Sources → desired objects → difference to the cluster. Throws Error{usage} for what is missing to go on, and
/// Error{cluster} if the cluster cannot be listed. Diagnostics are shown.
Planned plan_for_cluster(Session& session);
/// The same for a directory or a file. Throws Error{usage} if a file of it cannot be understood: it might hide objects.
Planned plan_for_directory(Session& session, const std::string& path);

/// Whether the run writes files of manifests.
bool writes_files(const config::Settings& settings);

/// Makes ready to speak to the cluster. Throws Error{usage}.
std::unique_ptr<kube::Cluster> connect(Session& session);
/// The field manager: --field-manager, else registry2istio-OWNER.
std::string field_manager(const config::Settings& settings);
/// Throws Error{usage} if no owner was given: `default` would be everybody's.
void require_owner(const config::Settings& settings);

/// What the run exits with as far as the plan decides it: guards, refusals, incomplete sources. Diagnostics come on
/// top (Report::verdict()).
ExitCode exit_code_of_plan(const Session& session, const Planned& planned, bool applying);

}  // namespace r2i::commands
