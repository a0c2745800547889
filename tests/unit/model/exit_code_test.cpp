#include "model/exit_code.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("exit codes: of two, the one that comes first in 130, 143, 7, 2, 5, 6, 4, 3, 1, 0") {
  const std::vector<int> order = {130, 143, 7, 2, 5, 6, 4, 3, 1, 0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i; j < order.size(); ++j) {
      CAPTURE(order[i]);
      CAPTURE(order[j]);
      const auto worse = static_cast<ExitCode>(order[i]);
      const auto better = static_cast<ExitCode>(order[j]);
      CHECK(static_cast<int>(worst_of(worse, better)) == order[i]);
      CHECK(static_cast<int>(worst_of(better, worse)) == order[i]);
    }
  }
}

TEST_CASE("exit codes: what a run died of") {
  const std::vector<std::pair<ErrorKind, int>> rows = {
      {ErrorKind::usage, 2}, {ErrorKind::output, 6}, {ErrorKind::interrupted, 130}, {ErrorKind::bug, 7}};
  for (const auto& [kind, code] : rows) CHECK(static_cast<int>(exit_code_of(kind)) == code);
}

TEST_CASE("exit codes: each has all of its texts, in the order of the numbers") {
  CHECK(all_exit_codes().size() == 10);
  int last = -1;
  for (const ExitCodeInfo& info : all_exit_codes()) {
    const int number = static_cast<int>(info.code);
    CAPTURE(number);
    CHECK(number > last);
    last = number;
    CHECK(&exit_code_info(info.code) == &info);
    CHECK(info.reason.size() > 3);
    CHECK_FALSE(info.reason.ends_with('.'));
    for (const std::string_view sentence : {info.meaning, info.cause, info.remedy}) {
      CAPTURE(sentence);
      CHECK(sentence.size() > 10);
      CHECK(sentence.ends_with('.'));
    }
    CHECK_FALSE(info.example.empty());
  }
}

}  // namespace
}  // namespace r2i
