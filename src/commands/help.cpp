#include "commands/help.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace r2i::commands {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kFlagColumn = 36;

std::string flag_line(std::string_view left, std::string_view doc) {
  const std::string padding = left.size() + 3 > kFlagColumn ? "\n" + std::string(kFlagColumn, ' ')
                                                            : std::string(kFlagColumn - left.size() - 2, ' ');
  return fmt::format("  {}{}{}\n", left, padding, wrapped(doc, kFlagColumn));
}

std::string setting_line(const SettingInfo& info) {
  std::string left = info.letter == 0 ? "    " : fmt::format("-{}, ", info.letter);
  left += info.flag;
  const bool listed = !info.choices.empty() && info.choices.size() < 24;
  if (!info.metavar.empty()) left += fmt::format(" {}", listed ? info.choices : info.metavar);
  std::string doc(info.doc);
  if (!info.choices.empty() && !listed) doc += fmt::format(" One of {}.", join(split(info.choices, '|'), ", "));
  if (!info.fallback.empty()) doc += fmt::format(" (default: {})", info.fallback);
  return flag_line(left, doc);
}

std::string operand_text(const Operand& operand) {
  return fmt::format(" {}{}", operand.choices.empty() ? operand.name : operand.choices, operand.many ? "…" : "");
}

std::string list_of(std::span<const CommandRow> rows) {
  std::string text;
  for (const CommandRow& row : rows) text += fmt::format("  {:<12}{}\n", row.word(), row.summary);
  return text;
}

/// The help of a word that only begins the names of commands.
std::string group_help(const CommandRow& row) {
  return fmt::format(
      "{}\n\nUsage:\n  registry2istio {} WHAT [FLAGS]\n\nWhat:\n{}\n"
      "`registry2istio {} WHAT --help` shows the flags of each.\n\nFlags:\n{}",
      wrapped(row.description, 0), row.name, list_of(row.parts()), row.name,
      flag_line("-h, --help", "Show this help."));
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  for (const std::string& word : split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

std::string main_help() {
  std::string text =
      "registry2istio turns what service registries know into Istio ServiceEntry and WorkloadEntry manifests.\n\n"
      "Usage:\n  registry2istio COMMAND [FLAGS]\n\nCommands:\n";
  text += list_of(all_commands());
  text +=
      "\nFlags:\n  -h, --help    Show this help, or that of a command\n  -V, --version Show the version\n\n"
      "Every flag has a variable: --host-template is R2I_HOST_TEMPLATE. Registries' own variables count, too\n"
      "(CONSUL_HTTP_ADDR, CONSUL_HTTP_TOKEN, …).\n\n"
      "Exit codes: 0 done; 1 differences, or errors in the data; 2 usage; 3 a source is incomplete;\n"
      "4 the cluster failed; 5 a guard withheld something; 6 something failed or was refused; 7 a bug;\n"
      "130 interrupted. `man registry2istio` tells more.\n";
  return text;
}

std::string command_help(const CommandRow& row) {
  if (row.parts != nullptr) return group_help(row);
  std::string text =
      fmt::format("{}\n\nUsage:\n  registry2istio {}{}{}\n", wrapped(row.description, 0), row.name,
                  row.settings.empty() ? "" : " [FLAGS]", row.operand.name.empty() ? "" : operand_text(row.operand));
  if (!row.examples.empty()) text += "\nExamples:\n";
  for (const std::string_view example : row.examples) text += fmt::format("  {}\n", example);
  std::string_view group;
  for (const std::string_view key : row.settings) {
    const SettingInfo& info = setting_info(key);
    if (info.group != group) text += fmt::format("\n{}:\n", info.group);
    group = info.group;
    text += setting_line(info);
  }
  text += row.settings.empty() ? "\nFlags:\n" : "";
  return text + flag_line("-h, --help", "Show this help.");
}

}  // namespace r2i::commands
