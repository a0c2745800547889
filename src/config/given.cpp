#include "config/given.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace r2i::config {

void Problems::add(const Place& place, std::string_view message) {
  found_.push_back({place.file, place.offset, fmt::format("{}: {}", place.text, message)});
}

void Problems::add(std::string message) {
  found_.push_back({Place{}.file, 0, std::move(message)});
}

std::vector<std::string> Problems::lines() const {
  std::vector<Problem> sorted = found_;
  std::ranges::stable_sort(sorted, {}, [](const Problem& p) { return std::tie(p.file, p.offset); });
  std::vector<std::string> lines;
  for (Problem& problem : sorted) lines.push_back(std::move(problem.message));
  return lines;
}

void Problems::raise() const {
  if (!found_.empty()) throw Error(ErrorKind::usage, join(lines(), "\n"));
}

}  // namespace r2i::config
