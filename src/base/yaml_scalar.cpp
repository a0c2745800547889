#include "base/yaml_scalar.hpp"

#include "base/text.hpp"

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

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

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

constexpr std::uint64_t pack(std::string_view word) {
  std::uint64_t packed = 0;
  for (const char c : word) packed = packed << 8U | static_cast<unsigned char>(c | 0x20);
  return packed;
}

/// Whether `word`, which begins with a letter, is a boolean or null of YAML 1.1. Only `no`, `No` and `NO` are, `nO` is
/// not.
bool is_keyword(std::string_view word) {
  if (word.size() > 5) return false;
  switch (pack(word)) {
    case pack("y"):
    case pack("n"):
    case pack("yes"):
    case pack("no"):
    case pack("on"):
    case pack("off"):
    case pack("true"):
    case pack("false"):
    case pack("null"):
      break;
    default:
      return false;
  }
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const std::string_view tail = word.substr(1);
  return std::all_of(tail.begin(), tail.end(), is_lower) ||
         (is_upper(word.front()) && std::all_of(tail.begin(), tail.end(), is_upper));
}

/// Whether `text` is a word, a path, a URL, an IPv4 address …, which needs neither quotes nor folding. May say no to
/// other plain text.
bool is_plain_word(std::string_view text) {
  if (text.empty()) return false;
  unsigned common = kGraphic | kAddress;
  for (const char c : text) common &= class_of(c);
  if ((common & kGraphic) == 0) return false;
  if ((class_of(text.front()) & kWordStart) != 0) return text.back() != ':' && !is_keyword(text);
  // A number has at most one dot.
  return (common & kAddress) != 0 && is_digit(text.front()) && std::count(text.begin(), text.end(), '.') > 1;
}

// ---- Types: what a plain scalar would be read as, if not as a string.

/// Reads a text from its front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// The number of digits taken.
  std::size_t take_digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    rest_.remove_prefix(count);
    return count;
  }

  /// Takes a number of `digits` digits, or of fewer but not none if not `exact`. Tells whether it is there and at most
  /// `limit`.
  bool take_number(unsigned& number, unsigned limit, std::size_t digits = 2, bool exact = false) {
    std::size_t count = 0;
    number = 0;
    while (count < digits && count < rest_.size() && is_digit(rest_[count])) {
      number = number * 10 + static_cast<unsigned>(rest_[count++] - '0');
    }
    rest_.remove_prefix(count);
    return (exact ? count == digits : count > 0) && number <= limit;
  }

 private:
  std::string_view rest_;
};

bool is_zone(Cursor at) {
  unsigned number = 0;
  if (at.take("Z")) return at.at_end();
  return at.take("+-") && at.take_number(number, 24, 2, true) && at.take(":") && at.take_number(number, 60, 2, true) &&
         at.at_end();
}

/// Whether `text` is a date, or a date and a time as Kubernetes' reader knows them: with `T` and zone or with blank and
/// none.
bool is_timestamp(std::string_view text) {
  Cursor at(text);
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!at.take_number(year, 9999, 4, true) || !at.take("-") || !at.take_number(month, 12) || !at.take("-") ||
      !at.take_number(day, 31)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return false;
  if (at.at_end()) return true;
  const bool zoned = at.take("Tt");
  if (!zoned && !at.take(" ")) return false;
  while (!zoned && at.take(" ")) continue;
  unsigned number = 0;
  if (!at.take_number(number, 23) || !at.take(":") || !at.take_number(number, 59) || !at.take(":") ||
      !at.take_number(number, 59)) {
    return false;
  }
  if (at.take(".,") && at.take_digits() == 0) return false;
  return zoned ? is_zone(at) : at.at_end();
}

/// Whether `text` is `190:20:30` or `12:30.5`, which YAML 1.1 knows as a number to base 60.
bool is_base60(std::string_view text) {
  Cursor at(text);
  at.take("+-");
  if (at.take_digits() == 0) return false;
  while (at.take("_0123456789")) continue;
  unsigned number = 0;
  std::size_t groups = 0;
  for (; at.take(":"); ++groups) {
    if (!at.take_number(number, 59)) return false;
  }
  if (at.take(".")) {
    while (at.take("_0123456789")) continue;
  }
  return groups > 0 && at.at_end();
}

/// Whether `text` is a decimal number that a double can hold; a larger one stays a string for Kubernetes.
bool is_decimal(std::string_view text) {
  Cursor at(text);
  const bool has_sign = at.take("+-");
  std::size_t digits = at.take_digits();
  if (at.take(".")) digits += at.take_digits();
  if (digits == 0) return false;
  if (at.take("eE")) {
    at.take("+-");
    if (at.take_digits() == 0) return false;
  }
  if (!at.at_end()) return false;
  text.remove_prefix(has_sign ? 1 : 0);
  double value = 0;
  const std::errc error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  const bool too_small = text.find('-') != std::string_view::npos;
  return error == std::errc() || too_small;
}

/// Whether `text` is an integer of 64 bits with the prefix `0x`, `0o` or `0b`.
bool is_prefixed_integer(std::string_view text) {
  char sign = text.front() == '+' || text.front() == '-' ? text.front() : '\0';
  text.remove_prefix(sign != '\0' ? 1 : 0);
  if (text.size() < 3 || text[0] != '0') return false;
  const char prefix = text[1];
  const int base = to_lower(prefix) == 'x' ? 16 : to_lower(prefix) == 'o' ? 8 : to_lower(prefix) == 'b' ? 2 : 0;
  if (base == 0) return false;
  text.remove_prefix(2);
  if (prefix == 'b' && sign == '\0' && (text.front() == '+' || text.front() == '-')) {  // `0b-1` is accepted, too
    sign = text.front();
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return sign == '\0' || value <= most + (sign == '-' ? 1 : 0);
}

std::string without_underscores(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '_');
  return plain;
}

/// Whether every `_` stands between two digits.
bool has_separators_only(std::string_view text) {
  for (std::size_t at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
    if (at == 0 || at + 1 == text.size() || !is_digit(text[at - 1]) || !is_digit(text[at + 1])) return false;
  }
  return true;
}

bool is_infinity_or_nan(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (text.front() == '+' || text.front() == '-') text.remove_prefix(1);
  return text == ".inf" || text == ".Inf" || text == ".INF";
}

/// Whether `text`, written plain, would be read as something else than a string.
bool has_other_type(std::string_view text) {
  if (text.empty() || text == "~") return true;
  const char first = text.front();
  if (first == '.') {
    return is_infinity_or_nan(text) || (has_separators_only(text) && is_decimal(without_underscores(text)));
  }
  if (!is_digit(first) && first != '+' && first != '-') return is_keyword(text);
  const std::string plain = without_underscores(text);
  return is_decimal(plain) || is_prefixed_integer(plain) || is_infinity_or_nan(text) || is_timestamp(text) ||
         is_base60(text);
}

// ---- Characters: what the style must be able to hold.

struct Character {
  char32_t code;
  std::size_t length;
};

/// The first character of `text`, which must be UTF-8.
Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const auto next = [byte](std::size_t i) { return byte(i) & 0x3FU; };
  if (byte(0) < 0x80) return {byte(0), 1};
  if (byte(0) < 0xE0) return {(byte(0) & 0x1FU) << 6U | next(1), 2};
  if (byte(0) < 0xF0) return {(byte(0) & 0x0FU) << 12U | next(1) << 6U | next(2), 3};
  return {(byte(0) & 0x07U) << 18U | next(1) << 12U | next(2) << 6U | next(3), 4};
}

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
  if (has_other_type(text)) return YamlStyle::double_quoted;
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
