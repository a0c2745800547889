#include "base/yaml_writer.hpp"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {
namespace {

/// What the calls that `tell` makes are written as.
template <typename Tell>
std::string written(Tell tell) {
  StringOutput out;
  YamlWriter yaml(out);
  tell(yaml);
  return out.text();
}

TEST_CASE("lists stand flush left, and collections begin on the line of a dash") {
  const std::string text = written([](YamlWriter& yaml) {
    yaml.begin_map();
    yaml.key("spec");
    yaml.begin_map();
    yaml.key("hosts");
    yaml.begin_list();
    yaml.string("a.b");
    yaml.string("*.c");
    yaml.end_list();
    yaml.key("ports");
    yaml.begin_list();
    yaml.begin_map();
    yaml.key("name");
    yaml.string("http");
    yaml.key("tags");
    yaml.begin_list();
    yaml.begin_list();
    yaml.integer(1);
    yaml.integer(2);
    yaml.end_list();
    yaml.begin_list();
    yaml.begin_map();
    yaml.key("n");
    yaml.boolean(true);
    yaml.end_map();
    yaml.end_list();
    yaml.end_list();
    yaml.key("weight");
    yaml.integer(-1);
    yaml.end_map();
    yaml.end_list();
    yaml.end_map();
    yaml.key("z");
    yaml.boolean(false);
    yaml.end_map();
  });
  CHECK(text == R"(spec:
  hosts:
  - a.b
  - '*.c'
  ports:
  - name: http
    tags:
    - - 1
      - 2
    - - "n": true
    weight: -1
z: false
)");
}

TEST_CASE("empty collections") {
  const std::string text = written([](YamlWriter& yaml) {
    yaml.begin_map();
    yaml.key("list");
    yaml.begin_list();
    yaml.end_list();
    yaml.key("map");
    yaml.begin_map();
    yaml.end_map();
    yaml.key("inside");
    yaml.begin_list();
    yaml.begin_map();
    yaml.end_map();
    yaml.begin_list();
    yaml.end_list();
    yaml.end_list();
    yaml.end_map();
  });
  CHECK(text == "list: []\nmap: {}\ninside:\n- {}\n- []\n");
}

TEST_CASE("collections at the root") {
  CHECK(written([](YamlWriter& yaml) {
          yaml.begin_map();
          yaml.end_map();
        }) == "{}\n");
  CHECK(written([](YamlWriter& yaml) {
          yaml.begin_list();
          yaml.string("a\nb");
          yaml.begin_map();
          yaml.key("a");
          yaml.string("");
          yaml.end_map();
          yaml.end_list();
        }) == "- |-\n  a\n  b\n- a: \"\"\n");
}

TEST_CASE("values of explicit keys begin after the colon") {
  const std::string text = written([](YamlWriter& yaml) {
    yaml.begin_map();
    yaml.key("a");
    yaml.begin_map();
    yaml.key("x\ny");
    yaml.begin_list();
    yaml.integer(1);
    yaml.integer(2);
    yaml.end_list();
    yaml.key("x\n");
    yaml.begin_map();
    yaml.key("b");
    yaml.integer(1);
    yaml.key("c");
    yaml.begin_list();
    yaml.integer(2);
    yaml.end_list();
    yaml.end_map();
    yaml.key("x\rz");
    yaml.begin_map();
    yaml.end_map();
    yaml.end_map();
    yaml.end_map();
  });
  CHECK(text == R"(a:
  ? |-
    x
    y
  : - 1
    - 2
  ? |
    x
  : b: 1
    c:
    - 2
  ? "x\rz"
  : {}
)");
}

TEST_CASE("blocks and folded text follow the indentation") {
  const std::string a80(80, 'a');
  const std::string text = written([&](YamlWriter& yaml) {
    yaml.begin_map();
    yaml.key("l");
    yaml.begin_list();
    yaml.begin_map();
    yaml.key("t");
    yaml.string("a\nb\n");
    yaml.key("u");
    yaml.string(a80 + " b");
    yaml.end_map();
    yaml.string(a80 + " b");
    yaml.string("\na\n\n");
    yaml.end_list();
    yaml.end_map();
  });
  CHECK(text == "l:\n- t: |\n    a\n    b\n  u: " + a80 + "\n    b\n- " + a80 + "\n  b\n- |2+\n\n  a\n\n");
}

TEST_CASE("numbers") {
  struct Row {
    double value;
    std::string_view text;
  };
  const std::vector<Row> rows = {{1.0, "1"},
                                 {-2.0, "-2"},
                                 {0.1, "0.1"},
                                 {1e6, "1000000"},
                                 {1e18, "1000000000000000000"},
                                 {1e22, "1e+22"},
                                 {123456.75, "123456.75"},
                                 {1234567.5, "1.2345675e+06"},
                                 {0.0001, "0.0001"},
                                 {0.00001234, "1.234e-05"},
                                 {1e-9, "1e-09"},
                                 {std::numeric_limits<double>::infinity(), ".inf"},
                                 {-std::numeric_limits<double>::infinity(), "-.inf"},
                                 {std::numeric_limits<double>::quiet_NaN(), ".nan"}};
  for (const auto& [value, text] : rows) {
    CHECK(written([value = value](YamlWriter& yaml) { yaml.number(value); }) == std::string(text) + "\n");
  }
  CHECK(written([](YamlWriter& yaml) { yaml.integer(std::numeric_limits<std::int64_t>::min()); }) ==
        "-9223372036854775808\n");
}

TEST_CASE("documents are separated, not ended") {
  const std::string text = written([](YamlWriter& yaml) {
    for (int i = 0; i < 3; ++i) {
      yaml.begin_document();
      yaml.begin_map();
      yaml.key("i");
      yaml.integer(i);
      yaml.end_map();
    }
  });
  CHECK(text == "i: 0\n---\ni: 1\n---\ni: 2\n");
}

/// Hands everything on at once, which must not change what is written.
class ImpatientOutput : public Output {
 public:
  void flush() override {
    largest = std::max(largest, buffer_.size());
    text += buffer_;
    buffer_.clear();
  }

