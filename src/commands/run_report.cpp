#include "commands/run_report.hpp"

#include "base/text.hpp"
#include "model/code_help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace r2i::commands {

namespace {

constexpr int kFirstConversionCode = 2000;

/// `text` fit to be shown, on one line.
std::string one_line(std::string_view text) {
  std::string line = clean_text(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

void clean(Diagnostic& diagnostic) {
  diagnostic.subject = one_line(diagnostic.subject);
  diagnostic.message = one_line(diagnostic.message);
  diagnostic.hint = one_line(diagnostic.hint);
}

}  // namespace

RunReport make_report(std::string_view command, ExitCode code, RunFacts facts) {
  std::ranges::sort(facts.scopes, {}, [](const RunFacts::ScopeFacts& s) { return std::tie(s.source, s.scope); });
  std::ranges::sort(facts.all_services, {},
                    [](const RunFacts::ServiceFacts& s) { return std::tie(s.scope, s.name, s.display); });
  for (Diagnostic& diagnostic : facts.diagnostics) clean(diagnostic);
  // Errors first: who reads only the beginning has seen them.
  std::ranges::sort(facts.diagnostics, [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(b.severity, a.code, a.subject, a.message) < std::tie(a.severity, b.code, b.subject, b.message);
  });
  std::ranges::sort(facts.all_objects, {},
                    [](const RunFacts::ObjectFacts& o) { return std::tie(o.object, o.outcome, o.message); });
  return {command, code, std::move(facts)};
}

bool decides(const RunFacts& facts, const Diagnostic& diagnostic) {
  if (diagnostic.severity == Severity::warning) return facts.strict;
  return diagnostic.severity == Severity::error && (diagnostic.code >= kFirstConversionCode || !facts.allow_partial);
}

std::string line_of(const Diagnostic& diagnostic) {
  return fmt::format("{} {}: {}: {}", code_name(diagnostic.code), severity_name(diagnostic.severity),
                     diagnostic.subject, diagnostic.message);
}

std::map<int, std::size_t> counts_by_code(const RunFacts& facts) {
  std::map<int, std::size_t> counts;
  for (const Diagnostic& diagnostic : facts.diagnostics) ++counts[diagnostic.code];
  return counts;
}

void write_report(const config::ReportFile& file, const RunReport& report) {
  NewFile target(file.path, FileAccess::everyone);
  switch (file.format) {
    case config::ReportFormat::json:
      write_json(target.output(), report);
      break;
    case config::ReportFormat::junit:
      write_junit(target.output(), report);
      break;
    case config::ReportFormat::markdown:
      write_markdown(target.output(), report);
      break;
  }
  target.commit();
}

}  // namespace r2i::commands
