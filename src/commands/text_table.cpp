#include "commands/text_table.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace r2i::commands {

namespace {

constexpr std::size_t kGap = 3;  // as kubectl has it

/// The widths of the columns; 0: nothing stands in it.
std::vector<std::size_t> widths_of(const std::vector<std::string>& titles,
                                   const std::vector<std::vector<TextTable::Cell>>& rows) {
  std::vector<std::size_t> widths(titles.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (const std::string& line : row[i]) widths[i] = std::max(widths[i], shown_width(line));
    }
  }
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] > 0) widths[i] = std::max(widths[i], titles[i].size());
  }
  return widths;
}

/// One line of every column, without blanks at its end.
std::string line_of(const std::vector<std::string>& texts, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (widths[i] == 0) continue;
    line += texts[i];
    line.append(widths[i] - std::min(widths[i], shown_width(texts[i])) + kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

TextTable::Cell folded(const std::vector<std::string>& items, std::size_t width) {
  TextTable::Cell lines;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = items[i] + (i + 1 < items.size() ? "," : "");
    if (!lines.empty() && shown_width(lines.back()) + 1 + shown_width(item) <= width) {
      lines.back() += " " + item;
    } else {
      lines.push_back(item);
    }
  }
  return lines;
}

TextTable::TextTable(std::vector<std::string> titles) : titles_(std::move(titles)) {}

void TextTable::add(std::vector<Cell> row) {
  row.resize(titles_.size());
  for (Cell& cell : row) {
    for (std::string& line : cell) {
      line = clean_text(line);
      std::ranges::replace_if(
          line, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    }
  }
  rows_.push_back(std::move(row));
}

void TextTable::print(Output& out, bool bold) const {
  const auto widths = widths_of(titles_, rows_);
  const std::string head = line_of(titles_, widths);
  out.write((bold ? "\x1b[1m" + head + "\x1b[0m" : head) + "\n");
  for (const auto& row : rows_) {
    const auto height = std::ranges::max(row, {}, &Cell::size).size();
    for (std::size_t i = 0; i < std::max<std::size_t>(height, 1); ++i) {
      std::vector<std::string> texts;
      for (const Cell& cell : row) texts.push_back(i < cell.size() ? cell[i] : "");
      out.write(line_of(texts, widths) + "\n");
    }
    out.spill();
  }
}

}  // namespace r2i::commands
