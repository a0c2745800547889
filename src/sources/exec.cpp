#include "sources/exec.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "sources/snapshot_text.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace r2i::sources::exec {

namespace {

constexpr std::chrono::minutes kTimeLimit{1};
constexpr std::chrono::hours kNoLimit{24 * 366};
constexpr std::uint64_t kMaxAnswer = std::uint64_t{512} << 20U;

/// Separated by commas; `\,` is a comma and `\\` a backslash. Blanks count: nothing of an argument is ours.
std::vector<std::string> arguments_in(std::string_view text) {
  std::vector<std::string> arguments;
  if (!text.empty()) arguments.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\\,") || rest.starts_with("\\\\")) {
      arguments.back() += text[++i];
    } else if (text[i] == ',') {
      arguments.emplace_back();
    } else {
      arguments.back() += text[i];
    }
  }
  return arguments;
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view hint_for(CommandFailure::Kind kind, bool said_something) {
  switch (kind) {
    case CommandFailure::Kind::not_found:
      return "Give the path of the program; one without a '/' is looked up in PATH.";
    case CommandFailure::Kind::not_started:
      return "It must be an executable file (chmod +x); a script begins with a line such as #!/usr/bin/env python3.";
    case CommandFailure::Kind::timeout:
      return "?timeout= gives it more time.";
    case CommandFailure::Kind::too_large:
      return "?maxAnswerBytes= allows more.";
    case CommandFailure::Kind::failed:
    case CommandFailure::Kind::interrupted:
      return said_something ? "What it wrote to standard error is above."
                            : "It wrote nothing to standard error; run it by hand to see why.";
  }
  return "";
}

class ExecSource : public Source {
 public:
  ExecSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : spec_(spec), environment_(environment), values_(spec_, environment_), names_(spec.names, fetch.names) {
    command_.program = spec.addresses.front();
    const auto* given = values_.given_list("arguments");
    command_.arguments = given != nullptr ? *given : arguments_in(values_.text("arguments").value_or(""));
    const auto limit = values_.duration("timeout", kTimeLimit);
    command_.time_limit = limit.count() == 0 ? kNoLimit : limit;
    command_.max_output_bytes = values_.count("maxAnswerBytes", kMaxAnswer);
  }

  std::vector<SourceState> fetch(Context& context, ServiceSink& services) override {
    Expectations expectations(values_, services);
    SnapshotSink wanted(names_, context.diagnostics, expectations);
    SnapshotTexts texts(spec_, context, wanted);
    read(context, texts);
    expectations.judge(texts.states(), context.diagnostics);
    return std::move(texts.states());
  }

 private:
  void read(Context& context, SnapshotTexts& texts) {
    bool said_something = false;
    Command command = command_;
    command.error_line = [&](std::string_view line) {
      said_something = true;
      context.progress.line(fmt::format("{}: {}", speaker(), line));
    };
    const std::string started = timestamp(context.now());
    auto output = run_command(command, context.stop);
    context.check_interrupt();
    if (!output) {
      const CommandFailure& failure = output.error();
      return texts.fail(command_.program, failure.message, std::string(hint_for(failure.kind, said_something)));
    }
    if (trim(*output).empty()) {
      return texts.fail(command_.program, "it printed nothing",
                        "A program that finds no service prints a snapshot without services.");
    }
    texts.read(*std::move(output), fmt::format("the output of {}", command_.program));
    for (SourceState& state : texts.states()) {
      // What a program says without a time, it says now.
      if (state.fetched_at.empty()) state.fetched_at = started;
    }
  }

  /// Whose lines they are that stand before ours.
  [[nodiscard]] std::string speaker() const {
    return spec_.named ? spec_.name : clean_text(file_name(command_.program));
  }

  SourceSpec spec_;
  Environment environment_;
  Values values_;
  NameFilter names_;
  Command command_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  if (spec.addresses.size() != 1) {
    throw Error(ErrorKind::usage,
                fmt::format("{}: expected exec=PROGRAM; its arguments follow as ?arguments=A,B", spec.text));
  }
  return std::make_unique<ExecSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::exec
