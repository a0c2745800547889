#include "base/duration.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("duration: as Go and kubectl write it") {
  const std::vector<std::pair<std::string_view, std::int64_t>> rows = {
      {"0", 0},         {"0s", 0},           {"500ms", 500},          {"30s", 30'000}, {"1m30s", 90'000},
      {"1h", 3600'000}, {"1.5h", 5'400'000}, {"1h2m3s4ms", 3723'004}, {"0.5s", 500},   {"8784h", 31'622'400'000},
  };
  for (const auto& [text, milliseconds] : rows) {
    CAPTURE(text);
    const auto duration = parse_duration(text);
    REQUIRE(duration);
    CHECK(duration->count() == milliseconds);
  }
}

TEST_CASE("duration: everything else is refused, with what was expected") {
  for (const std::string_view text : {"", " ", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "5S", "5min", "1e3s", "5s5",
                                      "infs", "nans", "nanm", "8785h", "99999999999h", "fast"}) {
    CAPTURE(text);
    const auto duration = parse_duration(text);
    REQUIRE_FALSE(duration);
    CHECK(duration.error().starts_with("expected a duration such as \"30s\""));
    CHECK(duration.error().ends_with("got \"" + std::string(text) + "\""));
  }
}

}  // namespace
}  // namespace r2i
