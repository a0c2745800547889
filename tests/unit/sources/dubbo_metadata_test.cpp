#include "sources/dubbo_metadata.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::sources {
namespace {

std::string told(std::string data) {
  FlatJson tree;
  const auto names = parse_metadata_info(std::move(data), tree);
  return names ? join(*names, " ") : "error: " + names.error();
}

TEST_CASE("Dubbo mapping: applications, separated by commas") {
  CHECK(join(parse_mapping("shop"), " ") == "shop");
  CHECK(join(parse_mapping("stock,shop,,shop, a "), " ") == "a shop stock");
  CHECK(parse_mapping("").empty());
  CHECK(join(parse_mapping("\xff"), " ") == "\xEF\xBF\xBD");
}

TEST_CASE("Dubbo metadata: the services of a revision") {
  CHECK(told(R"({"app":"shop","revision":"1","services":{
    "b/com.P:1.0:tri":{"name":"com.P","group":"b","version":"1.0","protocol":"tri"},
    "com.C:dubbo":{"name":"com.C","protocol":"dubbo"}, "com.C:tri":{"name":"com.C","protocol":"tri"},
    "g/com.G:dubbo":{"name":"com.G","group":"g"}, "com.V:2:dubbo":{"name":"com.V","version":"2"}}})") ==
        "com.C com.G::g com.P:1.0:b com.V:2");
  CHECK(told(R"({"services":{}})").empty());
  CHECK(told(R"({"app":"shop"})") == "error: it has no services");
  CHECK(told(R"({"services":[]})") == "error: it has no services");
  CHECK(told("[]") == "error: it has no services");
  CHECK(told(R"({"services":{"x":{}}})") == R"(error: service "x" has no name)");
  CHECK(told(R"({"services":{"x":1}})") == R"(error: service "x" has no name)");
  CHECK(told("{").starts_with("error: "));
}

}  // namespace
}  // namespace r2i::sources
