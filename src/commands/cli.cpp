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

Error mistake_of(const CommandRow& row, const std::string& message) {
  return {ErrorKind::usage, fmt::format("{}\n`registry2istio {} --help` shows what there is", message, row.name)};
}

[[noreturn]] void fail_command(std::string_view kind, const std::string& word) {
  throw Error(ErrorKind::usage, fmt::format("unknown {} {}{}\n`registry2istio --help` shows what there is", kind,
                                            in_quotes(word), did_you_mean(word, words_of(all_commands()))));
}

/// `word` is empty where there is none.
[[noreturn]] void fail_part(const CommandRow& row, const std::string& word) {
  const auto known = words_of(row.parts());
  const std::string list = join(known, ", ");
  if (word.empty()) throw mistake_of(row, fmt::format("{}: what? {}", row.name, list));
  if (word.starts_with('-')) throw mistake_of(row, fmt::format("{}: what? {}; flags follow it", row.name, list));
  throw mistake_of(row, fmt::format("{}: there is no {}{}; what there is: {}", row.name, in_quotes(word),
                                    did_you_mean(word, known), list));
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

/// The flags of a command, as CLI11 reads them.
class Flags {
 public:
  explicit Flags(const CommandRow& row) : row_(row) {
    app_.set_help_flag("-h,--help");
    app_.allow_extras();
    for (const std::string_view key : row.settings) add_setting(app_, setting_info(key));
    if (!row.operand.name.empty()) app_.add_option("operand", operands_);
  }

  /// Throws what CLI11 throws.
  void parse(std::span<const std::string> words) {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app_.parse(reversed);
  }

  [[nodiscard]] std::vector<std::string> extras() const { return app_.remaining(); }
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }
  /// What was read up to here, by the keys of the settings.
  void add_to(config::TypedFlags& flags) const {
    for (const std::string_view key : row_.settings) {
      const CLI::Option* option = app_.get_option(std::string(setting_info(key).flag));
      if (option->count() > 0) flags[std::string(key)] = option->results();
    }
  }

 private:
  const CommandRow& row_;
  CLI::App app_;
  std::vector<std::string> operands_;
};

/// Words that are too many: CLI11 calls all that it does not know by one word; a flag or an operand is told apart here.
std::optional<Error> find_extras(const CommandRow& row, const Flags& flags) {
  std::vector<std::string> extras = flags.extras();
  const auto& operands = flags.operands();
  if (extras.empty() && !row.operand.many && operands.size() > 1) extras.assign(operands.begin() + 1, operands.end());
  if (extras.empty()) return std::nullopt;
  const std::string& word = extras.front();
  if (!word.starts_with('-')) return mistake_of(row, fmt::format("unexpected argument {}", in_quotes(word)));
  const std::string flag = word.substr(0, word.find('='));
  return mistake_of(row, fmt::format("unknown flag {}{}", flag, did_you_mean(flag, flag_names(row))));
}

/// The flags behind a mistake, such as a flag that took the next one for its value: of the longest end of the words
/// that is without any.
void add_flags_behind(const CommandRow& row, std::span<const std::string> words, config::TypedFlags& flags) {
  for (; !words.empty(); words = words.subspan(1)) {
    try {
      Flags rest(row);
      rest.parse(words);
      if (rest.extras().empty()) return rest.add_to(flags);
    } catch (const CLI::ParseError&) {
    }
  }
}

Parsed parse_command(const CommandRow& row, std::span<const std::string> words) {
  Flags flags(row);
  Parsed parsed;
  parsed.invocation.command = &row;
  try {
    flags.parse(words);
    parsed.mistake = find_extras(row, flags);
  } catch (const CLI::CallForHelp&) {
    parsed.text = command_help(row);
    parsed.invocation.command = nullptr;
    return parsed;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view text = error.what();
    parsed.mistake = mistake_of(row, fmt::format("{}: needs a value", text.substr(0, text.find(':'))));
  } catch (const CLI::ParseError& error) {
    parsed.mistake = mistake_of(row, error.what());
  }
  flags.add_to(parsed.invocation.flags);
  if (parsed.mistake) add_flags_behind(row, words, parsed.invocation.flags);
  parsed.invocation.operands = flags.operands();
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
  return parse_command(*row, std::span(arguments).subspan(words));
}

}  // namespace r2i::commands
