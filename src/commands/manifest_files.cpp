#include "commands/manifest_files.hpp"

#include "base/files.hpp"
#include "directory/file_list.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace r2i::commands {

namespace {

namespace fs = std::filesystem;

class Reader {
 public:
  explicit Reader(Context& context) : context_(context) {}

  void operand(const std::string& path) {
    if (path == "-") return file(path, "standard input");
    if (!is_directory(path)) return file(path, path);
    const directory::FileList list = directory::list_manifest_files(path);
    const auto shown = [&](const std::string& place) { return (fs::path(path) / place).lexically_normal().string(); };
    for (const directory::FileProblem& problem : list.problems) {
      found_.problems.push_back(fmt::format("{}: {}", shown(problem.place), problem.message));
    }
    for (const std::string& place : list.places) file(shown(place), shown(place));
  }

  ManifestFiles take() { return std::move(found_); }

 private:
  void file(const std::string& path, const std::string& shown) {
    context_.check_interrupt();
    std::error_code error;  // then reading it fails, too
    const fs::path real = path == "-" ? fs::path(path) : fs::canonical(path, error);
    if (!error && !seen_.insert(real.string()).second) return;
    auto text = read_file(path, context_.stop);
    context_.check_interrupt();
    if (text) {
      found_.files.push_back({shown, std::move(*text)});
    } else {
      found_.problems.push_back(fmt::format("{}: cannot be read: {}", shown, text.error()));
    }
  }

  Context& context_;
  ManifestFiles found_;
  std::set<std::string> seen_;
};

}  // namespace

ManifestFiles read_manifest_files(Context& context, std::span<const std::string> operands) {
  Reader reader(context);
  for (const std::string& operand : operands) reader.operand(operand);
  return reader.take();
}

}  // namespace r2i::commands
