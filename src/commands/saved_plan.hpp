#pragma once

#include "commands/planning.hpp"

#include <string>
#include <vector>

namespace r2i::commands {

/// Writes the plan to the file of --out, which only its owner can read. Throws Error{output}.
void save_plan(Session& session, const Planned& planned);

/// Reads the file of --plan. Throws Error{usage} with every finding if it is not a whole plan of ours, or one for
/// another cluster than `server`.
plan::Plan read_saved_plan(Session& session, const std::string& server);

/// What has changed in the cluster since the plan was made, a sentence each; empty: it still fits. Throws
/// Error{cluster}, and Error{usage} if the cluster serves another version than the plan was made for.
std::vector<std::string> recheck(Session& session, kube::Cluster& cluster, const plan::Plan& plan);

}  // namespace r2i::commands
