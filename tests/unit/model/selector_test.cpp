#include "model/selector.hpp"

#include "model/check.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace r2i {
namespace {

TEST_CASE("selector value: the host as it is, as long as a label may hold it") {
  CHECK(selector_value("pay.service.consul") == "pay.service.consul");
  const std::string longest(63, 'a');
  CHECK(selector_value(longest) == longest);
}

TEST_CASE("selector value: a longer host is cut, and keeps what tells it from others") {
  std::set<std::string> values;
  for (const std::string end : {".a", ".b", "", "x"}) {
    const std::string value = selector_value(std::string(63, 'a') + ".service" + end);
    CAPTURE(value);
    CHECK(value.size() <= 63);
    CHECK(is_label_value(value));
    CHECK(value.starts_with(std::string(52, 'a') + "-"));
    CHECK(values.insert(value).second);
  }
}

TEST_CASE("selector value: no separator stays at the cut") {
  for (const std::string separators : {".", "-", ".-.-"}) {
    const std::string value = selector_value(std::string(50, 'a') + separators + std::string(40, 'b'));
    CAPTURE(value);
    CHECK(is_label_value(value));
    CHECK(value.find(".-") == std::string::npos);
    CHECK(value.find("--") == std::string::npos);
  }
}

TEST_CASE("cut with hash: within the limit, and the hash is of what it is told to be of") {
  const std::string text = "abcdefghijklmnopqrstuvwxyz";
  const std::string cut = cut_with_hash(text, "one", 20);
  CHECK(cut.size() == 20);
  CHECK(cut.starts_with("abcdefghi-"));
  CHECK(cut != cut_with_hash(text, "two", 20));
  CHECK(cut_with_hash("ab", "one", 20) == "ab" + cut.substr(9));
  CHECK(cut_with_hash("", "one", 20) == cut.substr(9));
}

}  // namespace
}  // namespace r2i
