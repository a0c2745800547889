#include "base/json_writer.hpp"

#include "base/text.hpp"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace r2i {

namespace {

bool must_be_escaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// Eight bytes in which all of the text is that has no more than eight; some of it twice, with letters for the rest.
std::uint64_t in_one_word(std::string_view text) {
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(text[at])}; };
  if (text.size() < 4) {
    constexpr std::uint64_t kLetters = 0x6161616161000000U;
    return text.empty() ? kLetters | 0x616161U
                        : kLetters | byte(0) | byte(text.size() / 2) << 8U | byte(text.size() - 1) << 16U;
  }
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::memcpy(&first, text.data(), sizeof first);
  std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
  return first | std::uint64_t{last} << 32U;
}

/// Whether all of the text stays as it is. Eight bytes in one go: see Bit Twiddling Hacks, "Determine if a word has a
/// byte less than n".
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = kOnes * 0x80U;
  std::uint64_t found = 0;
  const auto look = [&](std::uint64_t bytes) {
    const auto has = [&](unsigned char c) { return (bytes ^ kOnes * c) - kOnes; };
    found |= bytes | (bytes - kOnes * 0x20U) | has('"') | has('\\');
  };
  const auto look_at = [&](std::size_t at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    look(bytes);
  };
  constexpr std::size_t kStep = sizeof found;
  if (text.size() <= kStep) {
    look(in_one_word(text));
  } else {
    for (std::size_t at = 0; at + kStep < text.size(); at += kStep) look_at(at);
    look_at(text.size() - kStep);
  }
  return (found & kHigh) == 0;
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
    if (!must_be_escaped(text[i])) continue;
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
  out += '"';
  if (is_plain(text)) {
    out += text;
  } else if (!simdjson::validate_utf8(text)) {
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
  after_key_ = true;
  std::string& text = out_.buffer();
  const std::string_view colon = indent_ > 0 ? "\": " : "\":";
  if (!is_plain(name)) {
    begin_entry();
    append_json_string(text, name);
    text += colon.substr(1);
    return;
  }
  // All in one go: most of a document's pieces are these.
  const std::string_view between = std::string_view(between_).substr(is_empty_ ? 1 : 0);
  is_empty_ = false;
  out_.spill();
  const std::size_t start = text.size();
  text.resize(start + between.size() + 1 + name.size() + colon.size());
  char* at = text.data() + start;
  const auto put = [&](std::string_view piece) {
    std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  };
  put(between);
  *at++ = '"';
  put(name);
  put(colon);
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

void JsonWriter::begin_entry() {
  out_.buffer().append(between_, is_empty_ ? 1 : 0);
  is_empty_ = false;
  out_.spill();
}

std::string& JsonWriter::begin_value() {
  if (!after_key_ && depth_ > 0) begin_entry();
  after_key_ = false;
  return out_.buffer();
}

void JsonWriter::begin_collection(char bracket) {
  begin_value() += bracket;
  between_.append(indent_, ' ');
  ++depth_;
  is_empty_ = true;
}

void JsonWriter::end_collection(char bracket) {
  --depth_;
  between_.resize(between_.size() - indent_);
  if (!is_empty_) out_.buffer().append(between_, 1);
  out_.buffer() += bracket;
  is_empty_ = false;
}

}  // namespace r2i
