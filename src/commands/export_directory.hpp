#pragma once

#include "commands/session.hpp"

namespace r2i::commands {

/// `export --output-dir`: makes the directory what the sources say, or with --check only tells whether it is. Throws
/// Error{usage} for files that cannot be understood, and Error{output} if one cannot be written.
ExitCode export_to_directory(Session& session);

}  // namespace r2i::commands
