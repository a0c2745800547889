#pragma once

#include "base/context.hpp"
#include "directory/file_problem.hpp"
#include "directory/folder_lock.hpp"
#include "model/change.hpp"
#include "model/live_object.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace r2i::directory {

/// What write() does to one file.
struct FileStep {
  enum class Kind { create, rewrite, move, remove };
  Kind kind = Kind::create;
  std::size_t change = 0;  ///< the index of the change that it is for
  std::string place;       ///< relative to the directory
  std::string from;        ///< of a move: the file that becomes this one, and is rewritten then

  friend bool operator==(const FileStep&, const FileStep&) = default;
};

/// Why a change cannot be written: something that is not ours is in the way.
struct Obstacle {
  std::size_t change = 0;  ///< its index
  FileProblem problem;
};

/// What write() would do.
struct Outlook {
  std::vector<FileStep> steps;  ///< in the order of the changes; none of a change whose file is right already
  std::vector<Obstacle> obstacles;
};

/// A directory of manifests as a target. It may also be one file: then it can be read, not written.
class Directory {
 public:
  /// Throws Error{usage} if `path` is empty or cannot be looked at. A directory that does not exist yet is empty.
  explicit Directory(std::string path);

  /// Keeps other runs from writing here, to be called before read() by who is going to write: else what was read may
  /// not be there any more. One that does not exist yet is only locked by write(). Throws Error{output} while another
  /// run is writing.
  void lock();

  /// Every ServiceEntry and WorkloadEntry in its files, in the order of the files: *.yaml, *.yml, *.json; several
  /// documents, Lists; folders below it, but none whose name starts with a dot, and no symbolic links to folders; what
  /// a kustomization names as its resources, wherever it lies, but not the patches that it names. Whatever has a
  /// problem might hide objects. `desired`: an object whose own file already has exactly the bytes that writing it
  /// would give is not parsed, and handed over as it is desired.
  std::vector<FileProblem> read(Context& context, std::span<const Manifest> desired, const std::string& api_version,
                                LiveSink& sink);

  /// Whether an object that is as it is desired also has the file that it should have, byte for byte, as far as write()
  /// may see to that: what is in a file with other documents, outside of the directory or behind a symbolic link stays.
  [[nodiscard]] bool has_right_file(const ObjectKey& key) const { return !untidy_.contains(key); }

  /// Where write() puts an object: `[namespace/]<kind in lower case>-<name>.yaml`, at most 255 bytes per component,
  /// never a path out of the directory. What is no name of Kubernetes' in it, or too long, is replaced by a hash.
  [[nodiscard]] static std::string place_of(const ObjectKey& key);

  /// What write() would do to which file, and what keeps it from that. An object that lives in another file than its
  /// own, by the word of the change or else of read(), is moved out of it, if it is alone there. A file that holds
  /// anything else is never touched, and no symbolic link is followed. Throws Error{usage} if this is a file.
  [[nodiscard]] Outlook outlook(std::span<const Change> changes, const std::string& api_version) const;

  /// Writes one object per file, by renaming into place, and removes the files of objects that go, and folders that
  /// are empty then. Throws Error{output} with the name of the file, also for the first obstacle; what was written
  /// before stays, and the next run goes on from there. Throws Error{output} while another run is writing. `on_step`
  /// hears of each step that was done.
  void write(Context& context, std::span<const Change> changes, const std::string& api_version,
             const std::function<void(const FileStep&)>& on_step = {});

  /// The kustomization of somebody else's that keeps write_kustomization() from writing, or nothing.
  [[nodiscard]] std::string foreign_kustomization() const;
  /// Whether write_kustomization() would change anything once `steps` are done.
  [[nodiscard]] bool kustomization_would_change(std::span<const FileStep> steps) const;
  /// Writes a kustomization.yaml that names every file in which read() or write() has seen an object. To be called
  /// after them. Throws Error{output}, also for one that is not ours.
  void write_kustomization();

 private:
  [[nodiscard]] std::string path_to(const std::string& place) const;
  [[nodiscard]] std::string desired_kustomization(std::span<const FileStep> steps) const;

  std::string path_;
  bool is_file_ = false;
  std::unique_ptr<const FolderLock> lock_;
  std::map<ObjectKey, std::string> homes_;  ///< the file of each object, as read() saw it
  std::set<ObjectKey> untidy_;              ///< alone in a file that has another name or other bytes than write() gives
  std::set<std::string> places_;            ///< of files below it that hold objects
};

}  // namespace r2i::directory
