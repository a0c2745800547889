#pragma once

#include "base/context.hpp"

#include <span>
#include <string>
#include <vector>

namespace r2i::commands {

/// A file of manifests that somebody named, or that is in a directory which somebody named.
struct ManifestFile {
  std::string path;  ///< as it is to be shown; "standard input"
  std::string text;
};

/// What could be read, in the order of the operands and by name within a directory, each file once.
struct ManifestFiles {
  std::vector<ManifestFile> files;
  std::vector<std::string> problems;  ///< "a.yaml: cannot be read: …"
};

/// Reads files, `-` for standard input, and directories, as export --output-dir and diff --target read them.
ManifestFiles read_manifest_files(Context& context, std::span<const std::string> operands);

}  // namespace r2i::commands
