#pragma once

#include "base/diagnostic.hpp"
#include "base/environment.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string_view>

namespace r2i {

/// Tells the user how far a long piece of work is, and what is said on the way.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  /// `total` is 0 while it is not known. Cheap enough to be called for every item.
  virtual void update(std::string_view what, std::size_t done, std::size_t total) = 0;
  /// Shows, as it comes, a line of another program that does a part of the work; the text is fit to be shown.
  virtual void line(std::string_view /*text*/) {}
};

/// What a piece of work may use of the world besides its own arguments.
struct Context {
  Diagnostics& diagnostics;
  Progress& progress;
  std::stop_token stop;
  const Environment& environment;
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;

  /// Throws Error{interrupted} once a signal has asked for the end.
  void check_interrupt() const {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
  }
};

}  // namespace r2i
