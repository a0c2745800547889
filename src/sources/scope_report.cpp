#include "sources/scope_report.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources {

void ScopeReport::problem(Code code, const std::string& subject, const std::string& why) {
  complete_ = false;
  problems_.push_back(subject.empty() ? why : fmt::format("{}: {}", subject, why));
  notes_.push_back({code, subject, why});
}

void ScopeReport::note(Code code, const std::string& subject, std::string why) {
  notes_.push_back({code, subject, std::move(why)});
}

ScopeState ScopeReport::finish(const std::shared_ptr<const Scope>& scope, Diagnostics& diagnostics) {
  for (const Note& note : notes_) {
    const std::string subject =
        note.subject.empty() ? scope->display() : fmt::format("{} of {}", note.subject, scope->display());
    diagnostics.report(diagnose(note.code, subject, note.why));
  }
  return {scope, complete_, std::move(problems_)};
}

}  // namespace r2i::sources
