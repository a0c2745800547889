#include "base/markdown.hpp"
#include "base/text.hpp"
#include "commands/run_report.hpp"
#include "model/code_help.hpp"

#include <fmt/format.h>

#include <functional>

namespace r2i::commands {

namespace {

constexpr std::size_t kLimit = 1'000'000;  // GitHub's is 1 MiB
constexpr std::size_t kLastLine = 100;

/// A code span that may stand in a table.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : markdown_code(clean_text(text))) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string item(std::string_view text) {
  std::string line = clean_text(text);
  for (char& c : line) c = c == '\n' ? ' ' : c;
  return fmt::format("- {}\n", markdown_code(line));
}

class MarkdownWriter {
 public:
  explicit MarkdownWriter(Output& out) : out_(out) {}

  /// Whether there was room for it.
  bool write(std::string_view text) {
    if (written_ + text.size() + kLastLine > kLimit) return false;
    out_.write(text);
    written_ += text.size();
    return true;
  }

  /// A list under a title, nothing if it is empty.
  void section(std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    write(fmt::format("\n#### {} ({})\n\n", title, lines.size()));
    for (const std::string& line : lines) {
      if (cut_ > 0 || !write(item(line))) ++cut_;
    }
  }

  void finish() {
    if (cut_ > 0) out_.write(fmt::format("\n… and {} more, which would make this text too long.\n", cut_));
  }

 private:
  Output& out_;
  std::size_t written_ = 0;
  std::size_t cut_ = 0;
};

std::string scopes_table(const RunFacts& facts) {
  std::string table = "\n| scope | services | read in full |\n|---|---:|---|\n";
  for (const RunFacts::ScopeFacts& scope : facts.scopes) {
    table += fmt::format("| {} | {} | {} |\n", cell(fmt::format("{}/{}", scope.source, scope.scope)), scope.services,
                         scope.complete ? "yes" : "**no**");
  }
  return table;
}

std::string codes_table(const RunFacts& facts) {
  std::string table = "\n| code | | what | count |\n|---|---|---|---:|\n";
  const auto row = [&](int number, std::size_t count, std::string_view severity) {
    table += fmt::format("| `{}` | {} | {} | {} |\n", code_name(number), severity, code_info(number).reason, count);
  };
  for (const auto& [number, count] : counts_by_code(facts))
    row(number, count, severity_name(code_info(number).severity));
  for (const auto& [number, count] : facts.ignored) row(number, count, "ignored");
  return table;
}

std::string objects_table(const RunFacts& facts) {
  std::string table = "\n| objects | count |\n|---|---:|\n";
  for (const auto& [outcome, count] : facts.objects) table += fmt::format("| {} | {} |\n", outcome, count);
  for (const auto& [guard, count] : facts.withheld) table += fmt::format("| withheld: {} | {} |\n", guard, count);
  return table;
}

std::vector<std::string> lines_with(const RunFacts& facts, Severity severity) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : facts.diagnostics) {
    if (diagnostic.severity == severity) lines.push_back(line_of(diagnostic));
  }
  return lines;
}

std::vector<std::string> objects_to_look_at(const RunFacts& facts) {
  std::vector<std::string> lines;
  for (const RunFacts::ObjectFacts& object : facts.all_objects) {
    if (!object.fails) continue;
    lines.push_back(
        fmt::format("{}: {}{}{}", object.object, object.outcome, object.message.empty() ? "" : ": ", object.message));
  }
  return lines;
}

}  // namespace

void write_markdown(Output& out, const RunReport& report) {
  const RunFacts& facts = report.facts;
  MarkdownWriter writer(out);
  writer.write(fmt::format("### registry2istio {}: exit code {}, {}\n", report.command, static_cast<int>(report.code),
                           exit_code_info(report.code).reason));
  writer.write(fmt::format("\n{}, {}\n", counted(facts.services, "service"), counted(facts.instances, "instance")));
  writer.section("What went wrong", facts.failures);
  if (!facts.scopes.empty()) writer.write(scopes_table(facts));
  if (!facts.diagnostics.empty() || !facts.ignored.empty()) writer.write(codes_table(facts));
  if (!facts.objects.empty() || !facts.withheld.empty()) writer.write(objects_table(facts));
  writer.section("Objects to look at", objects_to_look_at(facts));
  writer.section("Errors", lines_with(facts, Severity::error));
  writer.section("Warnings", lines_with(facts, Severity::warning));
  writer.finish();
}

}  // namespace r2i::commands
