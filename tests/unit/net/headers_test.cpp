#include "net/headers.hpp"

#include <doctest/doctest.h>

namespace r2i::net {
namespace {

TEST_CASE("headers are found by their name in whatever case") {
  Headers headers;
  CHECK(headers.empty());
  CHECK(headers.find("etag").data() == nullptr);
  headers.add("ETag", "\"a\"");
  headers.add("Warning", "299 - \"one\"");
  headers.add("X-Empty", "");
  headers.add("WARNING", "299 - \"two\"");
  CHECK(headers.find("etag") == "\"a\"");
  CHECK(headers.find("Warning") == "299 - \"one\"");
  CHECK(headers.find_all("warning") == std::vector<std::string_view>{"299 - \"one\"", "299 - \"two\""});
  CHECK(headers.find_all("x-empty") == std::vector<std::string_view>{""});
  for (const char* part : {"X", "X-Empt", "tag", ""}) CHECK(headers.find_all(part).empty());
}

TEST_CASE("a folded line belongs to the header before it") {
  Headers headers;
  headers.fold("of nobody");
  CHECK(headers.empty());
  headers.add("A", "1");
  headers.add("B", "2");
  headers.fold("3");
  CHECK(headers.find("a") == "1");
  CHECK(headers.find("b") == "2 3");
  headers.clear();
  CHECK(headers.empty());
  headers.add("B", "4");
  CHECK(headers.find_all("b") == std::vector<std::string_view>{"4"});
}

}  // namespace
}  // namespace r2i::net
