#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace r2i::commands {

/// What a run has come to, as it goes along: for the metrics, which tell of runs that end in the middle, too.
struct RunFacts {
  struct ScopeFacts {
    std::string source;
    std::string scope;
    bool complete = true;
    std::size_t services = 0;
  };

  std::vector<ScopeFacts> scopes;
  std::map<std::string, std::size_t, std::less<>> objects;   ///< by what became of them: "created", "unchanged", …
  std::map<std::string, std::size_t, std::less<>> withheld;  ///< changes, by guard or reason: "max-delete"
  std::map<std::string, double, std::less<>> seconds;        ///< by step: "read", "list", "write"
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
