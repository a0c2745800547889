#include "unit/sources/fetched.hpp"

#include "base/timestamp.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace r2i::sources {
namespace {

using testing::Fetched;
using testing::fetched;
using testing::snapshot;
using testing::TempDir;

SourceSpec running(const std::string& program, std::map<std::string, std::string> values = {}) {
  SourceSpec spec;
  spec.kind = "exec";
  spec.name = "exec";
  spec.text = "exec=" + program;
  spec.addresses = {program};
  spec.values = std::move(values);
  return spec;
}

/// A program that the shell runs.
std::string script(const TempDir& dir, std::string_view text) {
  const std::string path = dir.write("program", "#!/bin/sh\n" + std::string(text));
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

/// The commands that print a document.
std::string printing(std::string_view document) {
  return "cat <<'END'\n" + std::string(document) + "\nEND\n";
}

const std::string kTwo = snapshot("crm", R"({"name":"pay"},{"name":"web"})");

/// The one error that a source came to: nothing is known of it, so it is not complete.
Diagnostic failure_of(const Fetched& result) {
  REQUIRE(result.diagnostics.all.size() == 1);
  REQUIRE(result.states.size() == 1);
  CHECK_FALSE(result.complete());
  return result.diagnostics.all.front();
}

TEST_CASE("exec: a snapshot keeps what it says, and when it does not say when, it is of now") {
  const TempDir dir;
  const auto before = std::chrono::system_clock::now() - std::chrono::seconds{1};
  const auto result = fetched(running(script(dir, printing(kTwo))));
  CHECK(result->services.names() == "pay web");
  CHECK(result->complete());
  CHECK(result->diagnostics.all.empty());
  REQUIRE(result->states.size() == 1);
  CHECK(result->states[0].source->name == "crm");
  CHECK(parse_timestamp(result->states[0].fetched_at).value() >= before);
}

TEST_CASE("exec: a time that the snapshot says stays") {
  const TempDir dir;
  std::string text = kTwo;
  text.insert(1, R"("fetchedAt":"2024-01-31T12:00:00Z",)");
  CHECK(fetched(running(script(dir, printing(text))))->states.at(0).fetched_at == "2024-01-31T12:00:00Z");
}

TEST_CASE("exec: a list of snapshots is as many sources") {
  const TempDir dir;
  const std::string list = R"({"apiVersion":"registry2istio.io/v1","kind":"SnapshotList","items":[)" + kTwo + "," +
                           snapshot("east", R"({"name":"inv"})", R"("complete":false,"problems":["500"])") + "]}";
  const auto result = fetched(running(script(dir, printing(list))));
  CHECK(result->services.names() == "pay web inv");
  REQUIRE(result->states.size() == 2);
  CHECK(result->states[0].complete());
  CHECK_FALSE(result->states[1].complete());
  CHECK(result->diagnostics.codes() == "1021");
  CHECK_FALSE(result->states[1].fetched_at.empty());
}

TEST_CASE("exec: arguments are separated by commas, and a backslash takes a comma's meaning away") {
  struct Row {
    std::string text;
    std::string arguments;
  };
  const std::vector<Row> rows = {{"", ""},
                                 {"a", "<a>"},
                                 {"a,b c,$HOME", "<a><b c><$HOME>"},
                                 {"a,,b,", "<a><><b><>"},
                                 {R"(a\,b,c)", "<a,b><c>"},
                                 {R"(\\,\x\)", R"(<\><\x\>)"}};
  const TempDir dir;
  const std::string program = script(dir, "printf '<%s>' \"$@\" > \"$0.arguments\"\n" + printing(kTwo));
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(fetched(running(program, {{"arguments", row.text}}))->complete());
    CHECK(dir.read("program.arguments") == (row.arguments.empty() ? "<>" : row.arguments));
  }
}

TEST_CASE("exec: standard error is shown line by line, with the program's name, whatever becomes of the run") {
  const TempDir dir;
  const std::string program = script(dir, "printf 'one\\n\\033[31mtwo\\n\\nthree' >&2\n" + printing(kTwo));
  const auto result = fetched(running(program));
  CHECK(result->complete());
  CHECK(result->lines == std::vector<std::string>{"program: one", "program: \uFFFD[31mtwo", "program: three"});
  SourceSpec named = running(program);
  named.name = "west";
  named.named = true;
  CHECK(fetched(named)->lines.at(0) == "west: one");
}

TEST_CASE("exec: what goes wrong is an error with what happened and what to do, and nothing that was printed is used") {
  struct Row {
    std::string text;
    std::map<std::string, std::string> values;
    std::string message;
    std::string hint;
  };
  const std::string print = printing(kTwo);
  const std::string by_hand = "It wrote nothing to standard error; run it by hand to see why.";
  const std::vector<Row> rows = {
      {print + "exit 3", {}, "exit status 3", by_hand},
      {print + "echo why >&2; exit 1", {}, "exit status 1", "What it wrote to standard error is above."},
      {print + "kill -9 $$", {}, "ended by signal 9 (SIGKILL)", by_hand},
      {print + "exec sleep 1000", {{"timeout", "300ms"}}, "no end within 300 ms", "?timeout= gives it more time."},
      {print + "exec >&-; exec sleep 1000", {{"timeout", "1s"}}, "no end within 1 s", "?timeout= gives it more time."},
      {print, {{"maxAnswerBytes", "100"}}, "it wrote more than 100 bytes", "?maxAnswerBytes= allows more."},
      {"", {}, "it printed nothing", "A program that finds no service prints a snapshot without services."},
      {"echo; echo", {}, "it printed nothing", "A program that finds no service prints a snapshot without services."},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const TempDir dir;
    const std::string program = script(dir, row.text);
    const auto result = fetched(running(program, row.values));
    CHECK(result->services.all.empty());
    const auto error = failure_of(*result);
    CHECK(error.code == static_cast<int>(Code::source_unreachable));
    CHECK(error.subject == program);
    CHECK(error.message == row.message);
    CHECK(error.hint == row.hint);
  }
}

TEST_CASE("exec: a program that cannot be run") {
  const TempDir dir;
  const std::string not_executable = dir.write("text", "no program");
  const std::string no_interpreter = dir.write("orphan", "#!/no/such/interpreter\n");
  const std::string no_format = dir.write("format", "no program");
  for (const std::string& path : {no_interpreter, no_format}) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  const std::map<std::string, std::string> messages = {
      {dir.path("missing"), "No such file or directory"},
      {"no-such-program-anywhere", "No such file or directory"},
      {not_executable + "/below", "Not a directory"},
      {not_executable, "Permission denied"},
      {dir.path(), "Permission denied"},
      {no_interpreter, "the interpreter that its first line names is not there"},
      {no_format, "Exec format error"}};
  for (const auto& [program, message] : messages) {
    CAPTURE(program);
    const auto error = failure_of(*fetched(running(program)));
    CHECK(error.message == message);
    const bool missing = message == "No such file or directory" || message == "Not a directory";
    CHECK(error.hint.find(missing ? "looked up in PATH" : "chmod +x") != std::string::npos);
  }
}

TEST_CASE("exec: what is no snapshot is told with line and column") {
  const TempDir dir;
  const std::string program = script(dir, printing(snapshot("crm", "{\"name\":\"pay\",\n  \"scop\":\"dc1\"}")));
  const auto error = failure_of(*fetched(running(program)));
  CHECK(error.code == static_cast<int>(Code::snapshot_invalid));
  CHECK(error.subject == "the output of " + program + ":4:10");
  CHECK(error.message == "services[0].scop: unknown key (did you mean \"scope\"?)");
}

TEST_CASE("exec: names are filtered, and what is left is judged by the expectations") {
  const TempDir dir;
  const std::string program = script(dir, printing(kTwo));
  const auto included = fetched(running(program), {{"pay"}, {}});
  CHECK(included->services.names() == "pay");
  CHECK_FALSE(fetched(running(program, {{"expect.services", "cart"}}))->complete());
}

TEST_CASE("exec: an interruption ends the program and is no fault of the source's") {
  const TempDir dir;
  const std::string program = script(dir, "touch \"$0.runs\"; exec sleep 1000");
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (!std::filesystem::exists(program + ".runs")) std::this_thread::yield();
    stop.request_stop();
  });
  CHECK_THROWS_WITH_AS(fetched(running(program), {}, stop.get_token()), "interrupted", Error);
}

TEST_CASE("exec: one program, and settings that can be read") {
  const Environment environment;
  SourceSpec spec = running("a");
  for (const std::vector<std::string>& addresses : {std::vector<std::string>{}, {"a", "b"}}) {
    spec.addresses = addresses;
    CHECK_THROWS_AS(make_source(spec, {}, environment), Error);
  }
  CHECK_THROWS_AS(make_source(running("a", {{"timeout", "soon"}}), {}, environment), Error);
  CHECK_THROWS_AS(make_source(running("a", {{"maxAnswerBytes", "-1"}}), {}, environment), Error);
}

}  // namespace
}  // namespace r2i::sources
