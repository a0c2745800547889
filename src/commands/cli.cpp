#include "commands/cli.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/help.hpp"
#include "commands/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

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

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandRow& row : all_commands()) names.emplace_back(row.name);
  return names;
}

const CommandRow* find_command(std::string_view name) {
  const auto commands = all_commands();
  const auto found = std::ranges::find(commands, name, &CommandRow::name);
  return found == commands.end() ? nullptr : &*found;
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
                                            in_quotes(word), did_you_mean(word, command_names())));
}

Parsed parse_command(const CommandRow& row, std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag("-h,--help");
  app.allow_extras();
  for (const std::string_view key : row.settings) add_setting(app, setting_info(key));
  Parsed parsed;
  parsed.invocation.command = &row;
  if (!row.operand.empty()) app.add_option("operand", parsed.invocation.operand);
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
    const CommandRow* row = names_one ? find_command(arguments[1]) : nullptr;
    if (names_one && row == nullptr) fail_command("command", arguments[1]);
    parsed.text = row != nullptr ? command_help(*row) : main_help();
    if (arguments.empty()) throw Error(ErrorKind::usage, "no command\n\n" + std::string(trim(parsed.text)));
    return parsed;
  }
  if (first == "--version" || first == "-V") {
    parsed.text = version_line() + "\n";
    return parsed;
  }
  const CommandRow* row = find_command(first);
  if (row == nullptr) fail_command(first.starts_with('-') ? "flag before the command" : "command", first);
  return parse_command(*row, {arguments.begin() + 1, arguments.end()});
}

}  // namespace r2i::commands
