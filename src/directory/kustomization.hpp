#pragma once

#include "directory/file_problem.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::directory {

/// The names under which kustomize looks for its file.
inline constexpr std::array<std::string_view, 3> kKustomizationNames = {"kustomization.yaml", "kustomization.yml",
                                                                        "Kustomization"};
[[nodiscard]] bool is_kustomization(std::string_view file_name);

/// What a kustomization.yaml says of other files. Paths are as written there, relative to it; some may be addresses.
struct Kustomization {
  std::vector<std::string> resources;  ///< files and folders of manifests
  std::vector<std::string> patches;    ///< files of parts of objects, which look like objects
  std::vector<FileProblem> problems;
};

[[nodiscard]] Kustomization read_kustomization(std::string_view text, const std::string& place);

}  // namespace r2i::directory
