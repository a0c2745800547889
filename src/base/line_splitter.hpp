#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace r2i {

/// Cuts what another program writes into lines that can be shown: at line breaks and at the carriage returns with which
/// a progress bar is redrawn. Blank lines are left out, control characters and bad UTF-8 are replaced, and a line of
/// more than four kilobytes comes in pieces.
class LineSplitter {
 public:
  explicit LineSplitter(std::function<void(std::string_view)> take) : take_(std::move(take)) {}
  void add(std::string_view text);
  /// Hands on what came after the last line break.
  void finish();

 private:
  std::function<void(std::string_view)> take_;
  std::string line_;
};

}  // namespace r2i
