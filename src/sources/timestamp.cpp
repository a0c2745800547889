#include "sources/timestamp.hpp"

#include <fmt/chrono.h>

namespace r2i::sources {

std::string timestamp(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time)));
}

}  // namespace r2i::sources