  std::size_t largest = 0;
  std::string text;
};

TEST_CASE("a large document is handed on in blocks that end with a line") {
  ImpatientOutput out;
  StringOutput whole;
  for (Output* output : {static_cast<Output*>(&out), static_cast<Output*>(&whole)}) {
    YamlWriter yaml(*output);
    yaml.begin_map();
    for (int i = 0; i < 20000; ++i) {
      yaml.key("key");
      yaml.string("some text that has blanks and a\ttab, and that is a little longer than a single line can be");
    }
    yaml.end_map();
  }
  CHECK(out.largest < 80 * 1024);
  out.flush();
  CHECK(out.text == whole.text());
}

// ---- Whatever is written is read back by another implementation.

class TrickyText {
 public:
  std::string operator()() {
    static const std::vector<std::string_view> kPieces = {
        "true",   "no",         "null",       "~",      "0x",     "0b1",    "0o7",    "1e3",    "1_0",
        "12:30",  "2024-01-01", "T00:00:00Z", ".5",     "-0",     "+",      ".inf",   ".nan",   "<<",
        "=",      "- ",         ": ",         " #",     "a",      "b c",    " ",      "  ",     "\n",
        "\n\n",   "\t",         "\r",         "'",      "\"",     "\\",     "é",      "☃",      "\U0001F600",
        "\u00a0", "\ufeff",     "\u0085",     "\u2028", "\u2029", "\u007f", "\u0090", "\ufffe", "---",
        "...",    "?",          "!",          "&",      "*",      "|",      ">",      "%",      "@",
        "`",      "{",          "}",          "[",      "]",      ",",      ":",      "/",      "lorem ipsum dolor",
        "word",   "\x01",       "\x1b"};
    std::string text;
    const std::size_t pieces = below(8) == 0 ? below(120) : below(6);
    for (std::size_t i = 0; i < pieces; ++i) text += kPieces[below(kPieces.size())];
    return text;
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::mt19937 random_{20240229};
};

bool converts_to_other_type(const YAML::Node& node) {
  try {
    (void)node.as<bool>();
    return true;
  } catch (const YAML::BadConversion&) {
  }
  try {
    (void)node.as<double>();
    return true;
  } catch (const YAML::BadConversion&) {
    return false;
  }
}

void check_text(const YAML::Node& node, const std::string& text) {
  REQUIRE(node.IsScalar());
  CHECK(node.Scalar() == text);
  // `!` stands for quotes or a block, `?` for plain text.
  if (node.Tag() != "!") {
    CHECK(node.Tag() == "?");
    CHECK_FALSE(converts_to_other_type(node));
  }
}

TEST_CASE("every text is read back as the same text, as key and as value") {
  TrickyText tricky;
  for (int i = 0; i < 10000; ++i) {
    const std::string key = tricky();
    const std::string value = tricky();
    const std::string text = written([&](YamlWriter& yaml) {
      yaml.begin_map();
      yaml.key("list");
      yaml.begin_list();
      yaml.begin_map();
      yaml.key(key);
      yaml.string(value);
      yaml.end_map();
      yaml.string(value);
      yaml.end_list();
      yaml.end_map();
    });
    CAPTURE(text);
    const YAML::Node list = YAML::Load(text)["list"];
    REQUIRE(list.size() == 2);
    REQUIRE(list[0].size() == 1);
    check_text(list[0].begin()->first, key);
    check_text(list[0].begin()->second, value);
    check_text(list[1], value);
  }
}

}  // namespace
}  // namespace r2i
