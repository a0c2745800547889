#include "base/files.hpp"

#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace r2i {
namespace {

using testing::TempDir;

TEST_CASE("files: a file is read as it is") {
  const TempDir dir;
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes += static_cast<char>(i % 256);
  for (const std::string& text : {std::string(), std::string("a\r\nb"), std::string("\0x", 2), bytes}) {
    const auto read = read_file(dir.write("file", text));
    REQUIRE(read);
    CHECK(*read == text);
  }
}

TEST_CASE("files: what has no size is read to its end") {
  const auto read = read_file("/proc/self/status");
  REQUIRE(read);
  CHECK(read->starts_with("Name:"));
  CHECK(read->ends_with("\n"));
}

TEST_CASE("files: what cannot be read is an error in the system's words") {
  const TempDir dir;
  CHECK(read_file(dir.path("missing")).error() == "No such file or directory");
  CHECK(read_file(dir.path()).error() == "Is a directory");
}

TEST_CASE("files: a directory is told from what is none") {
  const TempDir dir;
  CHECK(is_directory(dir.path()));
  CHECK_FALSE(is_directory(dir.write("file", "")));
  CHECK_FALSE(is_directory(dir.path("missing")));
}

TEST_CASE("files: a listing has the files with the suffix, sorted, without hidden ones") {
  const TempDir dir;
  for (const auto* name : {"b.json", "a.json", "B.json", ".hidden.json", "c.yaml", "json", "d.json.bak"}) {
    dir.write(name, "");
  }
  const auto listed = list_files(dir.path(), ".json");
  REQUIRE(listed);
  std::vector<std::string> names;
  for (const std::string& path : *listed) names.push_back(std::filesystem::path(path).filename().string());
  CHECK(names == std::vector<std::string>{"B.json", "a.json", "b.json"});
  CHECK(list_files(dir.path(), ".none")->empty());
  CHECK(list_files(dir.path("missing"), ".json").error() == "No such file or directory");
}

TEST_CASE("files: a listing has no directories") {
  const TempDir dir;
  std::filesystem::create_directory(dir.path("old.json"));
  dir.write("new.json", "");
  CHECK(*list_files(dir.path(), ".json") == std::vector<std::string>{dir.path("new.json")});
}

}  // namespace
}  // namespace r2i
