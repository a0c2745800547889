#pragma once

#include "base/error.hpp"
#include "commands/session.hpp"
#include "kube/cluster.hpp"
#include "plan/plan.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace r2i::commands {

/// What came of writing a plan.
struct Written {
  std::size_t done = 0;               ///< including what turned out to be so already
  std::size_t refused = 0;            ///< conflicts, and objects that have changed since the plan was made
  std::size_t failed = 0;             ///< everything else, and what was not tried since it waits for one that failed
  std::vector<std::string> problems;  ///< a line for each that was refused or failed
  std::optional<Error> output_error;  ///< why standard output took no more; to be thrown once all is told

  /// `partial` if something was done, `cluster` if nothing was.
  [[nodiscard]] ExitCode exit_code() const;
};

struct WriteMode {
  bool dry_run = false;  ///< the API server judges every change, and makes none
  bool print = true;     ///< a line for each on standard output, as kubectl does
};

/// Writes the changes phase by phase. One that fails stops the later ones of its group, and no others. Throws
/// Error{interrupted}.
Written write_changes(Session& session, kube::Cluster& cluster, const plan::Plan& plan, const WriteMode& mode);

/// A namespace that is missing is one error, not one for each of its objects: throws Error{cluster}.
void require_namespaces(Session& session, kube::Cluster& cluster, const plan::Plan& plan);

/// `serviceentry.networking.istio.io/web.service.consul configured`.
std::string result_line(const Change& change, bool unchanged, std::string_view suffix);

}  // namespace r2i::commands
