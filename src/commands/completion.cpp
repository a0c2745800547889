#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/session.hpp"
#include "sources/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

namespace r2i::commands {

namespace {

constexpr auto kFiles = std::to_array<std::string_view>(
    {"outputFile", "kubeconfig", "tokenFile", "target", "plan", "out", "outputDir", "metricsTextfile"});

/// Whether the setting's value is the path of a file or a directory.
bool is_path(const SettingInfo& info) {
  return std::ranges::find(kFiles, info.key) != kFiles.end();
}

/// The words that can follow a flag, separated by blanks; empty: a file, or anything.
std::string values_of(const SettingInfo& info) {
  if (info.key == "from") {
    std::vector<std::string> words;
    for (const std::string& kind : sources::kinds()) words.push_back(kind + "=");
    return join(words, " ");
  }
  if (info.key == "report") return "json= junit= markdown=";
  return join(split(info.choices, '|'), " ");
}

/// All commands, those of two words in place of their first word.
std::vector<const CommandRow*> single_commands() {
  std::vector<const CommandRow*> rows;
  for (const CommandRow& row : all_commands()) {
    if (row.parts == nullptr) {
      rows.push_back(&row);
    } else {
      for (const CommandRow& part : row.parts()) rows.push_back(&part);
    }
  }
  return rows;
}

/// The words that begin the names of several commands.
std::vector<const CommandRow*> groups() {
  std::vector<const CommandRow*> rows;
  for (const CommandRow& row : all_commands()) {
    if (row.parts != nullptr) rows.push_back(&row);
  }
  return rows;
}

std::vector<std::string> parts_of(const CommandRow& group) {
  std::vector<std::string> words;
  for (const CommandRow& part : group.parts()) words.emplace_back(part.word());
  return words;
}

/// What can stand for an operand.
std::vector<std::string> choices_of(const Operand& operand) {
  return operand.choices.empty() ? std::vector<std::string>{} : split(operand.choices, '|');
}

std::string words_of(const CommandRow& row) {
  std::vector<std::string> words;
  for (const std::string_view key : row.settings) words.emplace_back(setting_info(key).flag);
  words.emplace_back("--help");
  for (std::string& choice : choices_of(row.operand)) words.push_back(std::move(choice));
  return join(words, " ");
}

/// The case of bash's script for what follows a flag of a command; the command's name tells apart what one flag means
/// to several of them.
std::string bash_values(const CommandRow& row, const SettingInfo& info) {
  if (info.metavar.empty()) return "";
  const std::string letter = info.letter == 0 ? "" : fmt::format("|'{}:-{}'", row.name, info.letter);
  const std::string flags = fmt::format("'{}:{}'{}", row.name, info.flag, letter);
  const std::string words = values_of(info);
  if (words.empty() && !is_path(info)) return fmt::format("    {}) return ;;\n", flags);
  return fmt::format("    {}) mapfile -t COMPREPLY < <(compgen {} -- \"$current\"); {}return ;;\n", flags,
                     words.empty() ? "-f" : fmt::format("-W \"{}\"", words),
                     words.ends_with('=') ? "compopt -o nospace; " : "");
}

/// The case for the word after one that begins several commands.
std::string bash_group(const CommandRow& group) {
  return fmt::format(R"(    {})
      if [[ $COMP_CWORD -eq 2 ]]; then
        mapfile -t COMPREPLY < <(compgen -W "{} --help" -- "$current")
        return
      fi
      command+=" ${{COMP_WORDS[2]}}" ;;
)",
                     group.name, join(parts_of(group), " "));
}

/// A command whose operands are files: those come after its flags.
constexpr std::string_view kBashFiles = R"(  if [[ $command == '{}' && $current != -* ]]; then
    mapfile -O ${{#COMPREPLY[@]}} -t COMPREPLY < <(compgen -f -- "$current")
  fi
)";

std::string bash() {
  std::string names;
  for (const CommandRow& row : all_commands()) names += fmt::format("{}{}", names.empty() ? "" : " ", row.name);
  std::string parts;
  for (const CommandRow* group : groups()) parts += bash_group(*group);
  std::string cases;
  std::string values;
  std::string files;
  for (const CommandRow* row : single_commands()) {
    cases += fmt::format("    '{}') words=\"{}\" ;;\n", row->name, words_of(*row));
    for (const std::string_view key : row->settings) values += bash_values(*row, setting_info(key));
    if (row->operand.is_path) files += fmt::format(kBashFiles, row->name);
  }
  return fmt::format(R"(# bash completion for registry2istio
_registry2istio() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command=${{COMP_WORDS[1]}} words
  COMPREPLY=()
  # bash splits `--health=passing` at the sign.
  if [[ $current == "=" ]]; then
    current=
  elif [[ $previous == "=" ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "{} --help --version" -- "$current")
    return
  fi
  case $command in
{}  esac
  case $command:$previous in
{}  esac
  case $command in
{}    *) return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
{}}}
complete -F _registry2istio registry2istio
)",
                     names, parts, values, cases, files);
}

/// Text between single quotes of zsh or fish.
std::string quoted_text(std::string_view text, std::string_view quote) {
  std::string result;
  for (const char c : text) {
    if (c == '\'')
      result += quote;
    else
      result += c;
  }
  return result;
}

