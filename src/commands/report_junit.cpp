#include "base/text.hpp"
#include "commands/run_report.hpp"
#include "model/code_help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace r2i::commands {

namespace {

/// Text that XML 1.0 can hold, with its own characters escaped: also for attributes, where line breaks would be blanks.
std::string xml(std::string_view text) {
  std::string result;
  for (const char c : clean_text(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      case '\t':
        result += "&#9;";
        break;
      default:
        result += c;
    }
  }
  // Noncharacters that Kubernetes takes and XML does not.
  for (std::size_t at = result.find("\xEF\xBF\xBF"); at != std::string::npos; at = result.find("\xEF\xBF\xBF", at))
    result.replace(at, 3, "\xEF\xBF\xBD");
  return result;
}

/// One line of a test case that failed or was skipped.
struct Note {
  std::string type;
  std::string message;
};

struct TestCase {
  std::string name;
  std::vector<Note> failures{};
  std::vector<Note> skipped{};
  std::vector<std::string> lines{};  ///< everything else that is said of it
};

struct Suite {
  std::string name;
  std::vector<TestCase> cases{};

  [[nodiscard]] std::size_t failed() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(cases, [](const TestCase& c) { return !c.failures.empty(); }));
  }
  [[nodiscard]] std::size_t skipped() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(cases, [](const TestCase& c) { return c.failures.empty() && !c.skipped.empty(); }));
  }
};

/// The test cases of a run: each scope, each service, each object, and the run itself.
class Suites {
 public:
  explicit Suites(const RunReport& report) : report_(report), facts_(report.facts) {
    for (const RunFacts::ScopeFacts& scope : facts_.scopes) add_scope(scope);
    for (const RunFacts::ServiceFacts& service : facts_.all_services) add_service(service);
    for (const Diagnostic& diagnostic : facts_.diagnostics) place(diagnostic);
  }

  std::vector<Suite> take() {
    std::vector<Suite> suites;
    for (auto& [name, suite] : by_scope_) suites.push_back(std::move(suite));
    suites.push_back(objects());
    std::erase_if(suites, [](const Suite& suite) { return suite.cases.empty(); });
    const bool failed = std::ranges::any_of(suites, [](const Suite& suite) { return suite.failed() > 0; });
    suites.push_back(run(failed));
    return suites;
  }

 private:
  struct Position {
    std::string suite;
    std::size_t index;
  };

  void add_scope(const RunFacts::ScopeFacts& scope) {
    const std::string name = fmt::format("{}/{}", scope.source, scope.scope);
    Suite& suite = by_scope_[name];
    suite.name = name;
    TestCase whole{"(read in full)"};
    if (!scope.complete) whole.lines = scope.problems;
    if (!scope.complete && !facts_.allow_partial)
      whole.failures.push_back({"incomplete", "the scope was not read in full"});
    suite.cases.push_back(std::move(whole));
  }

  void add_service(const RunFacts::ServiceFacts& service) {
    Suite& suite = by_scope_[service.scope];
    suite.name = service.scope;
    position_.emplace(service.display, Position{service.scope, suite.cases.size()});
    suite.cases.push_back({service.name});
  }

  /// The test case of the service that a diagnostic is about, whole or of one of its instances; null: of none.
  TestCase* case_of(const std::string& subject) {
    auto found = position_.find(subject);
    constexpr std::string_view kInstance = ", instance ";
    for (std::size_t at = subject.find(kInstance); found == position_.end() && at != std::string::npos;
         at = subject.find(kInstance, at + 1))
      found = position_.find(subject.substr(0, at));
    return found == position_.end() ? nullptr : &by_scope_[found->second.suite].cases[found->second.index];
  }

  /// One of a service that never came here, since its name excludes it, is a test case of its own.
  void place(const Diagnostic& diagnostic) {
    TestCase* test = case_of(diagnostic.subject);
    if (test == nullptr) {
      others_.push_back(&diagnostic);
      return;
    }
    add(*test, diagnostic);
  }

  void add(TestCase& test, const Diagnostic& diagnostic) const {
    const Note note{code_name(diagnostic.code), line_of(diagnostic)};
    if (decides(facts_, diagnostic)) {
      test.failures.push_back(note);
    } else if (code_info(diagnostic.code).loss == Loss::service) {
      test.skipped.push_back(note);
    } else {
      test.lines.push_back(note.message);
    }
  }

  Suite objects() const {
    Suite suite{"objects"};
    for (const RunFacts::ObjectFacts& object : facts_.all_objects) {
      TestCase test{object.object};
      const std::string text =
          object.message.empty() ? object.outcome : fmt::format("{}: {}", object.outcome, object.message);
      if (object.fails) {
        test.failures.push_back({object.outcome, text});
      } else {
        test.lines.push_back(text);
      }
      suite.cases.push_back(std::move(test));
    }
    return suite;
  }

  /// The file is red exactly if the exit code is not 0.
  Suite run(bool failed) const {
    TestCase whole{fmt::format("registry2istio {}", report_.command)};
    for (const Diagnostic* diagnostic : others_) add(whole, *diagnostic);
    for (const std::string& failure : facts_.failures) whole.lines.push_back(failure);
    if (report_.code != ExitCode::done && !failed && whole.failures.empty()) {
      const std::string exit =
          fmt::format("exit code {}: {}", static_cast<int>(report_.code), exit_code_info(report_.code).reason);
      whole.failures.push_back({"exit", exit});
    }
    return {"run", {std::move(whole)}};
  }

  const RunReport& report_;
  const RunFacts& facts_;
  std::map<std::string, Suite> by_scope_;
  std::map<std::string, Position> position_;
  std::vector<const Diagnostic*> others_;
};

void write_case(Output& out, const Suite& suite, const TestCase& test) {
  out.write(fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n", xml(suite.name), xml(test.name)));
  if (!test.failures.empty()) {
    std::vector<std::string> lines;
    for (const Note& note : test.failures) lines.push_back(xml(note.message));
    out.write(fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", xml(test.failures.front().type),
                          lines.front(), join(lines, "\n")));
  } else if (!test.skipped.empty()) {
    out.write(fmt::format("      <skipped message=\"{}\"/>\n", xml(test.skipped.front().message)));
  }
  if (!test.lines.empty()) {
    std::vector<std::string> lines;
    for (const std::string& line : test.lines) lines.push_back(xml(line));
    out.write(fmt::format("      <system-out>{}</system-out>\n", join(lines, "\n")));
  }
  out.write("    </testcase>\n");
  out.spill();
}

}  // namespace

void write_junit(Output& out, const RunReport& report) {
  const std::vector<Suite> suites = Suites(report).take();
  std::size_t tests = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
  for (const Suite& suite : suites) {
    tests += suite.cases.size();
    failed += suite.failed();
    skipped += suite.skipped();
  }
  out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  out.write(
      fmt::format("<testsuites name=\"registry2istio {}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n",
                  report.command, tests, failed, skipped));
  for (const Suite& suite : suites) {
    out.write(fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n",
                          xml(suite.name), suite.cases.size(), suite.failed(), suite.skipped()));
    for (const TestCase& test : suite.cases) write_case(out, suite, test);
    out.write("  </testsuite>\n");
  }
  out.write("</testsuites>\n");
}

}  // namespace r2i::commands
