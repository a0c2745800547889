#include "base/yaml_scalar.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "base/yaml_type.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <system_error>

namespace r2i {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kLongestSimpleKey = 128;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// ---- The fast path: text that is plain whatever surrounds it.

constexpr unsigned kGraphic = 1;    // may stand inside a plain scalar that has no blanks
constexpr unsigned kWordStart = 2;  // begins neither an indicator nor a number
constexpr unsigned kAddress = 4;    // digits and dots

constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> classes{};
  for (unsigned c = 0x21; c <= 0x7E; ++c) {
    unsigned flags = kGraphic;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/') flags |= kWordStart;
    if ((c >= '0' && c <= '9') || c == '.') flags |= kAddress;
    classes[c] = static_cast<unsigned char>(flags);
  }
  return classes;
}

constexpr std::array<unsigned char, 256> kClasses = make_classes();

unsigned class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

/// Whether `text` is a word, a path, a URL, an IPv4 address …, which needs neither quotes nor folding. May say no to
/// other plain text.
bool is_plain_word(std::string_view text) {
  if (text.empty()) return false;
  unsigned common = kGraphic | kAddress;
  for (const char c : text) common &= class_of(c);
  if ((common & kGraphic) == 0) return false;
  if ((class_of(text.front()) & kWordStart) != 0) return text.back() != ':' && !is_yaml_keyword(text);
  // A number has at most one dot.
  return (common & kAddress) != 0 && is_digit(text.front()) && std::count(text.begin(), text.end(), '.') > 1;
}

// ---- Characters: what the style must be able to hold.

bool is_printable(char32_t c) {
  return c == '\n' || (c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c <= 0xFFFD && c != 0xFEFF);
}

bool is_separator(char32_t c) {
  return c == 0x2028 || c == 0x2029;
}
bool is_break(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || is_separator(c);
}

/// Whether YAML would take the beginning, a `: ` or a ` #` of `text` for syntax.
bool has_indicator(std::string_view text) {
  if (text.starts_with("---") || text.starts_with("...")) return true;
  constexpr std::string_view kIndicators = "#,[]{}&*!|>'\"%@`";
  if (kIndicators.find(text.front()) != std::string_view::npos) return true;
  const auto ends_token = [text](std::size_t i) { return i + 1 >= text.size() || text[i + 1] == ' '; };
  if ((text.front() == '-' || text.front() == '?') && ends_token(0)) return true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && ends_token(i)) return true;
    if (text[i] == '#' && i > 0 && text[i - 1] == ' ') return true;
  }
  // These two name types of YAML 1.1. Kubernetes' reader does not care, others do.
  return text == "<<" || text == "=";
}

/// What can be said of the characters of a text.
struct Traits {
  bool special = false;               // a character that must be escaped
  bool breaks = false;                // a line break of any kind
  bool separators = false;            // U+2028 or U+2029
  bool text_after_separator = false;  // … and something after it
  bool blank_before_break = false;
  bool blank_after_break = false;
};

Traits traits_of(std::string_view text) {
  Traits traits;
  char32_t previous = 0;
  while (!text.empty()) {
    const auto [code, length] = first_character(text);
    traits.special |= !is_printable(code);
    traits.breaks |= is_break(code);
    traits.text_after_separator |= traits.separators && !is_separator(code);
    traits.separators |= is_separator(code);
    traits.blank_before_break |= previous == ' ' && is_break(code);
    traits.blank_after_break |= code == ' ' && is_break(previous);
    previous = code;
    text.remove_prefix(length);
  }
  return traits;
}

// ---- Writing.

/// Appends characters and counts columns, of which an escape sequence has several and a character outside ASCII one.
class LineWriter {
 public:
  LineWriter(std::string& out, std::size_t indent, bool may_fold) : out_(out), indent_(indent), may_fold_(may_fold) {
    const std::size_t start = out.rfind('\n') + 1;
    column_ = std::count_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
                            [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
  }

  void put(std::string_view text, std::size_t columns) {
    out_ += text;
    column_ += columns;
  }

  [[nodiscard]] bool is_full() const { return may_fold_ && column_ > kWidth; }

  void fold() {
    out_ += '\n';
    out_.append(indent_, ' ');
    column_ = indent_;
  }

 private:
  std::string& out_;
  std::size_t indent_;
  bool may_fold_;
  std::size_t column_ = 0;
};

bool is_blank_at(std::string_view text, std::size_t i) {
  return i < text.size() && text[i] == ' ';
}
bool is_inside(std::string_view text, std::size_t i) {
  return i > 0 && i + 1 < text.size();
}

/// Writes plain or single-quoted text.
void put_text(LineWriter& line, std::string_view text, bool quoted) {
  bool after_blank = false;
  for (std::size_t i = 0; i < text.size();) {
    const bool blank = text[i] == ' ';
    if (blank && line.is_full() && !after_blank && is_inside(text, i) && !is_blank_at(text, i + 1)) {
      line.fold();
      ++i;
    } else {
      if (quoted && text[i] == '\'') line.put("'", 1);
      const std::size_t length = first_character(text.substr(i)).length;
      line.put(text.substr(i, length), 1);
      i += length;
    }
    after_blank = blank;
  }
}

void put_escape(LineWriter& line, char32_t code) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  // Without \N and \_ for U+0085 and U+00A0, which yaml-cpp turns into bad UTF-8.
  static constexpr std::array<char32_t, 13> kCodes = {0,    '\a', '\b', '\t', '\n',   '\v',  '\f',
                                                      '\r', 0x1B, '"',  '\\', 0x2028, 0x2029};
  static constexpr std::string_view kLetters = "0abtnvfre\"\\LP";
  const auto* const known = std::find(kCodes.begin(), kCodes.end(), code);
  std::string escape = "\\";
  if (known != kCodes.end()) {
    escape += kLetters[static_cast<std::size_t>(known - kCodes.begin())];
  } else {
    const unsigned digits = code <= 0xFF ? 2 : code <= 0xFFFF ? 4 : 8;
    escape += digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
    for (unsigned digit = digits; digit-- > 0;) escape += kDigits[(code >> (4 * digit)) & 0xFU];
  }
  line.put(escape, escape.size());
}

