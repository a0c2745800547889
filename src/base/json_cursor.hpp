#pragma once

#include "base/json_tokens.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace r2i {

/// Reads one JSON document by pulling: enter an object, ask for its keys one by one, read or skip each value. What is
/// skipped has to be UTF-8, with strings and brackets that are closed, and is not looked at any closer. After the first
/// fault every call answers "nothing more"; ask fault() at the end. One cursor can read many documents one after the
/// other and keeps its memory.
class JsonCursor {
 public:
  enum class Type { object, list, string, number, boolean, null };
  struct Fault {
    std::size_t offset;  ///< in bytes from the start of the text
    std::string message;
  };

  /// A key of an object, or nothing; small enough to be returned in registers, as no std::optional of a view is.
  class Key {
   public:
    Key() = default;
    explicit Key(std::string_view text) : text_(text) {}
    explicit operator bool() const { return text_.data() != nullptr; }
    std::string_view operator*() const { return text_; }
    friend bool operator==(const Key& key, std::string_view text) { return key && key.text_ == text; }

   private:
    std::string_view text_;
  };

  JsonCursor();
  JsonCursor(JsonCursor&&) noexcept;
  JsonCursor& operator=(JsonCursor&&) noexcept;
  ~JsonCursor();

  /// Stands on the root, an object or a list. `text` must outlive the reading, and stay where it is; bad UTF-8
  /// in it is replaced by U+FFFD (see repaired()). False on a fault.
  bool open(std::string& text);
  [[nodiscard]] bool repaired() const;

  Type type();
  /// Where the current value, or the one read last, starts.
  [[nodiscard]] std::size_t offset() const;

  bool enter_object() { return enter(Type::object, '{'); }
  bool enter_list() { return enter(Type::list, '['); }
  /// The next key of the innermost object entered; nothing at its end, which leaves it. The view lives as long as the
  /// text.
  Key next_key();
  /// Whether there is another item in the innermost list entered; false at its end, which leaves it.
  bool next_item();
  /// Past all that is left of the innermost object or list entered, as skip() does.
  void leave();

  /// The current value. One of another type is a fault; ask type() where several are welcome.
  std::string_view string();
  double number();
  std::int64_t integer();
  bool boolean();
  void skip() { pass(); }
  /// How the object or list that was read last is written; `offset` is its own. Nothing after a fault.
  [[nodiscard]] std::string_view written(std::size_t offset) const;
  /// Past the current value if it is an object or a list that is written like this one of the same text, whose meaning
  /// is known then.
  bool skip_like(std::string_view written);
  /// Reads the current value and all that is in it, for the faults that skip() does not find.
  void walk();

  /// To be called after the root: false on a fault, which more text after the root is too.
  bool finish();
  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }

 private:
  struct Scalars;
  // Deeper than any registry's answer; bounds the recursion of who reads what it does not know.
  static constexpr std::size_t kMaxDepth = 256;

  bool fail_at(const char* at, std::string message);
  bool fail_here();
  void stand();
  bool expect(Type wanted, char first);
  bool expect(Type wanted);
  bool enter(Type type, char first);
  Type closer_type();
  Key next_unusual_key();
  void pass();
  void pass_nested();
  bool next(char end);
  [[nodiscard]] std::string_view token() const;
  std::string_view take();
  std::string_view take_string();
  std::string_view unescape(std::string_view inner);
  template <typename Value>
  bool parse(std::string_view taken, Value& result);

  JsonTokens tokens_;  ///< stands on the value that waits to be read, else behind the one that was read last
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  const char* value_ = nullptr;  ///< the start of the current value, or of the one read last
  std::size_t depth_ = 0;        ///< how many objects and lists have been entered
  bool pending_ = false;         ///< the current value has not been read yet
  bool repaired_ = false;
  std::array<bool, kMaxDepth> entered_{};  ///< of each object or list on the way: whether nothing of it was read yet
  std::optional<Fault> fault_;
  std::deque<std::string> unescaped_;  ///< the strings that do not stand in the text as they are
  std::unique_ptr<Scalars> scalars_;   ///< reads what takes more than a look
};

// What is asked of nearly every value of every answer.

inline void JsonCursor::stand() {
  value_ = tokens_.start();
  pending_ = true;
}

/// Past the current value if it still waits to be read.
inline void JsonCursor::pass() {
  if (!std::exchange(pending_, false)) return;
  const char kind = tokens_.kind();
  if (kind == '{' || kind == '[') return pass_nested();
  tokens_.advance();
}

inline JsonCursor::Type JsonCursor::type() {
  if (!pending_) return Type::null;
  switch (tokens_.kind()) {
    case '"':
      return Type::string;
    case '{':
      return Type::object;
    case '[':
      return Type::list;
    default:
      return closer_type();
  }
}

/// The current value is of the wanted type, and counts as read. `first` is what values of the type begin with.
inline bool JsonCursor::expect(Type wanted, char first) {
  if (!pending_ || tokens_.kind() != first) return expect(wanted);
  pending_ = false;
  return true;
}

inline bool JsonCursor::enter(Type type, char first) {
  if (!expect(type, first)) return false;
  if (depth_ == kMaxDepth) return fail_at(value_, "nested too deeply");
  tokens_.advance();
  entered_[depth_++] = true;
  return true;
}

/// What the current token, a string, means; steps behind it. No view, with the fault kept, if that cannot be told.
inline std::string_view JsonCursor::take_string() {
  const char* start = tokens_.start() + 1;
  const char* end = tokens_.bound();
  while (*--end != '"') continue;
  const bool may_have_escapes = tokens_.may_have_escapes(start, end);
  tokens_.advance();
  const std::string_view inner(start, static_cast<std::size_t>(end - start));
  return may_have_escapes ? unescape(inner) : inner;
}

inline std::string_view JsonCursor::string() {
  return expect(Type::string, '"') ? take_string() : std::string_view();
}

inline JsonCursor::Key JsonCursor::next_key() {
  pass();
  if (depth_ == 0) return {};
  bool& first = entered_[depth_ - 1];
  const std::string_view written = tokens_.pass_key(first);
  if (written.data() == nullptr) return next_unusual_key();
  first = false;
  stand();
  if (!tokens_.may_have_escapes(written.data(), written.data() + written.size())) return Key(written);
  const std::string_view key = unescape(written);
  return fault_ ? Key() : Key(key);
}

/// "an object", "a list", …: for messages.
std::string_view describe_type(JsonCursor::Type type);

/// Where an offset lies, both counted from 1.
struct LineColumn {
  std::size_t line;
  std::size_t column;
};
LineColumn line_column(std::string_view text, std::size_t offset);

}  // namespace r2i
