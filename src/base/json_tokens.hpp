#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace r2i {

/// The tokens of a JSON text, one after the other: each bracket, comma and colon, and the first byte of each string or
/// other scalar. simdjson's first stage finds them, and looks for bad UTF-8, open strings and raw control characters. A
/// long text is taken window by window, cut after a line break, which no string can hold: so what is kept about the
/// tokens does not grow with the text.
class JsonTokens {
 public:
  /// Stands on the first token. `text` must outlive the reading, and text.data()[text.size()] be '\0'.
  simdjson::error_code open(std::string_view text);

  /// The first byte of the current token; what no token begins with at the end of the text and from the first error on.
  [[nodiscard]] char kind() const { return window_[*at_]; }
  [[nodiscard]] const char* start() const { return window_ + *at_; }
  /// Behind the current token and the blanks that follow it.
  [[nodiscard]] const char* bound() const { return window_ + at_[1]; }
  /// Whether a string near the current token has an escape.
  [[nodiscard]] bool has_escapes() const { return has_escapes_; }
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  /// What is wrong with the text that follows the tokens up to here.
  [[nodiscard]] simdjson::error_code error() const { return error_; }

  /// To the next token; not to be called at the end.
  void advance() {
    if (++at_ == end_) next_window();
  }
  /// Past the comma, the key and the colon of an object's next member in one go, if they stand here and the window
  /// holds them and the value: the key as it is written, without its quotes. Else a null view, and nothing is passed.
  std::string_view pass_key() {
    if (end_ - at_ < 4 || window_[at_[0]] != ',' || window_[at_[1]] != '"' || window_[at_[2]] != ':') return {};
    const char* const first = window_ + at_[1] + 1;
    const char* last = window_ + at_[2];
    while (*--last != '"') continue;
    at_ += 3;
    return {first, static_cast<std::size_t>(last - first)};
  }
  /// Onto an end, for good.
  void stop();
  /// Past so many closing brackets that `depth` more of them are met than opening ones; false if the text ends before.
  bool close(std::size_t depth);

 private:
  void next_window();
  simdjson::error_code index(std::string_view window);

  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  std::string_view rest_;    ///< of the text, behind the window
  std::size_t longest_ = 0;  ///< of a window, but for the rest of its last line
  const char* window_ = nullptr;
  const std::uint32_t* at_ = nullptr;  ///< the current token's offset in the window
  const std::uint32_t* end_ = nullptr;
  bool has_escapes_ = false;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

}  // namespace r2i
