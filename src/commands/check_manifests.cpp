#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/manifest_files.hpp"
#include "commands/session.hpp"
#include "model/clashes.hpp"
#include "model/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace r2i::commands {

namespace {

/// A line of the report, and what it is sorted by.
struct Line {
  std::size_t file = 0;
  LineColumn place{};
  bool is_warning = false;
  std::string text;
};

/// What has been found in all files.
class Findings {
 public:
  explicit Findings(const std::vector<ManifestFile>& files) : files_(files) {
    for (std::size_t i = 0; i < files.size(); ++i) judge_file(i);
    for (Clash& clash : find_clashes(objects_)) {
      lines_.push_back(
          {file_of_object_[clash.object], objects_[clash.object].object.place, true, std::move(clash.text)});
    }
    std::ranges::stable_sort(
        lines_, {}, [](const Line& line) { return std::tuple(line.file, line.place.line, line.place.column); });
  }

  void print(Output& out) const {
    for (const Line& line : lines_) {
      out.write(fmt::format("{}:{}:{}: {}{}\n", files_[line.file].path, line.place.line, line.place.column,
                            line.is_warning ? "warning: " : "", line.text));
    }
  }

  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] bool has_errors() const { return count(false) > 0; }

  /// "2 ServiceEntries and 1 WorkloadEntry in 2 files: 1 error, no warnings", and what was not judged.
  [[nodiscard]] std::vector<std::string> summary() const {
    const auto of_kind = [&](std::string_view kind) {
      return counted(static_cast<std::size_t>(std::ranges::count(
                         objects_, kind, [](const PlacedObject& placed) { return placed.object.key.kind; })),
                     kind);
    };
    std::vector<std::string> lines = {fmt::format("{} and {} in {}: {}, {}", of_kind("ServiceEntry"),
                                                  of_kind("WorkloadEntry"), counted(files_.size(), "file"),
                                                  counted(count(false), "error"), counted(count(true), "warning"))};
    if (others_.empty()) return lines;
    std::vector<std::string> kinds;
    for (const auto& [kind, number] : others_) kinds.push_back(fmt::format("{} {}", number, kind));
    lines.push_back("not judged: " + join(kinds, ", "));
    return lines;
  }

 private:
  void judge_file(std::size_t index) {
    const ManifestFile& file = files_[index];
    auto judged = judge(file.text);
    if (!judged) {
      const auto& [place, message] = judged.error();
      faults_.push_back(fmt::format("{}:{}:{}: {}", file.path, place.line, place.column, message));
      return;
    }
    for (Verdict& one : judged->verdicts) lines_.push_back({index, one.place, one.is_warning, std::move(one.text)});
    for (JudgedObject& object : judged->objects) {
      objects_.push_back({file.path, std::move(object)});
      file_of_object_.push_back(index);
    }
    for (const auto& [kind, number] : judged->others) others_[kind] += number;
  }

  [[nodiscard]] std::size_t count(bool warnings) const {
    return static_cast<std::size_t>(std::ranges::count(lines_, warnings, &Line::is_warning));
  }

  const std::vector<ManifestFile>& files_;
  std::vector<Line> lines_;
  std::vector<std::string> faults_;
  std::vector<PlacedObject> objects_;
  std::vector<std::size_t> file_of_object_;
  std::map<std::string, std::size_t> others_;
};

}  // namespace

ExitCode run_check_manifests(Session& session) {
  const std::vector<std::string>& operands = session.invocation.operands;
  if (operands.empty()) {
    throw Error(ErrorKind::usage, "check manifests: which files or directories? - is standard input");
  }
  const ManifestFiles read = read_manifest_files(*session.context, operands);
  const Findings findings(read.files);
  findings.print(session.out);
  session.out.flush();
  for (const std::string& problem : read.problems) session.report.fail(problem);
  for (const std::string& fault : findings.faults()) session.report.fail(fault);
  for (const std::string& line : findings.summary()) session.report.say(line);
  if (!read.problems.empty() || !findings.faults().empty()) return ExitCode::usage;
  return findings.has_errors() ? ExitCode::findings : ExitCode::done;
}

}  // namespace r2i::commands
