#pragma once

#include "base/output.hpp"

#include <string>
#include <vector>

namespace r2i::commands {

/// A table for people: a column for each title, as wide as its widest line; a cell may have several lines. Columns in
/// which nothing stands are left out.
class TextTable {
 public:
  using Cell = std::vector<std::string>;  ///< its lines

  explicit TextTable(std::vector<std::string> titles);

  /// One cell for each title. Control characters are made harmless.
  void add(std::vector<Cell> row);
  /// `bold`: the titles in bold, for a terminal.
  void print(Output& out, bool bold) const;

 private:
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::string> titles_;
};

/// The items, separated by commas, broken into lines of at most `width` characters where an item allows it.
TextTable::Cell folded(const std::vector<std::string>& items, std::size_t width);

/// How many characters a terminal shows of valid UTF-8.
std::size_t shown_width(const std::string& text);

}  // namespace r2i::commands