std::string zsh_escape(std::string_view text) {
  std::string result;
  for (const char c : quoted_text(text, "'\\''")) {
    if (c == '[' || c == ']' || c == ':' || c == '`') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_flag(const SettingInfo& info) {
  const std::string words = values_of(info);
  const std::string action = !words.empty() ? fmt::format("({})", words) : is_path(info) ? "_files" : " ";
  const std::string value = info.metavar.empty() ? "" : fmt::format(":{}:{}", zsh_escape(info.metavar), action);
  const std::string star = info.repeatable ? "*" : "";
  const std::string text = fmt::format("[{}]{}", zsh_escape(info.doc), value);
  if (info.letter == 0) return fmt::format("        '{}{}{}'", star, info.flag, text);
  return fmt::format("        {{-{},{}}}'{}'", info.letter, info.flag, text);
}

/// The case of zsh's script for one command.
std::string zsh_command(const CommandRow& row) {
  std::string lines;
  for (const std::string_view key : row.settings) lines += zsh_flag(setting_info(key)) + " \\\n";
  lines += "        '(-h --help)'{-h,--help}'[Show this help]'";
  const Operand& operand = row.operand;
  if (!operand.name.empty()) {
    const std::string action = operand.is_path ? "_files" : fmt::format("({})", join(choices_of(operand), " "));
    lines += fmt::format(" \\\n        '{}:{}:{}'", operand.many ? "*" : "1", operand.name, action);
  }
  return fmt::format("    '{}')\n      _arguments -s \\\n{}\n      ;;\n", row.name, lines);
}

std::string zsh_list(std::span<const CommandRow> rows, std::string_view indent) {
  std::string lines;
  for (const CommandRow& row : rows) lines += fmt::format("{}'{}:{}'\n", indent, row.word(), zsh_escape(row.summary));
  return lines;
}

/// The case for the word after one that begins several commands.
std::string zsh_group(const CommandRow& group) {
  return fmt::format(R"(    {})
      local -a parts=(
{}      )
      if ((CURRENT == 2)); then
        _describe what parts
        _arguments '(-h --help)'{{-h,--help}}'[Show this help]'
        return
      fi
      command+=" $words[2]"
      shift words
      ((CURRENT--))
      ;;
)",
                     group.name, zsh_list(group.parts(), "        "));
}

std::string zsh() {
  std::string parts;
  for (const CommandRow* group : groups()) parts += zsh_group(*group);
  std::string cases;
  for (const CommandRow* row : single_commands()) cases += zsh_command(*row);
  return fmt::format(R"(#compdef registry2istio
# zsh completion for registry2istio
_registry2istio() {{
  local -a commands=(
{}  )
  if ((CURRENT == 2)); then
    _describe command commands
    _arguments '(-h --help)'{{-h,--help}}'[Show this help]' '(-V --version)'{{-V,--version}}'[Show the version]'
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
{}  esac
  case $command in
{}  esac
}}
_registry2istio "$@"
)",
                     zsh_list(all_commands(), "    "), parts, cases);
}

std::string fish_quoted(std::string_view text) {
  return quoted_text(text, "\\'");
}

/// When fish is to offer what belongs to a command: all words of its name have been typed.
std::string fish_condition(const CommandRow& row) {
  std::vector<std::string> conditions;
  for (const std::string& word : split(row.name, ' '))
    conditions.push_back(fmt::format("__fish_seen_subcommand_from {}", word));
  return fmt::format("complete -c registry2istio -n '{}'", join(conditions, "; and "));
}

std::string fish_flag(const SettingInfo& info) {
  const std::string letter = info.letter == 0 ? "" : fmt::format(" -s {}", info.letter);
  const std::string words = values_of(info);
  const std::string value = info.metavar.empty()             ? ""
                            : words.empty() && is_path(info) ? " -r -F"
                            : words.empty()                  ? " -x"
                                                             : fmt::format(" -x -a '{}'", words);
  return fmt::format("{} -l {}{} -d '{}'", letter, info.flag.substr(2), value, fish_quoted(info.doc));
}

std::string fish() {
  std::string text = "# fish completion for registry2istio\ncomplete -c registry2istio -f\n";
  for (const CommandRow& row : all_commands()) {
    text += fmt::format("complete -c registry2istio -n __fish_use_subcommand -a {} -d '{}'\n", row.name,
                        fish_quoted(row.summary));
  }
  text += "complete -c registry2istio -n __fish_use_subcommand -s V -l version -d 'Show the version'\n";
  text += "complete -c registry2istio -s h -l help -d 'Show this help'\n";
  for (const CommandRow* group : groups()) {
    const std::string parts = join(parts_of(*group), " ");
    for (const CommandRow& part : group->parts()) {
      text += fmt::format(
          "complete -c registry2istio -n '__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}' -a "
          "{} "
          "-d '{}'\n",
          group->name, parts, part.word(), fish_quoted(part.summary));
    }
  }
  for (const CommandRow* row : single_commands()) {
    const std::string start = fish_condition(*row);
    for (const std::string_view key : row->settings) text += start + fish_flag(setting_info(key)) + "\n";
    if (row->operand.is_path) text += start + " -F\n";
    const std::string choices = join(choices_of(row->operand), " ");
    if (!choices.empty()) text += fmt::format("{} -a '{}'\n", start, choices);
  }
  return text;
}

}  // namespace

ExitCode run_completion(Session& session) {
  const std::string shell = session.invocation.operand();
  if (shell == "bash") {
    session.out.write(bash());
  } else if (shell == "zsh") {
    session.out.write(zsh());
  } else if (shell == "fish") {
    session.out.write(fish());
  } else {
    const std::vector<std::string> shells = {"bash", "zsh", "fish"};
    throw Error(ErrorKind::usage, shell.empty()
                                      ? std::string("completion: which shell? bash, zsh or fish")
                                      : fmt::format("completion: unknown shell {}{}; there are bash, zsh, fish",
                                                    in_quotes(shell), did_you_mean(shell, shells)));
  }
  session.out.flush();
  return ExitCode::done;
}

}  // namespace r2i::commands
