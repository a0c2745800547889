#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/help.hpp"
#include "commands/session.hpp"
#include "model/code_help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace r2i::commands {

namespace {

constexpr std::array<std::pair<int, std::string_view>, 4> kRanges = {{
    {1, "reading the sources"},
    {2, "conversion"},
    {3, "limits of Istio and Kubernetes"},
    {4, "the cluster"},
}};
constexpr int kRange = 1000;

int number_of(const CodeInfo& info) {
  return static_cast<int>(info.code);
}

std::string_view remedy_of(const CodeInfo& info) {
  if (!info.remedy.empty()) return info.remedy;
  return info.severity == Severity::info ? "Nothing has to be done." : "The message itself says what is wrong.";
}

/// What follows for the run.
std::string effect_of(const CodeInfo& info) {
  const bool of_source = number_of(info) < 2 * kRange;
  std::string effect = info.loss == Loss::service    ? "The service, or a part of it, is left out. "
                       : info.loss == Loss::instance ? "The instance is left out. "
                                                     : "";
  if (info.severity == Severity::error) {
    effect += of_source ? "The scope is incomplete, and the exit code is 3." : "The exit code is 1.";
  } else if (info.severity == Severity::warning) {
    effect += fmt::format("With --strict, the exit code is {}.", of_source ? 3 : 1);
  } else {
    effect += "It is shown with -v, and has no part in the exit code.";
  }
  return effect + (is_ignorable(info) ? fmt::format(" --ignore {} silences it.", code_name(number_of(info)))
                                      : " It cannot be ignored.");
}

/// A sentence or several, broken into lines.
void write_text_part(Output& out, std::string_view title, std::string_view text) {
  out.write(fmt::format("\n{}:\n  {}\n", title, wrapped(text, 2)));
}

/// Lines as they are.
void write_part(Output& out, std::string_view title, std::string_view text) {
  out.write(fmt::format("\n{}:\n", title));
  for (const std::string& line : split(text, '\n')) out.write(fmt::format("  {}\n", line));
}

void write_text(Output& out, const CodeInfo& info) {
  const CodeHelp& help = code_help(info.code);
  out.write(fmt::format("{} {}: {}\n\n{}\n", code_name(number_of(info)), severity_name(info.severity), info.reason,
                        wrapped(info.meaning, 0)));
  write_text_part(out, "Cause", help.cause);
  write_text_part(out, "Effect", effect_of(info));
  write_text_part(out, "Remedy", remedy_of(info));
  write_part(out, "Example", help.example);
  write_part(out, "What to type or to write", help.answer);
}

void write_text(Output& out, const ExitCodeInfo& info) {
  out.write(fmt::format("exit {}: {}\n\n{}\n", static_cast<int>(info.code), info.reason, wrapped(info.meaning, 0)));
  write_text_part(out, "Cause", info.cause);
  write_text_part(out, "Remedy", info.remedy);
  write_part(out, "Example", info.example);
}

void write_list(Output& out) {
  for (const auto& [range, title] : kRanges) {
    out.write(fmt::format("{}{}xxx: {}\n", range == 1 ? "" : "\n", range, title));
    for (const CodeInfo& info : all_codes()) {
      if (number_of(info) / kRange != range) continue;
      out.write(
          fmt::format("  {}  {:<7}  {}\n", code_name(number_of(info)), severity_name(info.severity), info.reason));
    }
  }
  out.write("\nExit codes: of several, the first of 130 and 143, 7, 2, 5, 6, 4, 3, 1\n");
  for (const ExitCodeInfo& info : all_exit_codes())
    out.write(fmt::format("  {:<8} {}\n", static_cast<int>(info.code), info.reason));
}

void write_field(Sink& sink, std::string_view key, std::string_view value) {
  sink.key(key);
  sink.string(value);
}

void describe(Sink& sink, const CodeInfo& info) {
  const CodeHelp& help = code_help(info.code);
  sink.begin_map();
  write_field(sink, "answer", help.answer);
  write_field(sink, "cause", help.cause);
  write_field(sink, "code", code_name(number_of(info)));
  write_field(sink, "effect", effect_of(info));
  write_field(sink, "example", help.example);
  write_field(sink, "meaning", info.meaning);
  write_field(sink, "reason", info.reason);
  write_field(sink, "remedy", remedy_of(info));
  write_field(sink, "severity", severity_name(info.severity));
  sink.end_map();
}

void describe(Sink& sink, const ExitCodeInfo& info) {
  sink.begin_map();
  write_field(sink, "cause", info.cause);
  write_field(sink, "example", info.example);
  sink.key("exitCode");
  sink.integer(static_cast<int>(info.code));
  write_field(sink, "meaning", info.meaning);
  write_field(sink, "reason", info.reason);
  write_field(sink, "remedy", info.remedy);
  sink.end_map();
}

template <typename Rows>
void describe_all(Sink& sink, std::string_view key, const Rows& rows) {
  sink.key(key);
  sink.begin_list();
  for (const auto& row : rows) describe(sink, row);
  sink.end_list();
}

template <typename Info>
void explain_one(Session& session, const Info& info) {
  if (session.settings.text_output == config::TextFormat::text) return write_text(session.out, info);
  JsonWriter writer(session.out, 2);
  describe(writer, info);
  session.out.write("\n");
}

void explain_all(Session& session) {
  if (session.settings.text_output == config::TextFormat::text) return write_list(session.out);
  JsonWriter writer(session.out, 2);
  writer.begin_map();
  describe_all(writer, "codes", all_codes());
  describe_all(writer, "exitCodes", all_exit_codes());
  writer.end_map();
  session.out.write("\n");
}

/// The exit code that `3` or `exit 3` names, or nothing.
const ExitCodeInfo* find_exit_code(std::string_view text) {
  constexpr std::string_view kExit = "exit ";
  if (text.starts_with(kExit)) text.remove_prefix(kExit.size());
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return nullptr;
  const auto codes = all_exit_codes();
  const auto found = std::ranges::find(codes, static_cast<ExitCode>(number), &ExitCodeInfo::code);
  return found == codes.end() ? nullptr : &*found;
}

[[noreturn]] void fail_unknown(const std::string& asked) {
  std::vector<std::string> exits;
  for (const ExitCodeInfo& info : all_exit_codes())
    exits.push_back(fmt::format("exit {}", static_cast<int>(info.code)));
  const std::string suggestion = asked.starts_with("exit") ? did_you_mean(asked, exits) : did_you_mean_code(asked);
  throw Error(ErrorKind::usage, fmt::format("explain: there is no code {}{}; `registry2istio explain` lists all",
                                            in_quotes(asked), suggestion));
}

}  // namespace

ExitCode run_explain(Session& session) {
  const std::string asked = join(session.invocation.operands, " ");
  if (session.invocation.operands.empty()) {
    explain_all(session);
  } else if (const CodeInfo* code = find_code(asked)) {
    explain_one(session, *code);
  } else if (const ExitCodeInfo* exit_code = find_exit_code(asked)) {
    explain_one(session, *exit_code);
  } else {
    fail_unknown(asked);
  }
  session.out.flush();
  return ExitCode::done;
}

}  // namespace r2i::commands
