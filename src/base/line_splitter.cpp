#include "base/line_splitter.hpp"

#include "base/text.hpp"

#include <utility>

namespace r2i {

namespace {

constexpr std::size_t kLongest = 4096;

}  // namespace

void LineSplitter::add(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.substr(0, kLongest - line_.size()).find_first_of("\r\n");
    const bool ends = end != std::string_view::npos;
    const std::string_view part = text.substr(0, ends ? end : kLongest - line_.size());
    line_ += part;
    text.remove_prefix(part.size() + (ends ? 1 : 0));
    if (ends || line_.size() == kLongest) finish();
  }
}

void LineSplitter::finish() {
  const std::string line = std::exchange(line_, {});
  if (!trim(line).empty()) take_(clean_text(line));
}

}  // namespace r2i
