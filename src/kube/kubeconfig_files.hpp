#pragma once

#include "base/environment.hpp"
#include "kube/kubeconfig.hpp"

#include <string>
#include <vector>

namespace r2i::kube {

/// The kubeconfigs that were found, merged.
struct FoundKubeconfig {
  Kubeconfig config{};
  std::vector<std::string> read{};       ///< the files
  std::vector<std::string> looked_at{};  ///< those that are not there
  bool chosen = false;                   ///< by --kubeconfig or KUBECONFIG: nothing else may stand in for it

  /// The files, for messages: "/home/ada/.kube/config".
  [[nodiscard]] std::string display() const;
};

/// Reads `explicit_path` alone if it is not empty, else the files of KUBECONFIG (those that are missing are passed
/// over, the first one that has an entry wins), else ~/.kube/config. Throws Error{usage} for a file that cannot be read
/// or understood, for an explicit one that is missing, and if KUBECONFIG names none that is there.
FoundKubeconfig find_kubeconfig(const std::string& explicit_path, const Environment& environment);

}  // namespace r2i::kube
