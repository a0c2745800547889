#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/session.hpp"
#include "sources/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

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
  return join(split(info.choices, '|'), " ");
}

std::string words_of(const CommandRow& row) {
  std::vector<std::string> words;
  for (const std::string_view key : row.settings) words.emplace_back(setting_info(key).flag);
  words.emplace_back("--help");
  for (const std::string& choice : split(row.operand_choices, '|')) {
    if (!choice.empty()) words.push_back(choice);
  }
  return join(words, " ");
}

/// The case of bash's script for what follows a flag of a command; the command's name tells apart what one flag means
/// to several of them.
std::string bash_values(const CommandRow& row, const SettingInfo& info) {
  if (info.metavar.empty()) return "";
  const std::string letter = info.letter == 0 ? "" : fmt::format("|{}:-{}", row.name, info.letter);
  const std::string flags = fmt::format("{}:{}{}", row.name, info.flag, letter);
  const std::string words = values_of(info);
  if (words.empty() && !is_path(info)) return fmt::format("    {}) return ;;\n", flags);
  return fmt::format("    {}) mapfile -t COMPREPLY < <(compgen {} -- \"$current\"); {}return ;;\n", flags,
                     words.empty() ? "-f" : fmt::format("-W \"{}\"", words),
                     info.key == "from" ? "compopt -o nospace; " : "");
}

std::string bash() {
  std::string commands;
  std::string cases;
  for (const CommandRow& row : all_commands()) {
    commands += fmt::format("{}{}", commands.empty() ? "" : " ", row.name);
    cases += fmt::format("    {}) words=\"{}\" ;;\n", row.name, words_of(row));
  }
  std::string values;
  for (const CommandRow& row : all_commands()) {
    for (const std::string_view key : row.settings) values += bash_values(row, setting_info(key));
  }
  return fmt::format(R"(# bash completion for registry2istio
_registry2istio() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} words
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
  case ${{COMP_WORDS[1]}}:$previous in
{}  esac
  case ${{COMP_WORDS[1]}} in
{}    *) return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -F _registry2istio registry2istio
)",
                     commands, values, cases);
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

std::string zsh() {
  std::string commands;
  std::string cases;
  for (const CommandRow& row : all_commands()) {
    commands += fmt::format("    '{}:{}'\n", row.name, zsh_escape(row.summary));
    std::string lines;
    for (const std::string_view key : row.settings) lines += zsh_flag(setting_info(key)) + " \\\n";
    lines += "        '(-h --help)'{-h,--help}'[Show this help]'";
    if (!row.operand.empty()) {
      lines += fmt::format(" \\\n        '1:{}:({})'", row.operand, join(split(row.operand_choices, '|'), " "));
    }
    cases += fmt::format("    {})\n      _arguments -s \\\n{}\n      ;;\n", row.name, lines);
  }
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
}}
_registry2istio "$@"
)",
                     commands, cases);
}

std::string fish() {
  std::string text = "# fish completion for registry2istio\ncomplete -c registry2istio -f\n";
  const auto fish_quoted = [](std::string_view s) { return quoted_text(s, "\\'"); };
  for (const CommandRow& row : all_commands()) {
    text += fmt::format("complete -c registry2istio -n __fish_use_subcommand -a {} -d '{}'\n", row.name,
                        fish_quoted(row.summary));
  }
  text += "complete -c registry2istio -n __fish_use_subcommand -s V -l version -d 'Show the version'\n";
  text += "complete -c registry2istio -s h -l help -d 'Show this help'\n";
  for (const CommandRow& row : all_commands()) {
    const std::string start = fmt::format("complete -c registry2istio -n '__fish_seen_subcommand_from {}'", row.name);
    for (const std::string_view key : row.settings) {
      const SettingInfo& info = setting_info(key);
      const std::string letter = info.letter == 0 ? "" : fmt::format(" -s {}", info.letter);
      const std::string words = values_of(info);
      const std::string value = info.metavar.empty()             ? ""
                                : words.empty() && is_path(info) ? " -r -F"
                                : words.empty()                  ? " -x"
                                                                 : fmt::format(" -x -a '{}'", words);
      text += fmt::format("{}{} -l {}{} -d '{}'\n", start, letter, info.flag.substr(2), value, fish_quoted(info.doc));
    }
    if (!row.operand.empty()) text += fmt::format("{} -a '{}'\n", start, join(split(row.operand_choices, '|'), " "));
  }
  return text;
}

}  // namespace

ExitCode run_completion(Session& session) {
  const std::string& shell = session.invocation.operand;
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
