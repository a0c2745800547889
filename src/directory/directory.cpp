#include "directory/directory.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "directory/file_list.hpp"
#include "directory/generated_file.hpp"
#include "directory/manifest_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace r2i::directory {

namespace {

/// Hands over the objects of one file after the other, each object once.
class ObjectReader {
 public:
  ObjectReader(std::span<const Manifest> desired, const std::string& api_version, LiveSink& sink)
      : api_version_(api_version), sink_(sink) {
    for (const Manifest& manifest : desired) desired_.emplace(Directory::place_of(key_of(manifest)), &manifest);
  }

  /// Reads a file that the user has named: it is expected to be one of manifests.
  void read_named(const std::string& text, const std::string& place) { parse(text, place); }

  /// Whether the file holds any object.
  bool read(const std::string& text, const std::string& place) {
    const auto own = desired_.find(place);
    if (own != desired_.end() && text == manifest_text(*own->second, api_version_)) {
      LiveObject live;
      live.manifest = *own->second;
      live.api_version = api_version_;
      live.place = place;
      hand_over(std::move(live));
      return true;
    }
    return may_hold_objects(text) && parse(text, place);
  }

  std::vector<FileProblem> problems;
  std::map<ObjectKey, std::string> homes;
  std::set<ObjectKey> alone;  ///< in a file that had to be parsed

 private:
  bool parse(const std::string& text, const std::string& place) {
    Contents contents = read_contents(text, place);
    std::ranges::move(contents.problems, std::back_inserter(problems));
    if (contents.documents == 1 && contents.objects.size() == 1) alone.insert(key_of(contents.objects[0].manifest));
    for (LiveObject& object : contents.objects) hand_over(std::move(object));
    return !contents.objects.empty();
  }

  void hand_over(LiveObject&& live) {
    ObjectKey key = key_of(live.manifest);
    const auto [seen, is_new] = homes.emplace(std::move(key), live.place);
    if (is_new) return sink_.object(std::move(live));
    problems.push_back({live.place, fmt::format("{} is here and in {}: delete one of them", seen->first.display(),
                                                seen->second == live.place ? "the same file" : seen->second)});
  }

  const std::string& api_version_;
  LiveSink& sink_;
  std::unordered_map<std::string, const Manifest*> desired_;  ///< by place; never walked
};

}  // namespace

Directory::Directory(std::string path) : path_(std::move(path)) {
  if (path_.empty()) throw Error(ErrorKind::usage, "the name of the directory is empty");
  std::error_code error;
  const auto type = std::filesystem::status(path_, error).type();
  if (type == std::filesystem::file_type::none || error == std::errc::not_a_directory) {
    throw Error(ErrorKind::usage, fmt::format("{}: {}", path_, error.message()));
  }
  is_file_ = type != std::filesystem::file_type::directory && type != std::filesystem::file_type::not_found;
}

std::vector<FileProblem> Directory::read(Context& context, std::span<const Manifest> desired,
                                         const std::string& api_version, LiveSink& sink) {
  places_.clear();
  const FileList files = is_file_ ? FileList{{path_}, {}} : list_manifest_files(path_);
  ObjectReader reader(is_file_ ? std::span<const Manifest>() : desired, api_version, sink);
  reader.problems = files.problems;
  std::size_t done = 0;
  for (const std::string& place : files.places) {
    context.check_interrupt();
    const auto text = read_file(path_to(place), context.stop);
    context.check_interrupt();
    if (!text) {
      reader.problems.push_back({place, "cannot be read: " + text.error()});
    } else if (is_file_) {
      reader.read_named(*text, place);
    } else if (reader.read(*text, place) && !is_outside(place)) {
      places_.insert(place);
    }
    context.progress.update("reading " + path_, ++done, files.places.size());
  }
  homes_ = std::move(reader.homes);
  untidy_ = std::move(reader.alone);
  std::erase_if(untidy_, [&](const ObjectKey& key) {
    const std::string& place = homes_.at(key);
    std::error_code ignored;
    return is_outside(place) || std::filesystem::is_symlink(path_to(place), ignored);
  });
  return std::move(reader.problems);
}

std::string Directory::path_to(const std::string& place) const {
  return is_file_ ? path_ : (std::filesystem::path(path_) / place).string();
}

}  // namespace r2i::directory
