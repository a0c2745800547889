#include "net/tls.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace r2i::net {
namespace {

namespace fs = std::filesystem;

std::string certificate(std::string_view content) {
  return "-----BEGIN CERTIFICATE-----\n" + std::string(content) + "\n-----END CERTIFICATE-----\n";
}
const std::string kKey = "-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----\n";

/// A directory with files in it, gone afterwards.
class Files {
 public:
  Files() {
    std::string name = (fs::temp_directory_path() / "r2i-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() { fs::remove_all(path_); }

  std::string write(const std::string& name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string complaint(const HttpOptions& options) {
  try {
    const TlsSetup setup(options);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "none";
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("certificates are taken out of a PEM text") {
  const std::string text = "subject=/CN=a\n" + certificate("a") + kKey + certificate("b") + certificate("a");
  CHECK(certificates_in(text) == std::set<std::string>{certificate("a"), certificate("b")});
  CHECK(certificates_in("").empty());
  CHECK(certificates_in(kKey).empty());
  CHECK(certificates_in("-----BEGIN CERTIFICATE-----\nendless").empty());
}

TEST_CASE("sound files") {
  const Files files;
  const std::string ca = files.write("ca.pem", certificate("ca"));
  const std::string cert = files.write("cert.pem", certificate("me") + kKey);
  const std::string key = files.write("key.pem", kKey);
  files.write("sub/not-read", "");
  CHECK(complaint({}) == "none");
  CHECK(complaint({.ca_file = ca}) == "none");
  CHECK(complaint({.ca_dir = files.path().string()}) == "none");
  CHECK(complaint({.ca_file = ca, .ca_dir = files.path().string()}) == "none");
  CHECK(complaint({.client_cert = cert}) == "none");
  CHECK(complaint({.client_cert = cert, .client_key = key}) == "none");
}

TEST_CASE("a directory as Kubernetes mounts it") {
  const Files files;
  files.write("..2024/ca.crt", certificate("ca"));
  fs::create_symlink("..2024", files.path() / "..data");
  fs::create_symlink("..data/ca.crt", files.path() / "ca.crt");
  CHECK(complaint({.ca_dir = files.path().string()}) == "none");
}

TEST_CASE("files that cannot be used") {
  const Files files;
  const std::string key = files.write("key.pem", kKey);
  const std::string cert = files.write("sub/cert.pem", certificate("me"));
  const std::string directory = files.path().string();
  const std::string missing = directory + "/missing";
  CHECK(complaint({.ca_file = missing}) == "cannot read the CA file " + missing + ": No such file or directory");
  CHECK(complaint({.ca_file = directory}) == "cannot read the CA file " + directory + ": Is a directory");
  CHECK(complaint({.ca_file = key}) == "the CA file " + key + " has no PEM certificate");
  CHECK(has(complaint({.ca_dir = missing}), "cannot read the CA directory " + missing));
  CHECK(has(complaint({.ca_dir = key}), "cannot read the CA directory " + key));
  CHECK(has(complaint({.ca_dir = directory}), "has no file with a PEM certificate"));
  CHECK(has(complaint({.client_cert = missing}), "cannot read the client certificate"));
  CHECK(has(complaint({.client_cert = key}), "is not a PEM certificate"));
  CHECK(has(complaint({.client_cert = cert, .client_key = missing}), "cannot read the client key"));
  CHECK(has(complaint({.client_key = key}), "has no client certificate beside it"));
}

}  // namespace
}  // namespace r2i::net
