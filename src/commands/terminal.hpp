#pragma once

#include "base/context.hpp"
#include "base/environment.hpp"
#include "config/settings.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

namespace r2i::commands {

/// Standard error: lines for people, in colour where that is wanted, and one line of progress that is redrawn in place.
class Terminal {
 public:
  Terminal(const Environment& environment, config::When color);

  /// A line, with control characters of foreign text made harmless. Takes a drawn progress line away first.
  void line(std::string_view text);
  void draw(std::string_view text);
  void clear();
  /// "error" in red, where colour is on.
  [[nodiscard]] std::string severity(const std::string& name) const;
  [[nodiscard]] bool is_interactive() const { return interactive_; }

 private:
  bool interactive_;
  bool color_;
  bool drawn_ = false;
};

/// Whether somebody sits at a terminal who can be asked.
bool can_ask();
/// Asks `question` on standard error; only "y" and "yes" are yes. A signal ends the wait with no.
bool ask(std::string_view question, const std::stop_token& stop);
/// Whether what goes to standard output is to be coloured.
bool wants_color_on_output(const Environment& environment, config::When when);

/// Shows how far the work is, on a terminal, once it takes longer than a second; nothing in a pipe.
class TerminalProgress : public Progress {
 public:
  TerminalProgress(Terminal& terminal, bool enabled);
  void update(std::string_view what, std::size_t done, std::size_t total) override;
  /// Quiet or not: it may be why something fails.
  void line(std::string_view text) override { terminal_.line(text); }

 private:
  using Clock = std::chrono::steady_clock;

  Terminal& terminal_;
  bool enabled_;
  Clock::time_point next_;
};

}  // namespace r2i::commands
