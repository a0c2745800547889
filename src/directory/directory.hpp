#pragma once

#include "base/context.hpp"
#include "model/change.hpp"
#include "model/live_object.hpp"

#include <span>
#include <string>
#include <vector>

namespace r2i::directory {

/// What is wrong with a file of the directory: it is left as it is.
struct FileProblem {
  std::string place;  ///< `sub/file.yaml:3:7`
  std::string message;
};

/// A directory of manifests as a target. It may also be one file: then it can be read, not written.
class Directory {
 public:
  /// Throws Error{usage} if `path` is neither a directory nor a file. A directory that does not exist yet is empty.
  explicit Directory(std::string path);

  /// Every ServiceEntry and WorkloadEntry in its files (*.yaml, *.yml, *.json; several documents, Lists; folders below
  /// it, but none whose name starts with a dot, and no symbolic links that lead out of it), in the order of the files.
  /// `desired`: an object whose own file already has exactly the bytes that writing it would give is not parsed, and
  /// handed over as it is desired.
  std::vector<FileProblem> read(Context& context, std::span<const Manifest> desired, const std::string& api_version,
                                LiveSink& sink);

  /// Where write() puts an object: `[namespace/]<kind in lower case>-<name>.yaml`, at most 255 bytes per component,
  /// with a hash where the name had to be cut or would differ from another one in case only.
  [[nodiscard]] static std::string place_of(const ObjectKey& key);

  /// Writes one object per file, by renaming into place, and removes the files of objects that go. Throws Error{output}
  /// with the name of the file; what was written before stays, and the next run goes on from there.
  void write(Context& context, std::span<const Change> changes, const std::string& api_version);

 private:
  std::string path_;
};

}  // namespace r2i::directory
