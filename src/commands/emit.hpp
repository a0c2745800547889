#pragma once

#include "base/output.hpp"
#include "config/settings.hpp"
#include "model/manifest.hpp"

#include <string>
#include <vector>

namespace r2i::commands {

/// Writes manifests in their order: YAML documents, a JSON List as kubectl prints it, or `kind.group/name` lines.
void emit(Output& out, const std::vector<Manifest>& objects, config::OutputFormat format,
          const std::string& api_version);

}  // namespace r2i::commands
