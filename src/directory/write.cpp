#include "base/error.hpp"
#include "base/files.hpp"
#include "base/output.hpp"
#include "directory/directory.hpp"
#include "directory/generated_file.hpp"
#include "directory/kustomization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace r2i::directory {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string_view act, const fs::path& path, const std::error_code& error) {
  throw Error(ErrorKind::output, fmt::format("cannot {} {}: {}", act, path.string(), error.message()));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail("create", folder, error);
}

/// Removes what runs that were killed have left in a folder.
void remove_unfinished(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with(NewFile::kUnfinished)) leftovers.push_back(it->path());
  }
  for (const fs::path& leftover : leftovers) fs::remove(leftover, error);
}

/// Removes the folders on the way from the root to a file that is gone, as far as they are empty.
void remove_empty_folders(const fs::path& root, const std::string& place) {
  std::error_code error;
  for (fs::path folder = fs::path(place).parent_path(); !folder.empty(); folder = folder.parent_path()) {
    fs::remove(root / folder, error);
    if (error) return;  // it is not empty
  }
}

void write_file(const fs::path& path, const std::string& text) {
  NewFile file(path.string(), FileAccess::everyone);
  file.output().write(text);
  file.commit();
}

void make_step(const fs::path& root, const FileStep& step, const Change& change, const std::string& api_version) {
  const fs::path path = root / step.place;
  std::error_code error;
  if (step.kind == FileStep::Kind::remove) {
    fs::remove(path, error);
    if (error) fail("remove", path, error);
    remove_empty_folders(root, step.place);
    return;
  }
  make_folder(path.parent_path());
  // A run that ends right here leaves the object in one file, neither in two nor in none.
  if (step.kind == FileStep::Kind::move) {
    fs::rename(root / step.from, path, error);
    if (error) fail("move", root / step.from, error);
    remove_empty_folders(root, step.from);
  }
  write_file(path, manifest_text(*change.after, api_version));
}

void apply(const FileStep& step, std::set<std::string>& places) {
  places.erase(step.from);
  if (step.kind == FileStep::Kind::remove) {
    places.erase(step.place);
  } else {
    places.insert(step.place);
  }
}

}  // namespace

void Directory::lock() {
  if (lock_ || is_file_) return;
  auto lock = std::make_unique<const FolderLock>(path_);
  if (lock->is_held()) lock_ = std::move(lock);
}

void Directory::write(Context& context, std::span<const Change> changes, const std::string& api_version,
                      const std::function<void(const FileStep&)>& on_step) {
  if (changes.empty()) return;
  if (is_file_) throw Error(ErrorKind::usage, fmt::format("{} is a file: only a directory can be written", path_));
  make_folder(path_);
  lock();
  const Outlook outlook = this->outlook(changes, api_version);
  if (!outlook.obstacles.empty()) {
    const FileProblem& problem = outlook.obstacles.front().problem;
    throw Error(ErrorKind::output, fmt::format("{}: {}", path_to(problem.place), problem.message));
  }
  const fs::path root(path_);
  std::set<fs::path> cleaned;
  std::size_t done = 0;
  for (const FileStep& step : outlook.steps) {
    context.check_interrupt();
    const fs::path folder = (root / step.place).parent_path();
    if (lock_ && cleaned.insert(folder).second) remove_unfinished(folder);
    make_step(root, step, changes[step.change], api_version);
    apply(step, places_);
    const ObjectKey& key = changes[step.change].key;
    homes_.erase(key);
    if (step.kind != FileStep::Kind::remove) homes_.emplace(key, step.place);
    untidy_.erase(key);
    if (on_step) on_step(step);
    context.progress.update("writing " + path_, ++done, outlook.steps.size());
  }
}

std::string Directory::foreign_kustomization() const {
  for (const std::string_view name : kKustomizationNames) {
    const std::string path = path_to(std::string(name));
    std::error_code ignored;
    const auto type = fs::symlink_status(path, ignored).type();
    if (type == fs::file_type::not_found) continue;
    if (name == kKustomizationNames.front() && type == fs::file_type::regular) {
      const auto text = read_file(path);
      if (text && is_generated(*text)) continue;
    }
    return std::string(name);
  }
  return {};
}

std::string Directory::desired_kustomization(std::span<const FileStep> steps) const {
  std::set<std::string> places = places_;
  for (const FileStep& step : steps) apply(step, places);
  return kustomization_text({places.begin(), places.end()});
}

bool Directory::kustomization_would_change(std::span<const FileStep> steps) const {
  if (!foreign_kustomization().empty()) return false;
  const auto text = read_file(path_to(std::string(kKustomizationNames.front())));
  return text.value_or(kustomization_text({})) != desired_kustomization(steps);
}

void Directory::write_kustomization() {
  if (const std::string foreign = foreign_kustomization(); !foreign.empty()) {
    throw Error(ErrorKind::output,
                fmt::format("{} was not written by registry2istio: name the files there by hand", path_to(foreign)));
  }
  if (!kustomization_would_change({})) return;
  make_folder(path_);
  write_file(path_to(std::string(kKustomizationNames.front())), desired_kustomization({}));
}

}  // namespace r2i::directory
