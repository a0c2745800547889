#include "base/yaml_reader.hpp"

#include "base/utf8.hpp"
#include "base/yaml_builder.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <istream>
#include <iterator>
#include <optional>
#include <streambuf>

namespace r2i {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Lets a parser read a text where it lies.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

bool is_allowed(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7E) || c == 0x85 ||
         (c >= 0xA0 && c != 0xFEFF && c != 0xFFFE && c != 0xFFFF);
}

/// What no YAML may contain, whatever its structure.
std::optional<YamlFault> find_bad_character(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c >= 0x20 && c <= 0x7E) {
      ++at;
      continue;
    }
    const Character character = first_character(text.substr(at));
    if (character.length == 0) return YamlFault{line_column(text, at), "the text is not UTF-8"};
    if (!is_allowed(character.code)) {
      return YamlFault{line_column(text, at), fmt::format("the character U+{:04X} is not allowed in YAML",
                                                          static_cast<std::uint32_t>(character.code))};
    }
    at += character.length;
  }
  return std::nullopt;
}

/// The parser's words, or better ones.
std::string explain(const std::string& message) {
  struct Row {
    std::string_view parser;
    std::string_view user;
  };
  static constexpr std::array<Row, 10> kRows{{
      {"illegal map value", "there may be no \": \" here; is the indentation right, does text lack quotes?"},
      {"illegal map key", "a key is not allowed here; is the indentation right?"},
      {"illegal block entry", "a list item (\"- \") is not allowed here; is the indentation right?"},
      {"end of map not found", "the map does not end where it should; is the indentation right, is a \"}\" missing?"},
      {"end of map flow not found", "the map is not closed: a comma or \"}\" is missing"},
      {"end of sequence not found", "the list does not end where it should; is the indentation right?"},
      {"end of sequence flow not found", "the list is not closed: a comma or \"]\" is missing"},
      {"illegal flow end", "this bracket does not close what was opened last"},
      {"bad character found while scanning hex number", "an escape is incomplete or none that YAML knows"},
      {"unknown token", "a character that cannot begin a value (text that starts with it needs quotes)"},
  }};
  const auto row = std::ranges::find(kRows, std::string_view(message), &Row::parser);
  return std::string(row == kRows.end() ? std::string_view(message) : row->user);
}

/// Where the lines of a text begin, asked for in rising order.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  /// The line with this number (from 0), and what precedes it.
  std::pair<std::string_view, std::string_view> line(std::size_t number) {
    for (; number_ < number; ++number_) {
      const std::size_t end = text_.find('\n', start_);
      if (end == std::string_view::npos) break;
      start_ = end + 1;
    }
    return {text_.substr(start_), text_.substr(0, start_)};
  }

 private:
  std::string_view text_;
  std::size_t start_ = 0;
  std::size_t number_ = 0;
};

/// Whether a document may begin after `before`: its last line that is neither empty nor a comment is `...`.
bool is_ended(std::string_view before) {
  while (!before.empty()) {
    before.remove_suffix(1);
    const std::size_t end = before.rfind('\n');
    const std::string_view line = before.substr(end == std::string_view::npos ? 0 : end + 1);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') return line.starts_with("...");
    before = before.substr(0, end == std::string_view::npos ? 0 : end + 1);
  }
  return true;
}

/// Whether the quoted scalar whose properties or first quote stand at `at` has a closing quote. Only of the last scalar
/// of a text is that in question: an open one swallows the rest, and the parser lets it.
bool is_closed(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    at = text.find_first_not_of(" \t\r\n", text.find_first_of(" \t\r\n", at));
  }
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return true;
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || !text.substr(at + 1).starts_with(quote)) return true;
      ++at;
    }
  }
  return false;
}

