#include "base/yaml_value.hpp"

#include "base/yaml_type.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

namespace r2i {
namespace {

using Kind = YamlValue::Kind;

TEST_CASE("yaml value: types and values as Kubernetes' reader gives them") {
  struct Row {
    std::string_view text;
    Kind kind;
    std::string_view json;
  };
  const std::vector<Row> rows = {
      {"", Kind::null, "null"},
      {"~", Kind::null, "null"},
      {"null", Kind::null, "null"},
      {"NULL", Kind::null, "null"},
      {"true", Kind::boolean, "true"},
      {"y", Kind::boolean, "true"},
      {"Yes", Kind::boolean, "true"},
      {"ON", Kind::boolean, "true"},
      {"n", Kind::boolean, "false"},
      {"off", Kind::boolean, "false"},
      {"False", Kind::boolean, "false"},
      {"0", Kind::number, "0"},
      {"-0", Kind::number, "0"},
      {"+1", Kind::number, "1"},
      {"-17", Kind::number, "-17"},
      {"00", Kind::number, "0"},
      {"010", Kind::number, "8"},
      {"-010", Kind::number, "-8"},
      {"09", Kind::number, "9"},
      {"1_000", Kind::number, "1000"},
      {"1_", Kind::number, "1"},
      {"0b11", Kind::number, "3"},
      {"-0b11", Kind::number, "-3"},
      {"0b-1", Kind::number, "-1"},
      {"0o17", Kind::number, "15"},
      {"0x1F", Kind::number, "31"},
      {"-0x1", Kind::number, "-1"},
      {"9223372036854775807", Kind::number, "9223372036854775807"},
      {"-9223372036854775808", Kind::number, "-9223372036854775808"},
      {"18446744073709551615", Kind::number, "18446744073709551615"},
      {"100000000000000000000", Kind::number, "1e+20"},
      {"1.10", Kind::number, "1.1"},
      {"1.", Kind::number, "1"},
      {".5", Kind::number, "0.5"},
      {".5_0", Kind::number, "0.5"},
      {"-1.5e3", Kind::number, "-1500"},
      {"1e3", Kind::number, "1000"},
      {"1e-400", Kind::number, "0"},
      {".inf", Kind::not_finite, ".inf"},
      {"-.INF", Kind::not_finite, "-.INF"},
      {".nan", Kind::not_finite, ".nan"},
      {"2024-01-01", Kind::string, "2024-01-01"},
      {"2024-01-01T00:00:00Z", Kind::string, "2024-01-01T00:00:00Z"},
      {"12:30:45", Kind::string, "12:30:45"},
      {"1e400", Kind::string, "1e400"},
      {"0b2", Kind::string, "0b2"},
      {"0x", Kind::string, "0x"},
      {"1e", Kind::string, "1e"},
      {"1.2.3", Kind::string, "1.2.3"},
      {"10.0.0.1", Kind::string, "10.0.0.1"},
      {"._5", Kind::string, "._5"},
      {".", Kind::string, "."},
      {"-", Kind::string, "-"},
      {"+", Kind::string, "+"},
      {"0_", Kind::number, "0"},
      {"-inf", Kind::string, "-inf"},
      {"nan", Kind::string, "nan"},
      {"tRue", Kind::string, "tRue"},
      {"web", Kind::string, "web"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const YamlValue value = resolve_yaml(row.text);
    CHECK(value.kind == row.kind);
    CHECK(value.text == row.json);
  }
}

TEST_CASE("yaml value: what is no string is what the writer quotes") {
  const std::string_view alphabet = "01_-+.eExobyn~:T";
  std::string text;
  for (unsigned seed = 0; seed < 200'000; ++seed) {
    text.clear();
    for (unsigned rest = seed; rest > 0; rest /= 16) text += alphabet[rest % 16];
    const bool is_string = resolve_yaml(text).kind == Kind::string;
    CAPTURE(text);
    // The writer quotes dates and times, too, which other readers take for such.
    if (!is_string) REQUIRE(has_other_yaml_type(text));
    if (is_string && has_other_yaml_type(text)) REQUIRE(text.find_first_of(":-") != std::string::npos);
  }
}

}  // namespace
}  // namespace r2i
