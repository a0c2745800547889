#include "base/timestamp.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <string>

namespace r2i {
namespace {

using std::chrono::sys_days;
using std::chrono::system_clock;
using namespace std::chrono_literals;

constexpr sys_days kDay{std::chrono::year{2026} / 1 / 2};
constexpr system_clock::time_point kTime = kDay + 3h + 4min + 5s;

TEST_CASE("timestamp: RFC 3339 in UTC, to the second") {
  CHECK(timestamp(kTime) == "2026-01-02T03:04:05Z");
  CHECK(timestamp(kTime + 999ms) == "2026-01-02T03:04:05Z");
  CHECK(timestamp({}) == "1970-01-01T00:00:00Z");
}

TEST_CASE("parse_timestamp: what timestamp() writes") {
  CHECK((parse_timestamp("2026-01-02T03:04:05Z") == kTime));
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const system_clock::time_point time = sys_days{std::chrono::year{1971} / 1 / 1} + std::chrono::seconds{random()};
    REQUIRE((parse_timestamp(timestamp(time)) == time));
  }
}

TEST_CASE("parse_timestamp: other spellings that RFC 3339 has for the same time") {
  for (const std::string text :
       {"2026-01-02t03:04:05z", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05.9Z", "2026-01-02T03:04:05.123456789Z",
        "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05-00:00", "2026-01-02T05:34:05+02:30",
        "2026-01-01T22:04:05-05:00"}) {
    CAPTURE(text);
    CHECK((parse_timestamp(text) == kTime));
  }
  CHECK((parse_timestamp("2024-02-29T00:00:00Z") == sys_days{std::chrono::year{2024} / 2 / 29}));
  CHECK((parse_timestamp("2016-12-31T23:59:60Z") == sys_days{std::chrono::year{2017} / 1 / 1}));
}

TEST_CASE("parse_timestamp: nothing else is one") {
  for (const std::string text : {"",
                                 "now",
                                 "2026-01-02",
                                 "2026-01-02T03:04:05",
                                 "2026-01-02T03:04Z",
                                 "2026-01-02T03:04:05.Z",
                                 "2026-01-02T03:04:05Zz",
                                 " 2026-01-02T03:04:05Z",
                                 "2026-01-02T03:04:05Z ",
                                 "26-01-02T03:04:05Z",
                                 "2026-1-02T03:04:05Z",
                                 "2026-13-02T03:04:05Z",
                                 "2026-02-29T03:04:05Z",
                                 "2026-01-32T03:04:05Z",
                                 "2026-01-00T03:04:05Z",
                                 "2026-01-02T24:04:05Z",
                                 "2026-01-02T03:60:05Z",
                                 "2026-01-02T03:04:61Z",
                                 "2026-01-02T03:04:05+2:00",
                                 "2026-01-02T03:04:05+0200",
                                 "2026-01-02T03:04:05+24:00",
                                 "2026-01-02T03:04:05+02:60",
                                 "2026-01-02T03:04:05,5Z",
                                 "2026/01/02T03:04:05Z",
                                 "-026-01-02T03:04:05Z",
                                 "2026-01-02T+3:04:05Z",
                                 "1767323045"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text));
  }
}

TEST_CASE("timestamp: what the clock cannot hold is its end") {
  CHECK(timestamp(parse_timestamp("5249-01-02T03:04:05Z").value()) == "2262-04-11T23:47:16Z");
  CHECK(timestamp(parse_timestamp("0001-01-01T00:00:00Z").value()) == "1677-09-21T00:12:44Z");
}

}  // namespace
}  // namespace r2i
