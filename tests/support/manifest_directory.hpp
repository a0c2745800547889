#pragma once

#include "base/context.hpp"
#include "directory/directory.hpp"
#include "support/collected.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::testing {

/// Keeps the objects of a target in the order in which they came.
class CollectedObjects : public LiveSink {
 public:
  void object(LiveObject&& object) override { all.push_back(std::move(object)); }
  void restart() override { all.clear(); }

  /// "ServiceEntry a (a.yaml), WorkloadEntry mesh/b (mesh/b.yaml)"
  [[nodiscard]] std::string told() const {
    std::string text;
    for (const LiveObject& object : all) {
      text += (text.empty() ? "" : ", ") + key_of(object.manifest).display() + " (" + object.place + ")";
    }
    return text;
  }

  std::vector<LiveObject> all;
};

inline ServiceEntry service_entry(const std::string& name, const std::string& nspace = "",
                                  const std::string& address = "10.0.0.1") {
  ServiceEntry entry;
  entry.meta.name = name;
  entry.meta.nspace = nspace;
  entry.meta.labels = {{"registry2istio.io/owner", "default"}};
  Endpoint endpoint;
  endpoint.address = address;
  entry.endpoints = {endpoint};
  entry.hosts = {name};
  entry.location = Location::mesh_internal;
  entry.ports = {{"http-80", 80, "HTTP", 0}};
  entry.resolution = Resolution::static_;
  return entry;
}

inline WorkloadEntry workload_entry(const std::string& name, const std::string& nspace = "") {
  WorkloadEntry entry;
  entry.meta.name = name;
  entry.meta.nspace = nspace;
  entry.spec.address = "10.0.0.2";
  return entry;
}

/// A change that makes `after` be there; `place` is the file that holds the object now.
inline Change put(const Manifest& after, const std::string& place = "") {
  Change change;
  change.key = key_of(after);
  change.action = place.empty() ? Action::create : Action::update;
  change.after = after;
  change.place = place;
  return change;
}

inline Change removal(const Manifest& before, const std::string& place) {
  Change change;
  change.key = key_of(before);
  change.action = Action::remove;
  change.before = before;
  change.place = place;
  return change;
}

/// A directory of the test's own, read and written as a target.
class ManifestDirectory {
 public:
  std::vector<directory::FileProblem> read(const std::vector<Manifest>& desired = {}) {
    return read_from(target, desired);
  }

  std::vector<directory::FileProblem> read_from(directory::Directory& from, const std::vector<Manifest>& desired = {}) {
    Context context = make_context();
    objects.all.clear();
    return from.read(context, desired, "v1", objects);
  }

  void write(const std::vector<Change>& changes) {
    Context context = make_context();
    target.write(context, changes, "v1");
  }

  /// "create a.yaml, move b.yaml from c.yaml": what write() would do, or "PLACE: why" of each obstacle.
  [[nodiscard]] std::string outlook(const std::vector<Change>& changes) const {
    using Kind = directory::FileStep::Kind;
    std::string text;
    const directory::Outlook outlook = target.outlook(changes, "v1");
    for (const auto& step : outlook.steps) {
      text += text.empty() ? "" : ", ";
      text += step.kind == Kind::create    ? "create "
              : step.kind == Kind::rewrite ? "rewrite "
              : step.kind == Kind::move    ? "move "
                                           : "remove ";
      text += step.place + (step.from.empty() ? "" : " from " + step.from);
    }
    for (const auto& obstacle : outlook.obstacles) {
      text += (text.empty() ? "" : ", ") + obstacle.problem.place + ": " + obstacle.problem.message;
    }
    return text;
  }

  /// Writes a file, and the folders on the way to it.
  void put_file(const std::string& place, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(dir.path(place)).parent_path());
    dir.write(place, text);
  }

  [[nodiscard]] bool has(const std::string& place) const {
    return std::filesystem::exists(std::filesystem::symlink_status(dir.path(place)));
  }

  TempDir dir;
  directory::Directory target{dir.path()};
  CollectedObjects objects;
  Collected diagnostics;
  std::stop_source stop;

 private:
  class NoProgress : public Progress {
   public:
    void update(std::string_view, std::size_t, std::size_t) override {}
  };

  Context make_context() { return {diagnostics, progress_, stop.get_token(), environment_}; }

  NoProgress progress_;
  Environment environment_;
};

/// "a.yaml:1:2: message" of each, separated by line breaks.
inline std::string told(const std::vector<directory::FileProblem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + problem.place + ": " + problem.message;
  return text;
}

}  // namespace r2i::testing
