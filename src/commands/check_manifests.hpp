#pragma once

#include "commands/session.hpp"

#include <span>
#include <string>

namespace r2i::commands {

/// `check manifests FILE…`: prints what Istio or the API server would refuse in files, directories and standard input
/// (`-`), and what it would take with a warning.
ExitCode check_manifests(Session& session, std::span<const std::string> operands);

}  // namespace r2i::commands
