#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "commands/run_report.hpp"
#include "model/code_help.hpp"

#include <array>
#include <cstdint>

namespace r2i::commands {

namespace {

constexpr int kIndent = 2;
constexpr std::string_view kApiVersion = "registry2istio.io/v1";

class ReportWriter {
 public:
  ReportWriter(JsonWriter& json, const RunReport& report) : json_(json), report_(report), facts_(report.facts) {}

  void write() {
    json_.begin_map();
    field("apiVersion", kApiVersion);
    field("kind", "Report");
    field("command", report_.command);
    json_.key("exitCode");
    json_.integer(static_cast<int>(report_.code));
    field("exitReason", exit_code_info(report_.code).reason);
    texts("failures", facts_.failures);
    summary();
    list("scopes", facts_.scopes, [&](const auto& scope) { write_scope(scope); });
    codes();
    list("diagnostics", facts_.diagnostics, [&](const auto& diagnostic) { write_diagnostic(diagnostic); });
    list("objects", facts_.all_objects, [&](const auto& object) { write_object(object); });
    json_.end_map();
  }

 private:
  void field(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.string(clean_text(value));
  }
  void count(std::string_view key, std::size_t value) {
    json_.key(key);
    json_.integer(static_cast<std::int64_t>(value));
  }
  void flag(std::string_view key, bool value) {
    json_.key(key);
    json_.boolean(value);
  }
  template <typename Items, typename Write>
  void list(std::string_view key, const Items& items, Write write_one) {
    json_.key(key);
    json_.begin_list();
    for (const auto& item : items) write_one(item);
    json_.end_list();
  }
  void texts(std::string_view key, const std::vector<std::string>& lines) {
    list(key, lines, [&](const std::string& line) { json_.string(clean_text(line)); });
  }

  void counts(std::string_view key, const std::map<std::string, std::size_t, std::less<>>& numbers) {
    json_.key(key);
    json_.begin_map();
    for (const auto& [name, number] : numbers) count(name, number);
    json_.end_map();
  }

  void summary() {
    std::array<std::size_t, 3> by_severity{};
    for (const Diagnostic& diagnostic : facts_.diagnostics)
      ++by_severity.at(static_cast<std::size_t>(diagnostic.severity));
    json_.key("summary");
    json_.begin_map();
    count("services", facts_.services);
    count("instances", facts_.instances);
    count("errors", by_severity.at(static_cast<std::size_t>(Severity::error)));
    count("warnings", by_severity.at(static_cast<std::size_t>(Severity::warning)));
    count("infos", by_severity.at(static_cast<std::size_t>(Severity::info)));
    counts("objects", facts_.objects);
    counts("withheld", facts_.withheld);
    json_.end_map();
  }

  void write_scope(const RunFacts::ScopeFacts& scope) {
    json_.begin_map();
    field("source", scope.source);
    field("scope", scope.scope);
    flag("complete", scope.complete);
    count("services", scope.services);
    texts("problems", scope.problems);
    json_.end_map();
  }

  void write_code(int number, std::size_t times, bool ignored) {
    const CodeInfo& info = code_info(number);
    json_.begin_map();
    field("code", code_name(number));
    field("severity", severity_name(info.severity));
    field("reason", info.reason);
    count("count", times);
    flag("ignored", ignored);
    json_.end_map();
  }

  void codes() {
    json_.key("codes");
    json_.begin_list();
    for (const auto& [number, times] : counts_by_code(facts_)) write_code(number, times, false);
    for (const auto& [number, times] : facts_.ignored) write_code(number, times, true);
    json_.end_list();
  }

  void write_diagnostic(const Diagnostic& diagnostic) {
    json_.begin_map();
    field("code", code_name(diagnostic.code));
    field("severity", severity_name(diagnostic.severity));
    field("subject", diagnostic.subject);
    field("message", diagnostic.message);
    field("remedy", diagnostic.hint);
    flag("fails", decides(facts_, diagnostic));
    json_.end_map();
  }

  void write_object(const RunFacts::ObjectFacts& object) {
    json_.begin_map();
    field("object", object.object);
    field("outcome", object.outcome);
    field("message", object.message);
    flag("fails", object.fails);
    json_.end_map();
  }

  JsonWriter& json_;
  const RunReport& report_;
  const RunFacts& facts_;
};

}  // namespace

void write_json(Output& out, const RunReport& report) {
  JsonWriter json(out, kIndent);
  ReportWriter(json, report).write();
  out.write("\n");
}

}  // namespace r2i::commands
