#include "model/code_help.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace r2i {
namespace {

bool is_sentence(std::string_view text) {
  return text.size() > 10 && text.ends_with('.') && text.front() >= 'A' && text.front() <= 'Z' &&
         text.find("  ") == std::string_view::npos && text.find('\n') == std::string_view::npos;
}

TEST_CASE("help of codes: every code has a row, in the order of the table") {
  REQUIRE(all_code_help().size() == all_codes().size());
  for (std::size_t i = 0; i < all_codes().size(); ++i) {
    CAPTURE(code_name(static_cast<int>(all_codes()[i].code)));
    CHECK(all_code_help()[i].code == all_codes()[i].code);
    CHECK(&code_help(all_codes()[i].code) == &all_code_help()[i]);
  }
}

TEST_CASE("help of codes: a cause is a sentence, an example is a line with its code, an answer can be typed") {
  for (const CodeHelp& help : all_code_help()) {
    const CodeInfo& info = code_info(help.code);
    const std::string start =
        fmt::format("{} {}: ", code_name(static_cast<int>(info.code)), severity_name(info.severity));
    CAPTURE(start);
    CHECK(is_sentence(help.cause));
    CHECK(help.cause != info.meaning);
    CHECK(help.example.starts_with(start));
    CHECK(help.example.find(": ", start.size()) != std::string_view::npos);
    CHECK(help.example.find('\n') == std::string_view::npos);
    CHECK_FALSE(help.example.ends_with('.'));
    CHECK_FALSE(help.answer.empty());
    CHECK_FALSE(help.answer.ends_with('\n'));
    CHECK_FALSE(help.answer.starts_with(' '));
  }
}

TEST_CASE("help of codes: a code is found by its name or its number") {
  for (const std::string_view text : {"R2I2040", "r2i2040", "R2i2040", "2040"}) {
    CAPTURE(text);
    REQUIRE(find_code(text) != nullptr);
    CHECK(find_code(text)->code == Code::tcp_without_address);
  }
  for (const std::string_view text :
       {"", "R2I", "R2I9999", "2040x", " 2040", "-2040", "3", "x2040", "R2IR2I2040", "99999999999999999999", "+2040"}) {
    CAPTURE(text);
    CHECK(find_code(text) == nullptr);
  }
  CHECK(did_you_mean_code("r2i2044").find("R2I20") != std::string::npos);
  CHECK(did_you_mean_code("204").find("R2I20") != std::string::npos);
  CHECK(did_you_mean_code("nothing like it").empty());
  CHECK_THROWS_AS(code_help(static_cast<Code>(1)), Error);
}

TEST_CASE("help of codes: what guards that nothing is lost or deleted cannot be ignored") {
  for (const CodeInfo& info : all_codes()) {
    const int number = static_cast<int>(info.code);
    CAPTURE(number);
    if (info.severity != Severity::error) CHECK(is_ignorable(info));
    if (info.severity == Severity::error) CHECK(is_ignorable(info) == (number / 1000 == 2));
  }
}

}  // namespace
}  // namespace r2i
