#pragma once

#include "base/diagnostic.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace r2i::commands {

/// What a run has come to, as it goes along: for metrics and reports, which tell of runs that end in the middle, too.
struct RunFacts {
  struct ScopeFacts {
    std::string source;
    std::string scope;
    bool complete = true;
    std::size_t services = 0;
    std::vector<std::string> problems;  ///< why it is not complete
  };

  std::vector<ScopeFacts> scopes;
  std::map<std::string, std::size_t, std::less<>> objects;   ///< by what became of them: "created", "unchanged", …
  std::map<std::string, std::size_t, std::less<>> withheld;  ///< changes, by guard or reason: "max-delete"
  std::map<std::string, double, std::less<>> seconds;        ///< by step: "read", "list", "write"
  std::size_t services = 0;
  std::size_t instances = 0;
  std::vector<std::string> failures;   ///< why the run did not do what it was asked for
  std::map<int, std::size_t> ignored;  ///< diagnostics that --ignore silenced, by code

  /// Each single thing, kept only for a report.
  struct ServiceFacts {
    std::string scope;  ///< Scope::display()
    std::string name;
    std::string display;  ///< Service::display(): what diagnostics are about
  };
  struct ObjectFacts {
    std::string object;   ///< ObjectKey::display(), or a file
    std::string outcome;  ///< "created", "update", "withheld: max-delete"
    std::string message;
    bool fails = false;  ///< it has a part in the exit code
  };
  bool keeps_record = false;
  bool strict = false;
  bool allow_partial = false;
  std::vector<ServiceFacts> all_services;
  std::vector<Diagnostic> diagnostics;
  std::vector<ObjectFacts> all_objects;
};

/// Adds the time of a block to RunFacts::seconds.
class Stopwatch {
 public:
  Stopwatch(RunFacts& facts, std::string step) : facts_(facts), step_(std::move(step)) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    facts_.seconds[step_] += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  RunFacts& facts_;
  std::string step_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace r2i::commands
