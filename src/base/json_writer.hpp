#pragma once

#include "base/output.hpp"
#include "base/sink.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace r2i {

/// Appends `text` as a string of JSON, between quotes. Bad UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Writes JSON: indented by `indent` blanks per level, or on one line without blanks if `indent` is 0, and without a
/// line break at the end. Bad UTF-8 becomes U+FFFD; numbers that JSON cannot express become null.
class JsonWriter : public Sink {
 public:
  JsonWriter(Output& out, unsigned indent) : out_(out), indent_(indent), between_(indent > 0 ? ",\n" : ",") {}

  void begin_map() override;
  void key(std::string_view name) override;
  void end_map() override;
  void begin_list() override;
  void end_list() override;
  void string(std::string_view value) override;
  void integer(std::int64_t value) override;
  void number(double value) override;
  void boolean(bool value) override;

 private:
  void begin_entry();
  std::string& begin_value();
  void begin_collection(char bracket);
  void end_collection(char bracket);

  Output& out_;
  std::size_t indent_;
  std::size_t depth_ = 0;
  std::string between_;   ///< the comma, and the line break and the blanks that begin an entry
  bool is_empty_ = true;  // of the innermost map or list
  bool after_key_ = false;
};

}  // namespace r2i