std::vector<YamlDocument> parse_documents(std::string_view text, YamlBuilder& builder) {
  TextBuffer buffer(text);
  std::istream stream(&buffer);
  YAML::Parser parser(stream);
  Lines lines(text);
  std::vector<YamlDocument> documents;
  int last_start = -1;
  for (bool first = true; parser.HandleNextDocument(builder); first = false) {
    // It does not step over what cannot begin a value.
    if (builder.start().pos == last_start) throw YAML::ParserException(builder.start(), "unknown token");
    last_start = builder.start().pos;
    // The parser takes whatever follows a document's root for the next document.
    const auto [line, before] = lines.line(static_cast<std::size_t>(std::max(builder.start().line, 0)));
    if (!first && !line.starts_with("---") && !is_ended(before)) {
      throw YAML::ParserException(builder.start(),
                                  "this does not belong to what precedes it; is the indentation right?");
    }
    if (!builder.is_empty()) documents.push_back(builder.take());
  }
  return documents;
}

/// Throws YAML::ParserException if the scalar that came last is not closed.
void require_closed(std::string_view text, const YamlBuilder& builder) {
  if (!is_closed(text, static_cast<std::size_t>(builder.last_scalar().pos)))
    throw YAML::ParserException(builder.last_scalar(), "the quoted text is not closed");
}

/// Whether blanks and a tab stand before the first other character of this line.
bool is_indented_by_tab(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

tl::expected<std::vector<YamlDocument>, YamlFault> parse_yaml(std::string_view text) {
  YamlBuilder builder;
  try {
    try {
      auto documents = parse_documents(text, builder);
      require_closed(text, builder);
      return documents;
    } catch (const YAML::Exception&) {
      require_closed(text, builder);  // then that is what is wrong
      throw;
    }
  } catch (const YAML::Exception& error) {
    const auto from_one = [](int number) { return static_cast<std::size_t>(std::max(number, 0)) + 1; };
    const std::size_t number = from_one(error.mark.line);
    const std::string_view line = Lines(text).line(number - 1).first;
    if (is_indented_by_tab(line)) {
      return tl::make_unexpected(YamlFault{{number, 1}, "a tab cannot indent YAML, only blanks can"});
    }
    // The parser counts on where the text has ended.
    const std::size_t last_column = std::min(line.find('\n'), line.size()) + 1;
    const LineColumn place{number, std::min(from_one(error.mark.column), last_column)};
    return tl::make_unexpected(YamlFault{place, explain(error.msg)});
  }
}

bool starts_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

/// Whether `a` comes behind `b`.
bool is_behind(LineColumn a, LineColumn b) {
  return a.line != b.line ? a.line > b.line : a.column > b.column;
}

}  // namespace

YamlDocument::YamlDocument(std::string text) : json(std::move(text)) {
  for (auto at = json.find('\n'); at != std::string::npos; at = json.find('\n', at + 1)) line_starts_.push_back(at + 1);
}

LineColumn YamlDocument::place(std::size_t offset) const {
  if (!marks_.empty()) return mark(offset)->place;
  const auto after = std::ranges::upper_bound(line_starts_, offset);
  const std::size_t start = after == line_starts_.begin() ? 0 : *std::prev(after);
  return {static_cast<std::size_t>(after - line_starts_.begin()) + 1, offset - start + 1};
}

LineColumn YamlDocument::key_place(std::size_t offset) const {
  if (marks_.empty()) return place(offset);
  const auto value = mark(offset);
  return value == marks_.begin() ? value->place : std::prev(value)->place;
}

/// The last mark that does not come behind the offset.
std::vector<YamlDocument::Mark>::const_iterator YamlDocument::mark(std::size_t offset) const {
  const auto after = std::ranges::upper_bound(marks_, offset, {}, &Mark::offset);
  return after == marks_.begin() ? after : std::prev(after);
}

tl::expected<std::vector<YamlDocument>, YamlFault> read_yaml(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto fault = find_bad_character(text)) return tl::make_unexpected(std::move(*fault));
  if (!starts_like_json(text)) return parse_yaml(text);
  std::string json(text);
  JsonCursor cursor;
  if (cursor.open(json)) cursor.walk();
  if (cursor.finish()) {
    std::vector<YamlDocument> documents;
    documents.emplace_back(std::move(json));
    return documents;
  }
  auto documents = parse_yaml(text);
  // It may be neither: then the reader that came farther knows better what was meant.
  const LineColumn fault = line_column(text, cursor.fault()->offset);
  if (!documents && is_behind(fault, documents.error().place)) {
    return tl::make_unexpected(YamlFault{fault, cursor.fault()->message});
  }
  return documents;
}

}  // namespace r2i
