#include "base/error.hpp"
#include "base/output.hpp"
#include "directory/folder_lock.hpp"
#include "directory/generated_file.hpp"
#include "support/manifest_directory.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>

namespace r2i::directory {
namespace {

namespace fs = std::filesystem;

using testing::ManifestDirectory;
using testing::put;
using testing::removal;
using testing::service_entry;
using testing::TempDir;
using testing::told;
using testing::workload_entry;

/// The message of the Error{output} that writing ends in.
std::string failure(ManifestDirectory& files, const std::vector<Change>& changes) {
  try {
    files.write(changes);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::output);
    return error.what();
  }
  return "it succeeded";
}

TEST_CASE("write: one object per file, and what is read back is what was written") {
  ManifestDirectory files;
  const std::vector<Manifest> objects = {service_entry("web.service.consul"), service_entry("pay", "mesh"),
                                         workload_entry("pay-1", "mesh")};
  std::vector<Change> changes;
  for (const Manifest& object : objects) changes.push_back(put(object));
  CHECK(files.outlook(changes) ==
        "create serviceentry-web.service.consul.yaml, create mesh/serviceentry-pay.yaml, "
        "create mesh/workloadentry-pay-1.yaml");
  files.write(changes);
  CHECK(files.dir.read("mesh/serviceentry-pay.yaml") == manifest_text(objects[1], "v1"));
  struct stat status {};
  REQUIRE(::stat(files.dir.path("mesh/serviceentry-pay.yaml").c_str(), &status) == 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((status.st_mode & 0777U) == (0666U & ~mask));

  for (const bool fast : {true, false}) {
    CHECK(files.read(fast ? objects : std::vector<Manifest>()).empty());
    REQUIRE(files.objects.all.size() == 3);
    for (const LiveObject& live : files.objects.all) {
      CHECK(std::ranges::find(objects, live.manifest) != objects.end());
    }
  }
  CHECK(files.outlook(changes).empty());
}

TEST_CASE("write: names of full length and hostile names") {
  ManifestDirectory files;
  const std::vector<Manifest> objects = {service_entry(std::string(253, 'a')), service_entry("../../escape", "../up"),
                                         service_entry("WEB"), service_entry("web")};
  std::vector<Change> changes;
  for (const Manifest& object : objects) changes.push_back(put(object));
  files.write(changes);
  CHECK(files.read(objects).empty());
  CHECK(files.objects.all.size() == 4);
  CHECK_FALSE(fs::exists(fs::path(files.dir.path()).parent_path() / "escape"));
}

TEST_CASE("write: a file that is right already keeps its time, and the directory need not exist") {
  ManifestDirectory files;
  files.write({put(service_entry("a")), put(service_entry("b"))});
  const fs::path path = files.dir.path("serviceentry-a.yaml");
  const auto before = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(path, before);
  files.write(
      {put(service_entry("a"), "serviceentry-a.yaml"), put(service_entry("b", "", "10.9.9.9"), "serviceentry-b.yaml")});
  CHECK(fs::last_write_time(path) == before);
  CHECK(files.dir.read("serviceentry-b.yaml") == manifest_text(service_entry("b", "", "10.9.9.9"), "v1"));

  files.target = Directory(files.dir.path("new/folder"));
  files.write({put(service_entry("a"))});
  CHECK(files.has("new/folder/serviceentry-a.yaml"));
}

TEST_CASE("write: removals take the empty folders along, and no others") {
  ManifestDirectory files;
  files.write({put(service_entry("a", "mesh")), put(service_entry("b", "other")), put(service_entry("c"))});
  files.put_file("other/notes.txt", "mine");
  const std::vector<Change> changes = {removal(service_entry("a", "mesh"), "mesh/serviceentry-a.yaml"),
                                       removal(service_entry("b", "other"), "other/serviceentry-b.yaml"),
                                       removal(service_entry("c"), "serviceentry-c.yaml"),
                                       removal(service_entry("gone"), "serviceentry-gone.yaml")};
  CHECK(files.outlook(changes) ==
        "remove mesh/serviceentry-a.yaml, remove other/serviceentry-b.yaml, remove serviceentry-c.yaml");
  files.write(changes);
  CHECK_FALSE(files.has("mesh"));
  CHECK(files.has("other/notes.txt"));
  CHECK(files.dir.size() == 1);
}

TEST_CASE("write: an object that has another file for itself moves into its own") {
  ManifestDirectory files;
  files.put_file("old/mine.yml", "# by hand\n" + manifest_text(service_entry("a"), "v1"));
  files.put_file("serviceentry-a.yaml", "# nothing yet\n");
  const std::vector<Change> changes = {put(service_entry("a", "", "10.0.0.9"), "old/mine.yml")};
  CHECK(files.outlook(changes) == "move serviceentry-a.yaml from old/mine.yml");
  files.write(changes);
  CHECK(files.dir.read("serviceentry-a.yaml") == manifest_text(service_entry("a", "", "10.0.0.9"), "v1"));
  CHECK_FALSE(files.has("old"));
}

TEST_CASE("write: what is not ours is in the way, and stays as it is") {
  ManifestDirectory files;
  const TempDir elsewhere;
  const std::string both = manifest_text(service_entry("a"), "v1") + "---\nkind: ConfigMap\n";
  files.put_file("both.yaml", both);
  files.put_file("serviceentry-b.yaml", "kind: ConfigMap\n");
  files.put_file("serviceentry-c.yaml", "a: [\n");
  fs::create_symlink(elsewhere.write("d.yaml", "kind: ConfigMap\n"), files.dir.path("serviceentry-d.yaml"));
  fs::create_directory_symlink(elsewhere.path(), files.dir.path("mesh"));
  files.put_file("taken", "a file");
  fs::create_directory(files.dir.path("serviceentry-g.yaml"));
  const auto obstacle = [&](const Change& change) {
    const std::string found = files.outlook({change});
    const std::string said = failure(files, {change});
    CHECK(said == files.dir.path() + found);
    return found;
  };
  CHECK(obstacle(put(service_entry("a"), "both.yaml")) ==
        "both.yaml: holds 1 document besides ServiceEntry a; take that one out by hand, and it gets the file "
        "serviceentry-a.yaml");
  CHECK(obstacle(removal(service_entry("a"), "both.yaml")).starts_with("both.yaml: holds 1 document besides"));
  CHECK(obstacle(put(service_entry("b"))) == "serviceentry-b.yaml: is there already, and is not ServiceEntry b");
  CHECK(obstacle(put(service_entry("c"))) ==
        "serviceentry-c.yaml:2:1: the list is not closed: a comma or \"]\" is missing");
  const std::string link = ": a symbolic link, and nothing is written through one";
  CHECK(obstacle(put(service_entry("d"))) == "serviceentry-d.yaml" + link);
  CHECK(obstacle(removal(service_entry("d"), "serviceentry-d.yaml")) == "serviceentry-d.yaml" + link);
  CHECK(obstacle(put(service_entry("e", "mesh"))) == "mesh" + link);
  CHECK(obstacle(put(service_entry("f", "taken"))) == "taken: not a folder, and one is to be made there");
  CHECK(obstacle(put(service_entry("g"))) == "serviceentry-g.yaml: not a file, and one is to be written there");
  CHECK(obstacle(put(service_entry("h"), "../base/h.yaml")) ==
        "../base/h.yaml: the object lies outside of the directory, where nothing is written");
  CHECK(files.dir.read("both.yaml") == both);
  CHECK(files.dir.read("serviceentry-b.yaml") == "kind: ConfigMap\n");
  CHECK(elsewhere.read("d.yaml") == "kind: ConfigMap\n");
  CHECK(elsewhere.size() == 1);
}

TEST_CASE("write: read() knows which objects lack the file that they should have, and where they are") {
  ManifestDirectory files;
  const TempDir elsewhere;
  const auto text = [](const std::string& name) { return manifest_text(service_entry(name), "v1"); };
  std::vector<Manifest> desired;
  for (const char* name : {"exact", "edited", "named", "shared", "linked"}) desired.emplace_back(service_entry(name));
  files.put_file("serviceentry-exact.yaml", text("exact"));
  files.put_file("serviceentry-edited.yaml", text("edited") + "# a word\n");
  files.put_file("other-name.yaml", text("named"));
  files.put_file("all.yaml", text("shared") + "---\nkind: ConfigMap\n");
  std::filesystem::create_symlink(elsewhere.write("x.yaml", text("linked")), files.dir.path("linked.yaml"));
  CHECK(told(files.read(desired)).empty());
  CHECK(files.objects.all.size() == desired.size());
  std::vector<Change> changes;
  for (const Manifest& manifest : desired) {
    if (!files.target.has_right_file(key_of(manifest))) changes.push_back(put(manifest));
  }
  CHECK(files.outlook(changes) ==
        "rewrite serviceentry-edited.yaml, move serviceentry-named.yaml from other-name.yaml");
  files.write(changes);
  CHECK(files.read(desired).empty());
  for (const Manifest& manifest : desired) CHECK(files.target.has_right_file(key_of(manifest)));
  CHECK(files.outlook({put(service_entry("shared"))}).starts_with("all.yaml: holds 1 document besides"));
}

TEST_CASE("write: with one obstacle nothing at all is written") {
  ManifestDirectory files;
  files.put_file("serviceentry-b.yaml", "kind: ConfigMap\n");
  const std::vector<Change> changes = {put(service_entry("a")), put(service_entry("b"))};
  const Outlook outlook = files.target.outlook(changes, "v1");
  REQUIRE(outlook.obstacles.size() == 1);
  CHECK(outlook.obstacles[0].change == 1);
  REQUIRE(outlook.steps.size() == 1);
  CHECK(outlook.steps[0].change == 0);
  failure(files, changes);
  CHECK(files.dir.size() == 1);
}

TEST_CASE("write: a disk that is full leaves what was there, and says which file failed") {
  ManifestDirectory files;
  files.write({put(service_entry("a")), put(service_entry("b"))});
  const std::string before = files.dir.read("serviceentry-b.yaml");
  ServiceEntry large = service_entry("b");
  for (int i = 0; i < 1000; ++i) large.hosts.push_back("host-" + std::to_string(i));

  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old) == 0);
  const rlimit small{4096, old.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string message = failure(files, {put(service_entry("a", "", "10.0.0.7"), "serviceentry-a.yaml"),
                                              put(large, "serviceentry-b.yaml"), put(service_entry("c"))});
  ::setrlimit(RLIMIT_FSIZE, &old);

  CHECK(message == "cannot write to " + files.dir.path("serviceentry-b.yaml") + ": File too large");
  CHECK(files.dir.read("serviceentry-a.yaml") == manifest_text(service_entry("a", "", "10.0.0.7"), "v1"));
  CHECK(files.dir.read("serviceentry-b.yaml") == before);
  CHECK(files.dir.size() == 2);
}

TEST_CASE("write: what a killed run has left is swept up, and hides nothing") {
  ManifestDirectory files;
  files.put_file(std::string("mesh/") + std::string(NewFile::kUnfinished) + "1-2", "apiVersion: networ");
  CHECK(files.read().empty());
  files.write({put(service_entry("a", "mesh"))});
  CHECK(std::distance(fs::directory_iterator(files.dir.path("mesh")), fs::directory_iterator()) == 1);
}

TEST_CASE("write: two runs at the same time do not mix") {
  ManifestDirectory files;
  {
    const FolderLock other(files.dir.path());
    CHECK(other.is_held());
    CHECK(failure(files, {put(service_entry("a"))}) == "another run is writing to " + files.dir.path());
    CHECK(files.dir.size() == 0);
  }
  files.write({put(service_entry("a"))});
  CHECK(files.dir.size() == 1);
}

TEST_CASE("write: a signal ends it between two files") {
  ManifestDirectory files;
  files.stop.request_stop();
  CHECK_THROWS_AS(files.write({put(service_entry("a"))}), Error);
  CHECK(files.dir.size() == 0);
}

TEST_CASE("write: a run that ended in the middle of a move is taken up by the next") {
  ManifestDirectory files;
  files.put_file("serviceentry-a.yaml", "# by hand\n" + manifest_text(service_entry("a"), "v1"));
  CHECK(files.read({service_entry("a", "", "10.0.0.9")}).empty());
  CHECK(files.objects.told() == "ServiceEntry a (serviceentry-a.yaml)");
  CHECK(files.outlook({put(service_entry("a", "", "10.0.0.9"), "serviceentry-a.yaml")}) ==
        "rewrite serviceentry-a.yaml");
}

}  // namespace
}  // namespace r2i::directory
