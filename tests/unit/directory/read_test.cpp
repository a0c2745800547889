#include "base/error.hpp"
#include "directory/generated_file.hpp"
#include "support/manifest_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <sys/stat.h>

namespace r2i::directory {
namespace {

namespace fs = std::filesystem;

using testing::ManifestDirectory;
using testing::service_entry;
using testing::told;
using testing::workload_entry;

std::string yaml(const std::string& name, const std::string& address = "10.0.0.1") {
  return manifest_text(service_entry(name, "", address), "v1");
}

TEST_CASE("read: all files, in folders, too, in the order of their places") {
  ManifestDirectory files;
  files.put_file("b/c.yml", yaml("c"));
  files.put_file("b.yaml", yaml("b") + "---\n" + yaml("b2"));
  files.put_file("a.json", R"({"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","metadata":{"name":"a"}})");
  files.put_file("README.md", "kind: ServiceEntry [");
  files.put_file(".hidden/x.yaml", yaml("x"));
  files.put_file(".x.yaml", yaml("x"));
  files.put_file("empty.yaml", "");
  files.put_file("chart/templates/x.yaml", "{{- if .Values.x }}\nkind: Service\n{{ end }}\n");
  CHECK(told(files.read()).empty());
  CHECK(files.objects.told() ==
        "ServiceEntry a (a.json), ServiceEntry b (b.yaml), ServiceEntry b2 (b.yaml), ServiceEntry c (b/c.yml)");
}

TEST_CASE("read: a directory that does not exist is empty; what is no directory is one file") {
  ManifestDirectory files;
  Directory missing(files.dir.path("missing"));
  CHECK(files.read_from(missing).empty());
  CHECK(files.objects.all.empty());

  const std::string path = files.dir.write("all", yaml("a"));
  Directory file(path);
  CHECK(files.read_from(file).empty());
  CHECK(files.objects.told() == "ServiceEntry a (" + path + ")");
  files.dir.write("all", "a: [");
  CHECK(files.read_from(file).size() == 1);
  CHECK_THROWS_AS((void)file.outlook({}, "v1"), Error);

  CHECK_THROWS_AS(Directory(""), Error);
  CHECK_THROWS_AS(Directory(path + "/x"), Error);
}

TEST_CASE("read: a file with the bytes that it should have is not parsed") {
  ManifestDirectory files;
  // What a parser would refuse: a key that comes twice.
  ServiceEntry odd = service_entry("odd", "mesh");
  odd.endpoints[0].labels = {{"a", "1"}, {"a", "2"}};
  const std::string place = Directory::place_of(key_of(odd));
  files.put_file(place, manifest_text(odd, "v1"));
  CHECK(files.read({odd, service_entry("other")}).empty());
  REQUIRE(files.objects.all.size() == 1);
  CHECK(files.objects.all[0].manifest == Manifest(odd));
  CHECK(files.objects.all[0].place == place);
  CHECK(files.objects.all[0].api_version == "v1");
  CHECK(files.read().size() == 1);

  files.put_file(place, manifest_text(odd, "v1") + "\n");
  CHECK(files.read({odd}).size() == 1);
}

TEST_CASE("read: a file that differs is parsed, and is what it is") {
  ManifestDirectory files;
  const ServiceEntry desired = service_entry("a", "", "10.0.0.2");
  files.put_file("serviceentry-a.yaml", yaml("a", "10.0.0.1"));
  CHECK(files.read({desired}).empty());
  REQUIRE(files.objects.all.size() == 1);
  CHECK(files.objects.all[0].manifest == Manifest(service_entry("a", "", "10.0.0.1")));
}

TEST_CASE("read: an object that is there twice is a problem of both files") {
  ManifestDirectory files;
  files.put_file("serviceentry-a.yaml", yaml("a"));
  files.put_file("x/a.yaml", yaml("a"));
  files.put_file("y.yaml", yaml("y") + "---\n" + yaml("y"));
  CHECK(told(files.read({service_entry("a")})) ==
        "x/a.yaml: ServiceEntry a is here and in serviceentry-a.yaml: delete one of them\n"
        "y.yaml: ServiceEntry y is here and in the same file: delete one of them");
  CHECK(files.objects.told() == "ServiceEntry a (serviceentry-a.yaml), ServiceEntry y (y.yaml)");
}

TEST_CASE("read: what cannot be read is a problem, never absent") {
  ManifestDirectory files;
  files.put_file("broken.yaml", "# networking.istio.io/v1\nkind: ServiceEntry\n  x: [\n");
  fs::create_symlink("nowhere", files.dir.path("dangling.yaml"));
  fs::create_symlink("/proc/self/mem", files.dir.path("unreadable.yaml"));
  REQUIRE(::mkfifo(files.dir.path("pipe.yaml").c_str(), 0600) == 0);
  fs::create_symlink("loop", files.dir.path("loop"));
  files.put_file("kustomization.yaml", "resources: [a\n");
  fs::create_directory(files.dir.path("x"));
  REQUIRE(::mkfifo(files.dir.path("x/Kustomization").c_str(), 0600) == 0);
  CHECK(told(files.read()) ==
        "dangling.yaml: cannot be read: No such file or directory\n"
        "kustomization.yaml:2:1: the list is not closed: a comma or \"]\" is missing\n"
        "pipe.yaml: neither a file nor a folder\n"
        "x/Kustomization: neither a file nor a folder\n"
        "broken.yaml:3:4: there may be no \": \" here; is the indentation right, does text lack quotes?\n"
        "unreadable.yaml: cannot be read: Input/output error");
  CHECK(files.objects.all.empty());
}

TEST_CASE("read: a folder that cannot be read is a problem") {
  ManifestDirectory files;
  files.put_file("mesh/a.yaml", yaml("a"));
  fs::permissions(files.dir.path("mesh"), fs::perms::none);
  const bool may_read_all = ::access(files.dir.path("mesh/a.yaml").c_str(), R_OK) == 0;
  const auto problems = told(files.read());
  fs::permissions(files.dir.path("mesh"), fs::perms::owner_all);
  CHECK(problems == (may_read_all ? "" : "mesh/: cannot be read: Permission denied"));
}

TEST_CASE("read: links to files are followed, links to folders are not, nothing is read twice") {
  ManifestDirectory files;
  const testing::TempDir elsewhere;
  elsewhere.write("far.yaml", yaml("far"));
  files.put_file("near.yaml", yaml("near"));
  fs::create_symlink("near.yaml", files.dir.path("again.yaml"));
  fs::create_symlink(elsewhere.path("far.yaml"), files.dir.path("far.yaml"));
  fs::create_directory_symlink(elsewhere.path(), files.dir.path("folder"));
  fs::create_directory_symlink(".", files.dir.path("self"));
  CHECK(told(files.read()).empty());
  CHECK(files.objects.told() == "ServiceEntry far (far.yaml), ServiceEntry near (near.yaml)");
}

TEST_CASE("read: what a kustomization names is read once, wherever it lies") {
  ManifestDirectory files;
  files.put_file("base/kustomization.yaml",
                 "resources:\n- a.yaml\n- ../more\n- https://example.com/x.yaml\n- gone.yaml\n");
  files.put_file("base/a.yaml", yaml("a"));
  files.put_file("base/unlisted.yaml", yaml("unlisted"));
  files.put_file("more/Kustomization", "bases: [../base]\nresources: [b]\n");
  files.put_file("more/b", yaml("b"));
  files.put_file("prod/kustomization.yml",
                 "resources: [../base, c.yaml, .]\npatches:\n- path: patch.yaml\n- patch: |\n    kind: ServiceEntry\n"
                 "patchesStrategicMerge:\n- sub/other.yaml\n- |\n  a: b\n");
  files.put_file("prod/c.yaml", yaml("c"));
  files.put_file("prod/patch.yaml", yaml("c"));
  files.put_file("prod/sub/other.yaml", yaml("c"));
  Directory prod(files.dir.path("prod"));
  CHECK(told(files.read_from(prod)).empty());
  CHECK(files.objects.told() == "ServiceEntry a (../base/a.yaml), ServiceEntry b (../more/b), ServiceEntry c (c.yaml)");

  CHECK(told(files.read()).empty());
  CHECK(files.objects.told() ==
        "ServiceEntry a (base/a.yaml), ServiceEntry unlisted (base/unlisted.yaml), ServiceEntry b (more/b), "
        "ServiceEntry c (prod/c.yaml)");

  files.put_file("prod/kustomization.yml", "resources: [../bare]\n");
  files.put_file("bare/a.yaml", yaml("a"));
  CHECK(told(files.read_from(prod))
            .starts_with("kustomization.yml: names the folder ../bare, which has no kustomization.yaml"));
}

TEST_CASE("read: a signal ends it") {
  ManifestDirectory files;
  files.put_file("a.yaml", yaml("a"));
  files.stop.request_stop();
  CHECK_THROWS_AS((void)files.read(), Error);
}

}  // namespace
}  // namespace r2i::directory
