#pragma once

#include "base/output.hpp"
#include "base/sink.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// Writes YAML with the bytes that `kubectl … -o yaml` would print: lists flush left, its quoting, its folding. The
/// rules were measured on kubectl 1.32 and 1.36 and are held by tests/unit/base/yaml_writer_test.cpp and, against
/// kubectl itself, by the real suite. Deviations, all where another reader would see another string: `<<` and `=` are
/// quoted, and text after U+2028 or U+2029 is double-quoted, and an escaped U+00A0 is `\xA0`. Keys must come in order,
/// see sort_keys().
class YamlWriter : public Sink {
 public:
  explicit YamlWriter(Output& out) : out_(out) {}

  void begin_map() override;
  void key(std::string_view name) override;
  void end_map() override;
  void begin_list() override;
  void end_list() override;
  void string(std::string_view value) override;
  void integer(std::int64_t value) override;
  void number(double value) override;
  void boolean(bool value) override;

  /// Writes the separator `---` before every document but the first; call it before each top-level begin_map().
  void begin_document();

 private:
  /// Where the next value goes: on a line of its own, after `key:`, or right here, after `- `.
  enum class Place { line_start, after_key, here };

  struct Frame {
    std::size_t indent;  ///< the column of the keys or dashes
    bool is_list;
    bool is_empty;
  };

  void begin_entry(Frame& frame);
  void begin_value();
  std::string& begin_scalar();
  void end_scalar();
  void begin_collection(bool is_list);
  void end_collection(std::string_view empty);

  Output& out_;
  std::vector<Frame> stack_;
  Place place_ = Place::line_start;
  bool has_document_ = false;
};

}  // namespace r2i
