#include "commands/cli.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/help.hpp"
#include "commands/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace r2i::commands {

namespace {

std::string names_of(const SettingInfo& info) {
  return info.letter == 0 ? std::string(info.flag) : fmt::format("-{},{}", info.letter, info.flag);
}

void add_setting(CLI::App& app, const SettingInfo& info) {
  if (info.metavar.empty()) {
    // `--flag=false` turns off what the environment turned on.
    app.add_flag(names_of(info));
    return;
  }
  // One value per flag: CLI11 would otherwise take the words that follow, too.
  app.add_option(names_of(info))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(info.repeatable ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
}

std::vector<std::string> words_of(std::span<const CommandRow> rows) {
  std::vector<std::string> words;
  for (const CommandRow& row : rows) words.emplace_back(row.word());
  return words;
}

const CommandRow* find_command(std::span<const CommandRow> rows, std::string_view word) {
  const auto found = std::ranges::find(rows, word, &CommandRow::word);
  return found == rows.end() ? nullptr : &*found;
}

std::vector<std::string> flag_names(const CommandRow& row) {
  std::vector<std::string> names = {"--help"};
  for (const std::string_view key : row.settings) names.emplace_back(setting_info(key).flag);
  return names;
}

[[noreturn]] void fail(const CommandRow& row, const std::string& message) {
  throw Error(ErrorKind::usage, fmt::format("{}\n`registry2istio {} --help` shows what there is", message, row.name));
}

/// CLI11 calls everything that it does not know by one word; a flag or an operand is told apart here.
[[noreturn]] void fail_extras(const CommandRow& row, const std::vector<std::string>& extras) {
  const std::string& word = extras.front();
  if (word.starts_with('-')) {
    const std::string flag = word.substr(0, word.find('='));
    fail(row, fmt::format("unknown flag {}{}", flag, did_you_mean(flag, flag_names(row))));
  }
  fail(row, fmt::format("unexpected argument {}", in_quotes(word)));
}

[[noreturn]] void fail_command(std::string_view kind, const std::string& word) {
  throw Error(ErrorKind::usage, fmt::format("unknown {} {}{}\n`registry2istio --help` shows what there is", kind,
                                            in_quotes(word), did_you_mean(word, words_of(all_commands()))));
}

/// `word` is empty where there is none.
[[noreturn]] void fail_part(const CommandRow& row, const std::string& word) {
  const auto known = words_of(row.parts());
  const std::string list = join(known, ", ");
  if (word.empty()) fail(row, fmt::format("{}: what? {}", row.name, list));
  if (word.starts_with('-')) fail(row, fmt::format("{}: what? {}; flags follow it", row.name, list));
  fail(row, fmt::format("{}: there is no {}{}; what there is: {}", row.name, in_quotes(word), did_you_mean(word, known),
                        list));
}

/// The command that the words begin with: its row, and how many words that are.
std::pair<const CommandRow*, std::size_t> command_of(const std::vector<std::string>& words) {
  const CommandRow* row = find_command(all_commands(), words.front());
  if (row == nullptr)
    fail_command(words.front().starts_with('-') ? "flag before the command" : "command", words.front());
  std::size_t count = 1;
  for (; row->parts != nullptr && count < words.size(); ++count) {
    const std::string& word = words[count];
    if (word == "--help" || word == "-h") break;
    const CommandRow* part = find_command(row->parts(), word);
    if (part == nullptr) fail_part(*row, word);
    row = part;
  }
  return {row, count};
}

Parsed parse_command(const CommandRow& row, std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag("-h,--help");
  app.allow_extras();
  for (const std::string_view key : row.settings) add_setting(app, setting_info(key));
  Parsed parsed;
  parsed.invocation.command = &row;
  if (!row.operand.name.empty()) app.add_option("operand", parsed.invocation.operands);
  try {
    std::ranges::reverse(arguments);
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    parsed.text = command_help(row);
    parsed.invocation.command = nullptr;
    return parsed;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view text = error.what();
    fail(row, fmt::format("{}: needs a value", text.substr(0, text.find(':'))));
  } catch (const CLI::ParseError& error) {
    fail(row, error.what());
  }
  if (const auto extras = app.remaining(); !extras.empty()) fail_extras(row, extras);
  const auto& operands = parsed.invocation.operands;
  if (!row.operand.many && operands.size() > 1) fail_extras(row, {operands.begin() + 1, operands.end()});
  for (const std::string_view key : row.settings) {
    const CLI::Option* option = app.get_option(std::string(setting_info(key).flag));
    if (option->count() > 0) parsed.invocation.flags.emplace(key, option->results());
  }
  return parsed;
}

}  // namespace

Parsed parse_arguments(const std::vector<std::string>& arguments) {
  Parsed parsed;
  const std::string first = arguments.empty() ? "--help" : arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    const bool names_one = arguments.size() > 1 && !arguments[1].starts_with('-');
    parsed.text = names_one ? command_help(*command_of({arguments.begin() + 1, arguments.end()}).first) : main_help();
    if (arguments.empty()) throw Error(ErrorKind::usage, "no command\n\n" + std::string(trim(parsed.text)));
    return parsed;
  }
  if (first == "--version" || first == "-V") {
    parsed.text = version_line() + "\n";
    return parsed;
  }
  const auto [row, words] = command_of(arguments);
  if (row->parts != nullptr && words == arguments.size()) fail_part(*row, "");
  return parse_command(*row, {arguments.begin() + static_cast<std::ptrdiff_t>(words), arguments.end()});
}

}  // namespace r2i::commands
