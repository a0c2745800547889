#include "directory/file_list.hpp"

#include "base/files.hpp"
#include "directory/kustomization.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace r2i::directory {

namespace {

namespace fs = std::filesystem;

bool has_manifest_suffix(std::string_view name) {
  constexpr std::array<std::string_view, 3> kSuffixes = {".yaml", ".yml", ".json"};
  return std::ranges::any_of(kSuffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
}

class Lister {
 public:
  explicit Lister(const std::string& directory) : root_(directory) {}

  FileList list() {
    std::error_code error;
    real_root_ = fs::canonical(root_, error);
    if (error == std::errc::no_such_file_or_directory) return {};
    if (error) {
      tell("", error);
      return std::move(list_);
    }
    visit_folder("");
    for (const std::string& link : links_) add_by_real_path(link);
    while (!kustomizations_.empty()) follow(kustomizations_.extract(kustomizations_.begin()).value());
    for (const auto& [real_path, place] : files_) {
      if (!patches_.contains(real_path)) list_.places.push_back(place);
    }
    std::ranges::sort(list_.places);
    std::ranges::sort(list_.problems, {}, &FileProblem::place);
    return std::move(list_);
  }

 private:
  void tell(const std::string& place, const std::error_code& error) {
    list_.problems.push_back({place.empty() ? "." : place, "cannot be read: " + error.message()});
  }

  /// `folder`: relative to the root, empty or with a `/` at its end.
  void visit_folder(const std::string& folder) {
    std::error_code error;
    std::vector<std::string> folders;
    for (fs::directory_iterator it(root_ / folder, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (name.starts_with('.')) continue;
      std::error_code ignored;  // then it is of no known type
      visit_entry(folder + name, it->symlink_status(ignored).type(), folders);
    }
    if (error) tell(folder, error);
    for (const std::string& below : folders) visit_folder(below + "/");
  }

  void visit_entry(const std::string& place, fs::file_type type, std::vector<std::string>& folders) {
    if (type == fs::file_type::directory) return folders.push_back(place);
    if (is_kustomization(fs::path(place).filename().string())) {
      kustomizations_.insert(place);
    } else if (has_manifest_suffix(place)) {
      if (type == fs::file_type::regular) files_.emplace((real_root_ / place).string(), place);
      if (type == fs::file_type::symlink) links_.push_back(place);
      if (type != fs::file_type::regular && type != fs::file_type::symlink) {
        list_.problems.push_back({place, "neither a file nor a folder"});
      }
    }
  }

  /// Adds a file that has been reached by a link or by a path of a user's, unless it is known already.
  void add_by_real_path(const std::string& place) {
    std::error_code error;
    const fs::path real = fs::canonical(root_ / place, error);
    const auto type = error ? fs::file_type::none : fs::status(real, error).type();
    if (error) return tell(place, error);
    if (type == fs::file_type::regular) {
      files_.emplace(real.string(), place);
    } else if (type != fs::file_type::directory) {
      list_.problems.push_back({place, "neither a file nor a folder"});
    }
  }

  /// Reads a kustomization and goes where it points to.
  void follow(const std::string& place) {
    std::error_code error;
    if (!followed_.insert(fs::canonical(root_ / place, error).string()).second) return;
    if (fs::status(root_ / place, error).type() == fs::file_type::fifo) {  // it would keep us waiting
      list_.problems.push_back({place, "neither a file nor a folder"});
      return;
    }
    const auto text = read_file((root_ / place).string());
    if (!text) {
      list_.problems.push_back({place, "cannot be read: " + text.error()});
      return;
    }
    Kustomization kustomization = read_kustomization(*text, place);
    std::ranges::move(kustomization.problems, std::back_inserter(list_.problems));
    const fs::path folder = fs::path(place).parent_path();
    for (const std::string& patch : kustomization.patches) {
      patches_.insert(fs::canonical(root_ / folder / patch, error).string());
    }
    for (const std::string& resource : kustomization.resources) {
      follow_resource(place, (folder / resource).lexically_normal().string());
    }
  }

  /// What does not exist is an address, or hides nothing.
  void follow_resource(const std::string& kustomization, const std::string& place) {
    if (files_.contains((real_root_ / place).string())) return;
    std::error_code error;
    const auto type = fs::status(root_ / place, error).type();
    if (type == fs::file_type::not_found) return;
    if (type == fs::file_type::none) return tell(place, error);
    if (type != fs::file_type::directory) return add_by_real_path(place);
    bool has_one = !is_outside(place);  // else its files are read anyhow
    for (const std::string_view name : kKustomizationNames) {
      const std::string inside = (fs::path(place) / name).lexically_normal().string();
      if (!fs::exists(root_ / inside, error)) continue;
      kustomizations_.insert(inside);
      has_one = true;
    }
    if (has_one) return;
    list_.problems.push_back({kustomization, "names the folder " + place + ", which has no kustomization.yaml"});
  }

  fs::path root_;
  fs::path real_root_;
  FileList list_;
  std::map<std::string, std::string> files_;  ///< real path → place
  std::vector<std::string> links_;
  std::set<std::string> kustomizations_;  ///< places; yet to be followed
  std::set<std::string> followed_;        ///< real paths
  std::set<std::string> patches_;         ///< real paths
};

}  // namespace

bool is_outside(std::string_view place) {
  return place == ".." || place.starts_with("../") || place.starts_with('/');
}

FileList list_manifest_files(const std::string& directory) {
  return Lister(directory).list();
}

}  // namespace r2i::directory
