#include "sources/eureka_cut.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace r2i::sources::eureka {

namespace {

constexpr int kDepth = 3;  // {"applications": {"application": [{

/// Behind the string whose opening quote is at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (auto quote = text.find('"', at + 1); quote != std::string_view::npos; quote = text.find('"', quote + 1)) {
    const auto before = text.find_last_not_of('\\', quote - 1);
    if ((quote - before) % 2 == 1) return quote + 1;
  }
  return text.size();
}

}  // namespace

std::size_t Cut::document_offset(std::size_t skeleton_offset) const {
  const auto next = std::ranges::upper_bound(parts, skeleton_offset, {}, &Part::skeleton);
  std::size_t place = skeleton_offset;
  if (next != parts.begin()) {
    const Part& last = *std::prev(next);
    place = last.offset + last.text.size() + (skeleton_offset - last.skeleton);
  }
  // In what stands for a part, it is the part's.
  return next == parts.end() ? place : std::min(place, next->offset);
}

// What is not well nested comes out as a skeleton or a part that is no JSON, which its reader finds.
Cut cut_applications(std::string_view document) {
  Cut cut;
  int depth = 0;
  std::size_t kept_from = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at < document.size(); ++at) {
    switch (document[at]) {
      case '"':
        at = end_of_string(document, at) - 1;
        break;
      case '{':
        if (++depth == kDepth) start = at;
        break;
      case '}':
        if (depth-- != kDepth) break;
        cut.skeleton.append(document.substr(kept_from, start - kept_from));
        cut.skeleton += fmt::format("{{\"\":{}}}", cut.parts.size());
        kept_from = at + 1;
        cut.parts.push_back({document.substr(start, kept_from - start), start, cut.skeleton.size()});
        break;
      default:
        break;
    }
  }
  cut.skeleton.append(document.substr(kept_from));
  return cut;
}

}  // namespace r2i::sources::eureka
