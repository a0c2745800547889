#include "base/yaml_writer.hpp"

#include "base/yaml_scalar.hpp"

#include <charconv>
#include <cmath>

namespace r2i {

namespace {

constexpr std::size_t kIndent = 2;

template <typename... Arguments>
void append_number(std::string& text, Arguments... arguments) {
  char digits[32];
  const auto result = std::to_chars(digits, digits + sizeof digits, arguments...);
  text.append(digits, result.ptr);
}

bool is_integer(double value) {
  return std::abs(value) < 0x1p63 && std::trunc(value) == value;
}

}  // namespace

void YamlWriter::begin_document() {
  if (has_document_) out_.write("---\n");
  has_document_ = true;
}

void YamlWriter::begin_map() {
  begin_collection(false);
}
void YamlWriter::end_map() {
  end_collection("{}\n");
}
void YamlWriter::begin_list() {
  begin_collection(true);
}
void YamlWriter::end_list() {
  end_collection("[]\n");
}

void YamlWriter::key(std::string_view name) {
  Frame& map = stack_.back();
  begin_entry(map);
  const bool simple = append_yaml_key(out_.buffer(), name, map.indent);
  place_ = simple ? Place::after_key : Place::here;
}

void YamlWriter::string(std::string_view value) {
  std::string& text = begin_scalar();
  append_yaml_string(text, value, stack_.empty() ? kIndent : stack_.back().indent + kIndent);
  end_scalar();
}

void YamlWriter::integer(std::int64_t value) {
  append_number(begin_scalar(), value);
  end_scalar();
}

void YamlWriter::number(double value) {
  if (is_integer(value)) return integer(static_cast<std::int64_t>(value));
  std::string& text = begin_scalar();
  const double size = std::abs(value);
  if (std::isnan(value)) {
    text += ".nan";
  } else if (std::isinf(value)) {
    text += value < 0 ? "-.inf" : ".inf";
  } else {
    append_number(text, value, size < 1e-4 || size >= 1e6 ? std::chars_format::scientific : std::chars_format::fixed);
  }
  end_scalar();
}

void YamlWriter::boolean(bool value) {
  begin_scalar() += value ? "true" : "false";
  end_scalar();
}

/// Goes to the column of the frame's next key or dash.
void YamlWriter::begin_entry(Frame& frame) {
  std::string& text = out_.buffer();
  if (place_ == Place::after_key) text += '\n';
  if (place_ != Place::here) text.append(frame.indent, ' ');
  frame.is_empty = false;
}

void YamlWriter::begin_value() {
  if (stack_.empty() || !stack_.back().is_list) return;
  begin_entry(stack_.back());
  out_.buffer() += "- ";
  place_ = Place::here;
}

std::string& YamlWriter::begin_scalar() {
  begin_value();
  std::string& text = out_.buffer();
  if (place_ == Place::after_key) text += ' ';
  return text;
}

/// Output is handed on at the end of lines only, as folding needs to know the column.
void YamlWriter::end_scalar() {
  std::string& text = out_.buffer();
  if (text.back() != '\n') text += '\n';
  place_ = Place::line_start;
  out_.spill();
}

/// Writes nothing yet: whether a collection is empty shows later.
void YamlWriter::begin_collection(bool is_list) {
  begin_value();
  const bool flush_left = is_list && place_ == Place::after_key;
  const std::size_t indent = stack_.empty() ? 0 : stack_.back().indent + (flush_left ? 0 : kIndent);
  stack_.push_back({indent, is_list, true});
}

void YamlWriter::end_collection(std::string_view empty) {
  if (stack_.back().is_empty) {
    if (place_ == Place::after_key) out_.write(" ");
    out_.write(empty);
  }
  stack_.pop_back();
  place_ = Place::line_start;
  out_.spill();
}

}  // namespace r2i
