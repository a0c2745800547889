#include "net/headers.hpp"

#include "base/text.hpp"

namespace r2i::net {

namespace {

constexpr std::size_t kUsualHeaders = 16;
constexpr std::size_t kUsualLength = 512;

}  // namespace

void Headers::add(std::string_view name, std::string_view value) {
  if (lines_.empty()) {
    lines_.reserve(kUsualHeaders);
    text_.reserve(kUsualLength);
  }
  const auto position = [&] { return static_cast<std::uint32_t>(text_.size()); };
  Line line{position(), 0, 0};
  text_.append(name);
  line.value = position();
  text_.append(value);
  line.end = position();
  lines_.push_back(line);
}

void Headers::fold(std::string_view line) {
  if (lines_.empty()) return;
  text_.append(" ").append(line);
  lines_.back().end = static_cast<std::uint32_t>(text_.size());
}

void Headers::clear() {
  text_.clear();
  lines_.clear();
}

bool Headers::has_name(const Line& line, std::string_view name) const {
  return line.value - line.name == name.size() &&
         equals_ignoring_case(std::string_view(text_).substr(line.name, name.size()), name);
}

std::string_view Headers::value_of(const Line& line) const {
  return std::string_view(text_).substr(line.value, line.end - line.value);
}

std::string_view Headers::find(std::string_view name) const {
  for (const Line& line : lines_) {
    if (has_name(line, name)) return value_of(line);
  }
  return {};
}

std::vector<std::string_view> Headers::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Line& line : lines_) {
    if (has_name(line, name)) values.push_back(value_of(line));
  }
  return values;
}

}  // namespace r2i::net