void put_double_quoted(LineWriter& line, std::string_view text) {
  // kubectl escapes every character of a text that begins with a byte order mark.
  const bool escape_all = text.starts_with(kByteOrderMark);
  bool after_blank = false;
  line.put("\"", 1);
  for (std::size_t i = 0; i < text.size();) {
    const auto [code, length] = first_character(text.substr(i));
    const bool escaped = escape_all || !is_printable(code) || is_break(code) || code == '"' || code == '\\';
    const bool blank = code == ' ' && !escaped;
    if (escaped) {
      put_escape(line, code);
    } else if (blank && line.is_full() && !after_blank && is_inside(text, i)) {
      line.fold();
      // The break stands for this blank; a reader would drop the ones that follow it.
      if (is_blank_at(text, i + 1)) line.put("\\", 1);
    } else {
      line.put(text.substr(i, length), 1);
    }
    after_blank = blank;
    i += length;
  }
  line.put("\"", 1);
}

void append_literal(std::string& out, std::string_view text, std::size_t indent) {
  out += '|';
  if (text.front() == ' ' || text.front() == '\n') out += '2';
  if (!text.ends_with('\n')) out += '-';
  if (text == "\n" || text.ends_with("\n\n")) out += '+';
  out += '\n';
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (text.front() != '\n') out.append(indent, ' ');
    out += text.substr(0, end);
    text.remove_prefix(end);
  }
}

void append_scalar(std::string& out, std::string_view text, std::size_t indent, bool may_fold) {
  if (!simdjson::validate_utf8(text)) return append_scalar(out, valid_utf8(text), indent, may_fold);
  const YamlStyle style = yaml_style(text);
  if (style == YamlStyle::literal) return append_literal(out, text, indent);
  LineWriter line(out, indent, may_fold);
  if (style == YamlStyle::double_quoted) return put_double_quoted(line, text);
  const bool quoted = style == YamlStyle::single_quoted;
  if (quoted) line.put("'", 1);
  put_text(line, text, quoted);
  if (quoted) line.put("'", 1);
}

}  // namespace

YamlStyle yaml_style(std::string_view text) {
  const Traits traits = traits_of(text);
  const bool ends_in_blank = text.ends_with(' ');
  if (traits.special || traits.blank_before_break) return YamlStyle::double_quoted;
  if (text.find('\n') != std::string_view::npos) {
    return ends_in_blank || traits.separators ? YamlStyle::double_quoted : YamlStyle::literal;
  }
  if (has_other_yaml_type(text)) return YamlStyle::double_quoted;
  // kubectl leaves text after a separator in single quotes, with blanks that one version of YAML reads and the other
  // drops.
  if (traits.blank_after_break || traits.text_after_separator) return YamlStyle::double_quoted;
  if (traits.breaks || ends_in_blank || text.starts_with(' ') || has_indicator(text)) return YamlStyle::single_quoted;
  return YamlStyle::plain;
}

void append_yaml_string(std::string& out, std::string_view text, std::size_t indent) {
  if (is_plain_word(text)) {
    out += text;
  } else {
    append_scalar(out, text, indent, true);
  }
}

bool append_yaml_key(std::string& out, std::string_view text, std::size_t indent) {
  if (text.size() <= kLongestSimpleKey && is_plain_word(text)) {
    out += text;
    out += ':';
    return true;
  }
  if (!simdjson::validate_utf8(text)) return append_yaml_key(out, valid_utf8(text), indent);
  const bool simple = text.size() <= kLongestSimpleKey && !traits_of(text).breaks;
  if (!simple) out += "? ";
  append_scalar(out, text, indent + 2, !simple);
  if (!simple) {
    if (!out.ends_with('\n')) out += '\n';
    out.append(indent, ' ');
  }
  out += simple ? ":" : ": ";
  return simple;
}

}  // namespace r2i
