#include "sources/json_answer.hpp"

#include <fmt/format.h>

namespace r2i::sources {

std::optional<std::string> broken_promise(const std::vector<Finding>& findings) {
  if (findings.empty()) return std::nullopt;
  return fmt::format("the answer is not what the API promises: {} (byte {})", findings.front().message,
                     findings.front().offset);
}

}  // namespace r2i::sources
