#include "commands/report.hpp"

#include "base/text.hpp"
#include "model/code_help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace r2i::commands {

namespace {

// Four thousand services that could not be read have one cause: the first ones and their number tell it.
constexpr std::ptrdiff_t kMostShown = 20;
constexpr int kFirstConversionCode = 2000;
constexpr int kFirstClusterCode = 4000;

bool order(const Diagnostic& a, const Diagnostic& b) {
  // Errors come last: they are what is to be seen above the summary.
  return std::tie(a.severity, a.code, a.subject, a.message) < std::tie(b.severity, b.code, b.subject, b.message);
}

}  // namespace

void Report::report(Diagnostic diagnostic) {
  if (ignore_.contains(diagnostic.code)) {
    ++facts_.ignored[diagnostic.code];
    return;
  }
  if (facts_.keeps_record) facts_.diagnostics.push_back(diagnostic);
  ++counts_[diagnostic.code];
  if (code_info(diagnostic.code).loss == Loss::service) services_left_out_.insert(diagnostic.subject);
  // What the cluster says is about the run, not about one service of many.
  const bool of_the_run = diagnostic.code >= kFirstClusterCode && diagnostic.severity == Severity::warning;
  const bool fails = strict_ && diagnostic.severity == Severity::warning;
  if (diagnostic.severity == Severity::error || fails || verbose_ || of_the_run) kept_.push_back(std::move(diagnostic));
}

void Report::show_sources() {
  std::erase_if(kept_, [](const Diagnostic& d) { return d.code >= kFirstConversionCode; });
  show();
}

void Report::show() {
  std::ranges::sort(kept_, order);
  for (auto first = kept_.cbegin(); first != kept_.cend();) {
    const auto last = std::find_if(first, kept_.cend(), [&](const Diagnostic& d) { return d.code != first->code; });
    show_code(first, last);
    first = last;
  }
  kept_.clear();
}

void Report::show_code(std::vector<Diagnostic>::const_iterator first, std::vector<Diagnostic>::const_iterator last) {
  const auto shown = verbose_ ? last : first + std::min(last - first, kMostShown);
  for (auto it = first; it != shown; ++it) {
    terminal_.line(fmt::format("{} {}: {}: {}", code_name(it->code),
                               terminal_.severity(std::string(severity_name(it->severity))), clean_text(it->subject),
                               clean_text(it->message)));
  }
  if (shown != last)
    terminal_.line(fmt::format("{} … and {} more (-v shows each)", code_name(first->code), last - shown));
  if (!first->hint.empty()) terminal_.line("  " + first->hint);
}

void Report::say(const std::string& line) {
  if (!quiet_) terminal_.line(line);
}

void Report::show_losses() {
  std::map<Loss, std::pair<std::size_t, std::vector<std::string>>> by_loss;
  for (const auto& [number, count] : counts_) {
    const CodeInfo& info = code_info(number);
    // Errors about a source, and what the cluster says, have been shown, each.
    const bool shown =
        number >= kFirstClusterCode || (number < kFirstConversionCode && info.severity == Severity::error);
    if (info.loss == Loss::nothing && shown) continue;
    auto& [total, reasons] = by_loss[info.loss];
    total += count;
    reasons.push_back(fmt::format("{} {}", count, info.reason));
  }
  bool more = false;
  for (const auto& [loss, entry] : by_loss) {
    const auto& [total, reasons] = entry;
    const std::string what = loss == Loss::service    ? "left out: " + counted(services_left_out_.size(), "service")
                             : loss == Loss::instance ? "left out: " + counted(total, "instance")
                                                      : "noted";
    say(fmt::format("{}: {}", what, join(reasons, ", ")));
    more = true;
  }
  if (more && !verbose_) say("-v shows each of them");
  say_ignored();
}

/// What is left out is never left out in silence: it has its number, whoever has asked to hear no more of it.
void Report::say_ignored() {
  std::vector<std::string> parts;
  for (const auto& [number, count] : facts_.ignored) {
    const CodeInfo& info = code_info(number);
    if (info.loss == Loss::nothing && info.severity != Severity::error) continue;
    parts.push_back(fmt::format("{} {} ({})", count, code_name(number), info.reason));
  }
  if (!parts.empty()) say(fmt::format("ignored: {}", join(parts, ", ")));
}

ExitCode Report::verdict() const {
  ExitCode code = ExitCode::done;
  for (const auto& [number, count] : counts_) {
    const Severity severity = code_info(number).severity;
    const bool of_source = number < kFirstConversionCode;
    if (strict_ && severity == Severity::warning) {
      code = worst_of(code, of_source ? ExitCode::source : ExitCode::findings);
    } else if (severity == Severity::error && !of_source) {
      code = worst_of(code, ExitCode::findings);
    }
  }
  return code;
}

}  // namespace r2i::commands
