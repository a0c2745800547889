#include "model/codes.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

namespace r2i {
namespace {

/// A sentence, or several: starts large or with a flag, ends with a full stop, no blanks at the ends, no line break.
bool is_sentence(std::string_view text) {
  if (text.size() < 10 || !text.ends_with('.') || text.ends_with("..")) return false;
  const char first = text.front();
  return ((first >= 'A' && first <= 'Z') || text.starts_with("--")) && text.find('\n') == std::string_view::npos &&
         text.find("  ") == std::string_view::npos;
}

TEST_CASE("codes: the table is in the order of its numbers, each once") {
  REQUIRE_FALSE(all_codes().empty());
  int last = 0;
  for (const CodeInfo& info : all_codes()) {
    const int number = static_cast<int>(info.code);
    CAPTURE(number);
    CHECK(number > last);
    CHECK(number >= 1000);
    CHECK(number <= 4999);
    last = number;
  }
}

TEST_CASE("codes: every meaning and every remedy is a sentence, every reason a few words") {
  for (const CodeInfo& info : all_codes()) {
    CAPTURE(static_cast<int>(info.code));
    CAPTURE(info.meaning);
    CHECK(is_sentence(info.meaning));
    CAPTURE(info.remedy);
    CHECK((info.remedy.empty() || is_sentence(info.remedy)));
    CAPTURE(info.reason);
    CHECK_FALSE(info.reason.empty());
    CHECK(info.reason.size() <= 45);
    CHECK_FALSE(info.reason.ends_with('.'));
  }
}

TEST_CASE("codes: an error says what to do, unless its message must") {
  const std::set<Code> told_by_message = {Code::snapshot_invalid, Code::istio_refuses};
  for (const CodeInfo& info : all_codes()) {
    CAPTURE(static_cast<int>(info.code));
    if (info.severity == Severity::error) CHECK(info.remedy.empty() == told_by_message.contains(info.code));
  }
}

TEST_CASE("codes: what takes a whole service away for a fault is more than a note") {
  const std::set<Code> wanted = {Code::own_service, Code::sidecar_or_gateway, Code::excluded_by_name,
                                 Code::kubernetes_service, Code::dropped_by_rule};
  for (const CodeInfo& info : all_codes()) {
    CAPTURE(static_cast<int>(info.code));
    if (info.loss == Loss::service) CHECK((info.severity == Severity::info) == wanted.contains(info.code));
  }
}

TEST_CASE("codes: are looked up by name and by number") {
  CHECK(&code_info(Code::unhealthy) == &code_info(2010));
  CHECK(code_info(2010).code == Code::unhealthy);
  CHECK(code_name(2010) == "R2I2010");
  CHECK_THROWS_AS(code_info(1), Error);
}

TEST_CASE("codes: a diagnostic has its row's severity and remedy, or a hint of its own") {
  const Diagnostic diagnostic = diagnose(Code::no_port, "instance x", "left out");
  CHECK(diagnostic.code == 2014);
  CHECK(diagnostic.severity == code_info(Code::no_port).severity);
  CHECK(diagnostic.subject == "instance x");
  CHECK(diagnostic.message == "left out");
  CHECK(diagnostic.hint == code_info(Code::no_port).remedy);
  CHECK(diagnose(Code::no_port, "", "", "Do this.").hint == "Do this.");
}

}  // namespace
}  // namespace r2i
