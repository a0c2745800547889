#include "sources/eureka_cut.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::sources::eureka {
namespace {

TEST_CASE("eureka: an answer is cut into its applications") {
  const std::string document = R"({"a":{"b":[{"c":{"d":1}},{"e":"}{\""}],"f":{}}})";
  const Cut cut = cut_applications(document);
  CHECK(cut.skeleton == R"({"a":{"b":[{"":0},{"":1}],"f":{"":2}}})");
  REQUIRE(cut.parts.size() == 3);
  CHECK(cut.parts[0].text == R"({"c":{"d":1}})");
  CHECK(cut.parts[1].text == R"({"e":"}{\""})");
  CHECK(cut.parts[2].text == "{}");
  for (const auto& part : cut.parts) CHECK(document.substr(part.offset, part.text.size()) == part.text);
  for (std::size_t at = 0; at < cut.skeleton.size(); ++at) {
    CAPTURE(at);
    const std::size_t place = cut.document_offset(at);
    CHECK(place <= document.size());
    if (cut.skeleton[at] == '[' || cut.skeleton[at] == 'f') CHECK(document[place] == cut.skeleton[at]);
  }
  CHECK(cut_applications("").skeleton.empty());
  CHECK(cut_applications("}}}{{{{").parts.empty());
  CHECK(cut_applications("\"{").skeleton == "\"{");
  CHECK(cut_applications("\\\"{\\").skeleton == "\\\"{\\");
}

}  // namespace
}  // namespace r2i::sources::eureka
