#include "base/json_writer.hpp"

#include "base/text.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>

namespace r2i {

namespace {

constexpr char kEscaped = 1;
constexpr char kNotAscii = 2;

constexpr std::array<char, 256> make_classes() {
  std::array<char, 256> classes{};
  for (std::size_t c = 0; c < 0x20; ++c) classes[c] = kEscaped;
  for (std::size_t c = 0x80; c < 0x100; ++c) classes[c] = kNotAscii;
  classes['"'] = kEscaped;
  classes['\\'] = kEscaped;
  return classes;
}

constexpr std::array<char, 256> kClasses = make_classes();

char class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

void append_escape(std::string& out, char c) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  static constexpr std::string_view kCodes = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '\\';
  if (const std::size_t known = kCodes.find(c); known != std::string_view::npos) {
    out += kLetters[known];
  } else {
    const auto code = static_cast<unsigned char>(c);
    out += "u00";
    out += kDigits[code >> 4U];
    out += kDigits[code & 0xFU];
  }
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (class_of(text[i]) != kEscaped) continue;
    out += text.substr(start, i - start);
    append_escape(out, text[i]);
    start = i + 1;
  }
  out += text.substr(start);
}

template <typename... Arguments>
void append_number(std::string& text, Arguments... arguments) {
  char digits[32];
  const auto result = std::to_chars(digits, digits + sizeof digits, arguments...);
  text.append(digits, result.ptr);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  int found = 0;
  for (const char c : text) found |= class_of(c);
  out += '"';
  if (found == 0) {
    out += text;
  } else if ((found & kNotAscii) != 0 && !simdjson::validate_utf8(text)) {
    append_escaped(out, valid_utf8(text));
  } else {
    append_escaped(out, text);
  }
  out += '"';
}

void JsonWriter::begin_map() {
  begin_collection('{');
}
void JsonWriter::end_map() {
  end_collection('}');
}
void JsonWriter::begin_list() {
  begin_collection('[');
}
void JsonWriter::end_list() {
  end_collection(']');
}

void JsonWriter::key(std::string_view name) {
  begin_entry();
  std::string& text = out_.buffer();
  append_json_string(text, name);
  text += indent_ > 0 ? std::string_view(": ") : std::string_view(":");
  after_key_ = true;
}

void JsonWriter::string(std::string_view value) {
  append_json_string(begin_value(), value);
}
void JsonWriter::integer(std::int64_t value) {
  append_number(begin_value(), value);
}
void JsonWriter::boolean(bool value) {
  begin_value() += value ? "true" : "false";
}

void JsonWriter::number(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value)) {
    begin_value() += "null";
  } else {
    const bool extreme = size != 0 && (size < 1e-6 || size >= 1e21);
    append_number(begin_value(), value, extreme ? std::chars_format::scientific : std::chars_format::fixed);
  }
}

void JsonWriter::begin_line() {
  if (indent_ == 0) return;
  std::string& text = out_.buffer();
  text += '\n';
  text.append(static_cast<std::size_t>(depth_) * static_cast<std::size_t>(indent_), ' ');
}

void JsonWriter::begin_entry() {
  if (!is_empty_) out_.buffer() += ',';
  is_empty_ = false;
  begin_line();
  out_.spill();
}

std::string& JsonWriter::begin_value() {
  if (!after_key_ && depth_ > 0) begin_entry();
  after_key_ = false;
  return out_.buffer();
}

void JsonWriter::begin_collection(char bracket) {
  begin_value() += bracket;
  ++depth_;
  is_empty_ = true;
}

void JsonWriter::end_collection(char bracket) {
  --depth_;
  if (!is_empty_) begin_line();
  out_.buffer() += bracket;
  is_empty_ = false;
}

}  // namespace r2i
