#include "commands/terminal.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <poll.h>
#include <unistd.h>

namespace r2i::commands {

namespace {

constexpr std::chrono::milliseconds kFirstDraw{1000};
constexpr std::chrono::milliseconds kRedraw{100};

/// Colour when asked for, else on a terminal that wants it (no-color.org).
bool wants_color(const Environment& environment, config::When when, bool interactive) {
  if (when != config::When::auto_) return when == config::When::always;
  return interactive && !environment.get("NO_COLOR") && environment.get("TERM") != "dumb";
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

Terminal::Terminal(const Environment& environment, config::When color)
    : interactive_(::isatty(STDERR_FILENO) == 1), color_(wants_color(environment, color, interactive_)) {}

void Terminal::line(std::string_view text) {
  clear();
  print(fmt::format("{}\n", text));
}

void Terminal::draw(std::string_view text) {
  // Carriage return, text, erase to the end of the line.
  print(fmt::format("\r{}\x1b[K", text));
  drawn_ = true;
}

void Terminal::clear() {
  if (drawn_) print("\r\x1b[K");
  drawn_ = false;
}

std::string Terminal::severity(const std::string& name) const {
  if (!color_) return name;
  const int color = name == "error" ? 31 : name == "warning" ? 33 : 36;
  return fmt::format("\x1b[1;{}m{}\x1b[0m", color, name);
}

bool can_ask() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

bool ask(std::string_view question, const std::stop_token& stop) {
  constexpr int kLookUp = 100;  // milliseconds
  print(fmt::format("{} [y/N] ", question));
  std::string answer;
  char c = 0;
  while (c != '\n' && !stop.stop_requested()) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, kLookUp) <= 0) continue;
    if (::read(STDIN_FILENO, &c, 1) != 1) break;
    answer += c;
  }
  if (c != '\n') print("\n");
  answer = to_lower(trim(answer));
  return c == '\n' && (answer == "y" || answer == "yes");
}

bool wants_color_on_output(const Environment& environment, config::When when) {
  return wants_color(environment, when, ::isatty(STDOUT_FILENO) == 1);
}

TerminalProgress::TerminalProgress(Terminal& terminal, bool enabled)
    : terminal_(terminal), enabled_(enabled && terminal.is_interactive()), next_(Clock::now() + kFirstDraw) {}

void TerminalProgress::update(std::string_view what, std::size_t done, std::size_t total) {
  if (!enabled_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + kRedraw;
  terminal_.draw(total == 0 ? fmt::format("{}: {}", what, done) : fmt::format("{}: {} of {}", what, done, total));
}

}  // namespace r2i::commands
