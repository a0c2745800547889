#include "model/list_mark.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("list mark: sorted, each once, and read back whatever is in the texts") {
  struct Row {
    std::vector<std::string> texts;
    std::string mark;
    std::vector<std::string> read;
  };
  const std::vector<Row> rows = {
      {{"eureka/default", "consul/dc1"}, "consul/dc1,eureka/default", {"consul/dc1", "eureka/default"}},
      {{"a", "a"}, "a", {"a"}},
      {{"a,b", "a"}, "a,a%2Cb", {"a", "a,b"}},
      {{"50%", "%2C"}, "%252C,50%25", {"%2C", "50%"}},
      {{"a b/c+d"}, "a b/c+d", {"a b/c+d"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.mark);
    CHECK(list_mark(row.texts) == row.mark);
    CHECK((read_list_mark(row.mark) == row.read));
  }
}

}  // namespace
}  // namespace r2i
