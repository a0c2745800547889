#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "directory/directory.hpp"
#include "directory/file_list.hpp"
#include "directory/generated_file.hpp"
#include "directory/manifest_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace r2i::directory {

namespace {

namespace fs = std::filesystem;

/// What stands at a place, and whether a run may write there.
struct Spot {
  bool exists = false;
  std::string obstacle;  ///< empty: the way is free
};

/// Finds out about one change after the other.
class Scout {
 public:
  Scout(const std::string& root, const std::string& api_version) : root_(root), api_version_(api_version) {}

  /// `home`: the file that holds the object now; empty: none is known.
  void look_at(std::size_t index, const Change& change, const std::string& home) {
    index_ = index;
    place_ = Directory::place_of(change.key);
    const std::string now = home.empty() ? place_ : home;
    std::string why;
    blamed_ = now;
    if (is_outside(now)) {
      why = "the object lies outside of the directory, where nothing is written";
    } else {
      why = change.after ? look_at_write(change, now) : look_at_removal(change, now);
    }
    if (!why.empty()) outlook.obstacles.push_back({index, {blamed_, std::move(why)}});
  }

  Outlook outlook;

 private:
  [[nodiscard]] fs::path path_to(const std::string& place) const { return root_ / place; }

  /// Looks at a file and at the folders on the way to it.
  Spot look(const std::string& place) {
    blamed_ = place;
    fs::path path;
    const fs::path whole(place);
    for (auto part = whole.begin(); part != whole.end(); ++part) {
      path /= *part;
      std::error_code error;
      const auto type = fs::symlink_status(root_ / path, error).type();
      const bool is_last = std::next(part) == whole.end();
      if (type == fs::file_type::not_found) return {};
      blamed_ = path.string();
      if (type == fs::file_type::symlink) return {true, "a symbolic link, and nothing is written through one"};
      if (type == fs::file_type::none) return {true, "cannot be looked at: " + error.message()};
      if (is_last && type != fs::file_type::regular) return {true, "not a file, and one is to be written there"};
      if (!is_last && type != fs::file_type::directory) return {true, "not a folder, and one is to be made there"};
    }
    return {true, ""};
  }

  /// Why a file must not be rewritten or removed for the sake of a change; empty if it holds its object alone, or
  /// nothing.
  std::string refusal(const std::string& text, const std::string& place, const Change& change) {
    blamed_ = place;
    if (change.before && text == manifest_text(*change.before, api_version_)) return {};  // no need to parse it
    const ObjectKey& key = change.key;
    const Contents contents = read_contents(text, place);
    if (!contents.problems.empty()) {
      blamed_ = contents.problems.front().place;
      return contents.problems.front().message;
    }
    const bool has_it =
        std::ranges::any_of(contents.objects, [&](const LiveObject& object) { return key_of(object.manifest) == key; });
    if (contents.documents == 0 || (contents.documents == 1 && has_it)) return {};
    if (!has_it) return fmt::format("is there already, and is not {}", key.display());
    return fmt::format("holds {} besides {}; take that one out by hand, and it gets the file {}",
                       counted(contents.documents - 1, "document"), key.display(), place_);
  }

  tl::expected<std::string, std::string> read(const std::string& place) {
    blamed_ = place;
    return read_file(path_to(place).string()).map_error([](const std::string& why) {
      return "cannot be read: " + why;
    });
  }

  std::string look_at_removal(const Change& change, const std::string& now) {
    const Spot spot = look(now);
    if (!spot.obstacle.empty() || !spot.exists) return spot.obstacle;
    const auto text = read(now);
    if (!text) return text.error();
    if (auto why = refusal(*text, now, change); !why.empty()) return why;
    add(FileStep::Kind::remove, now);
    return {};
  }

  std::string look_at_write(const Change& change, const std::string& now) {
    const Spot spot = look(place_);
    if (!spot.obstacle.empty()) return spot.obstacle;
    const bool moves = now != place_;
    if (spot.exists && !(moves && is_same_file(now))) {
      const auto text = read(place_);
      if (!text) return text.error();
      if (!moves && *text == manifest_text(*change.after, api_version_)) return {};
      if (auto why = refusal(*text, place_, change); !why.empty()) return why;
    }
    if (moves) {
      const Spot old = look(now);
      if (!old.obstacle.empty()) return old.obstacle;
      if (old.exists) return look_at_move(change, now);
    }
    add(spot.exists ? FileStep::Kind::rewrite : FileStep::Kind::create, place_);
    return {};
  }

  std::string look_at_move(const Change& change, const std::string& now) {
    const auto text = read(now);
    if (!text) return text.error();
    if (auto why = refusal(*text, now, change); !why.empty()) return why;
    add(FileStep::Kind::move, place_, now);
    return {};
  }

  /// Whether `now` is the object's own file by another spelling, on a file system that ignores case.
  [[nodiscard]] bool is_same_file(const std::string& now) const {
    std::error_code ignored;
    return equals_ignoring_case(now, place_) && fs::equivalent(path_to(now), path_to(place_), ignored);
  }

  void add(FileStep::Kind kind, const std::string& place, const std::string& from = {}) {
    outlook.steps.push_back({kind, index_, place, from});
  }

  fs::path root_;
  const std::string& api_version_;
  std::size_t index_ = 0;
  std::string place_;   ///< the object's own file
  std::string blamed_;  ///< what was looked at last
};

}  // namespace

Outlook Directory::outlook(std::span<const Change> changes, const std::string& api_version) const {
  if (is_file_) throw Error(ErrorKind::usage, fmt::format("{} is a file: only a directory can be written", path_));
  Scout scout(path_, api_version);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto home = homes_.find(changes[i].key);
    const bool use_own = changes[i].place.empty() && home != homes_.end();
    scout.look_at(i, changes[i], use_own ? home->second : changes[i].place);
  }
  return std::move(scout.outlook);
}

}  // namespace r2i::directory
