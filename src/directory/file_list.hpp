#pragma once

#include "directory/file_problem.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace r2i::directory {

/// The files of a directory that may hold manifests.
struct FileList {
  std::vector<std::string> places;  ///< relative to the directory, sorted, each file once; some may begin with `../`
  std::vector<FileProblem> problems;
};

/// Whether a place is not below its directory.
[[nodiscard]] bool is_outside(std::string_view place);

/// *.yaml, *.yml and *.json, in folders, too. Left out: names that start with a dot, symbolic links to folders,
/// kustomizations, and the patches that they name. What a kustomization names as its resources is in, wherever it lies.
/// A directory that does not exist has no files.
[[nodiscard]] FileList list_manifest_files(const std::string& directory);

}  // namespace r2i::directory
