#include "sources/exec.hpp"

#include "base/process.hpp"
#include "base/timestamp.hpp"
#include "sources/snapshot_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources::exec {

namespace {

constexpr std::chrono::minutes kTimeLimit{1};
constexpr std::chrono::hours kNoLimit{24 * 366};
constexpr std::uint64_t kMaxAnswer = std::uint64_t{512} << 20U;

std::string hint_for(CommandFailure::Kind kind) {
  switch (kind) {
    case CommandFailure::Kind::not_found:
      return "Give the path of the program; one without a '/' is looked up in PATH.";
    case CommandFailure::Kind::not_started:
      return "Is it executable?";
    case CommandFailure::Kind::timeout:
      return "?timeout= gives it more time.";
    case CommandFailure::Kind::too_large:
      return "?maxAnswerBytes= allows more.";
    case CommandFailure::Kind::failed:
    case CommandFailure::Kind::interrupted:
      return "What it wrote to standard error is above.";
  }
  return "";
}

class ExecSource : public Source {
 public:
  ExecSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : spec_(spec), environment_(environment), values_(spec_, environment_), names_(spec.names, fetch.names) {
    command_.program = spec.addresses.front();
    command_.arguments = values_.list("arguments");
    const auto limit = values_.duration("timeout", kTimeLimit);
    command_.time_limit = limit.count() == 0 ? kNoLimit : limit;
    command_.max_output_bytes = values_.count("maxAnswerBytes", kMaxAnswer);
  }

  std::vector<SourceState> fetch(Context& context, ServiceSink& services) override {
    Expectations expectations(values_, services);
    SnapshotSink wanted(names_, context.diagnostics, expectations);
    SnapshotTexts texts(spec_, context, wanted);
    const std::string shown = fmt::format("the output of {}", command_.program);
    const std::string started = timestamp(context.now());
    auto output = run_command(command_, context.stop);
    context.check_interrupt();
    if (output) {
      texts.read(*std::move(output), shown);
    } else {
      texts.fail(command_.program, output.error().message, hint_for(output.error().kind));
    }
    for (SourceState& state : texts.states()) {
      // What a program says without a time, it says now.
      if (state.fetched_at.empty()) state.fetched_at = started;
    }
    expectations.judge(texts.states(), context.diagnostics);
    return std::move(texts.states());
  }

 private:
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
