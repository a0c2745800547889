#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace r2i {

/// The tokens of a JSON text, one after the other: each bracket, comma and colon, and the first byte of each string or
/// other scalar. simdjson's first stage finds them, and looks for bad UTF-8, open strings and raw control characters. A
/// long text is taken window by window, cut after a line break, which no string can hold: so what is kept about the
/// tokens does not grow with the text.
class JsonTokens {
 public:
  /// One of simdjson's codes; its header is too large for all who read JSON.
  using Error = int;

  JsonTokens();
  JsonTokens(JsonTokens&&) noexcept;
  JsonTokens& operator=(JsonTokens&&) noexcept;
  ~JsonTokens();

  /// Stands on the first token. `text` must outlive the reading, and text.data()[text.size()] be '\0'.
  Error open(std::string_view text);

  /// The first byte of the current token; what no token begins with at the end of the text and from the first error on.
  [[nodiscard]] char kind() const { return window_[*at_]; }
  [[nodiscard]] const char* start() const { return window_ + *at_; }
  /// Behind the current token and the blanks that follow it.
  [[nodiscard]] const char* bound() const { return window_ + at_[1]; }
  /// Whether there may be an escape in these bytes of a string near the current token: whether one is in their block.
  [[nodiscard]] bool may_have_escapes(const char* first, const char* last) const {
    if (escapes_.empty()) return false;
    const auto block = static_cast<std::size_t>(first - window_) / kBlock;
    return static_cast<std::size_t>(last - window_) / kBlock != block || escapes_[block] != 0;
  }
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  /// What is wrong with the text that follows the tokens up to here.
  [[nodiscard]] Error error() const { return error_; }

  /// To the next token; not to be called at the end.
  void advance() {
    if (++at_ == end_) next_window();
  }
  /// Past the key and the colon of an object's next member in one go, and past the comma before it if it is not the
  /// `first` one, if they stand here and the window holds them and the value: the key as it is written, without its
  /// quotes. Else a null view, and nothing is passed.
  std::string_view pass_key(bool first) {
    const std::uint32_t* const key = first ? at_ : at_ + 1;
    if (end_ - key < 3 || window_[key[0]] != '"' || window_[key[1]] != ':' || (!first && kind() != ',')) return {};
    const char* const start = window_ + key[0] + 1;
    const char* last = window_ + key[1];
    while (*--last != '"') continue;
    at_ = key + 2;
    return {start, static_cast<std::size_t>(last - start)};
  }
  /// Onto an end, for good.
  void stop();
  /// Past so many closing brackets that `depth` more of them are met than opening ones; false if the text ends before.
  bool close(std::size_t depth);

 private:
  void next_window();
  Error index(std::string_view window);
  void mark_escapes(std::string_view window);

  static constexpr std::size_t kBlock = 512;  ///< bytes

  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  std::string_view rest_;    ///< of the text, behind the window
  std::size_t longest_ = 0;  ///< of a window, but for the rest of its last line
  const char* window_ = nullptr;
  const std::uint32_t* at_ = nullptr;  ///< the current token's offset in the window
  const std::uint32_t* end_ = nullptr;
  std::vector<std::uint8_t> escapes_;  ///< of each block of the window whether it has one; empty: none has
  Error error_ = 0;
};

}  // namespace r2i
