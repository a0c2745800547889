#pragma once

#include "base/context.hpp"
#include "model/live_object.hpp"
#include "support/collected.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::kube {

class Silent : public Progress {
 public:
  void update(std::string_view /*what*/, std::size_t /*done*/, std::size_t /*total*/) override {}
};

/// What a piece of work is given, with a clock that stands.
struct World {
  World() = default;
  explicit World(std::map<std::string, std::string, std::less<>> variables) : environment(std::move(variables)) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  testing::Collected diagnostics;
  Silent progress;
  std::stop_source stop;
  Environment environment;
  std::chrono::system_clock::time_point now{std::chrono::hours{24 * 365 * 50}};
  Context context{diagnostics, progress, stop.get_token(), environment, [this] { return now; }};
};

/// Keeps live objects in the order in which they came.
class CollectedObjects : public LiveSink {
 public:
  void object(LiveObject&& live) override { all.push_back(std::move(live)); }
  void restart() override {
    all.clear();
    ++restarts;
  }

  /// "a b": their names.
  [[nodiscard]] std::string names() const {
    std::string text;
    for (const LiveObject& live : all) text += (text.empty() ? "" : " ") + meta_of(live.manifest).name;
    return text;
  }

  std::vector<LiveObject> all;
  int restarts = 0;
};

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What a call throws as a fault of the user's; "none" if it does not.
template <typename Call>
std::string complaint(Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "none";
}

}  // namespace r2i::kube
