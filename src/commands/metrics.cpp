#include "commands/metrics.hpp"

#include "config.h"

#include "base/files.hpp"
#include "base/output.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace r2i::commands {

namespace {

constexpr std::string_view kLastSuccess = "registry2istio_last_success_timestamp_seconds";

/// A label's value as the text format has it.
std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : clean_text(value)) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text + "\"";
}

class Exposition {
 public:
  explicit Exposition(Output& out) : out_(out) {}

  void family(std::string_view name, std::string_view help) {
    name_ = name;
    out_.write(fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name));
  }
  template <typename Number>
  void sample(std::string_view labels, Number value) {
    out_.write(labels.empty() ? fmt::format("{} {}\n", name_, value)
                              : fmt::format("{}{{{}}} {}\n", name_, labels, value));
  }
  template <typename Number>
  void single(std::string_view name, std::string_view help, Number value) {
    family(name, help);
    sample("", value);
  }

 private:
  Output& out_;
  std::string name_;
};

/// What the file that is to be replaced says of the last success; 0 if it says nothing.
double last_success(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return 0;
  for (const std::string& line : split(*text, '\n')) {
    if (!line.starts_with(kLastSuccess) || line.size() <= kLastSuccess.size() + 1) continue;
    try {
      return std::stod(line.substr(kLastSuccess.size() + 1));
    } catch (const std::exception&) {
      return 0;  // not written by us
    }
  }
  return 0;
}

void write_scopes(Exposition& text, const RunFacts& facts) {
  const auto labels = [](const RunFacts::ScopeFacts& scope) {
    return fmt::format("source={},scope={}", quoted(scope.source), quoted(scope.scope));
  };
  text.family("registry2istio_scope_complete", "Whether the last run read the scope in full.");
  for (const auto& scope : facts.scopes) text.sample(labels(scope), scope.complete ? 1 : 0);
  text.family("registry2istio_scope_services", "Services that the last run found in the scope.");
  for (const auto& scope : facts.scopes) text.sample(labels(scope), scope.services);
}

}  // namespace

void write_metrics(const std::string& path, const RunFacts& facts, ExitCode code,
                   std::chrono::system_clock::time_point now, std::chrono::duration<double> duration) {
  const double time =
      std::chrono::duration<double>(std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch())).count();
  const double success = code == ExitCode::done ? time : last_success(path);
  NewFile file(path, FileAccess::everyone);
  Exposition text(file.output());
  text.family("registry2istio_build_info", "The version of the program.");
  text.sample("version=\"" R2I_VERSION "\"", 1);
  text.single("registry2istio_last_run_timestamp_seconds", "When the last run ended.", fmt::format("{:.3f}", time));
  text.single(kLastSuccess, "When a run last ended with exit code 0; 0 if none has.", fmt::format("{:.3f}", success));
  text.single("registry2istio_run_duration_seconds", "How long the last run took.",
              fmt::format("{:.3f}", duration.count()));
  text.single("registry2istio_exit_code", "The exit code of the last run.", static_cast<int>(code));
  text.family("registry2istio_step_duration_seconds", "How long a step of the last run took.");
  for (const auto& [step, seconds] : facts.seconds) text.sample("step=" + quoted(step), fmt::format("{:.3f}", seconds));
  text.family("registry2istio_objects", "Objects, by what the last run did with them.");
  for (const auto& [action, count] : facts.objects) text.sample("action=" + quoted(action), count);
  text.family("registry2istio_withheld_changes", "Changes that the last run did not make, by guard or reason.");
  for (const auto& [guard, count] : facts.withheld) text.sample("guard=" + quoted(guard), count);
  write_scopes(text, facts);
  file.commit();
}

}  // namespace r2i::commands
