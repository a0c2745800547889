#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

  JsonCursor();
  JsonCursor(JsonCursor&&) noexcept;
  JsonCursor& operator=(JsonCursor&&) noexcept;
  ~JsonCursor();

  /// Stands on the root, an object or a list. `text` must outlive the reading; it is grown for padding, and bad UTF-8
  /// in it is replaced by U+FFFD (see repaired()). False on a fault.
  bool open(std::string& text);
  [[nodiscard]] bool repaired() const;

  Type type();
  /// Where the current value, or the one read last, starts.
  [[nodiscard]] std::size_t offset() const;

  bool enter_object();
  bool enter_list();
  /// The next key of the innermost object entered; nothing at its end, which leaves it. The view lives as long as the
  /// text.
  std::optional<std::string_view> next_key();
  /// Whether there is another item in the innermost list entered; false at its end, which leaves it.
  bool next_item();

  /// The current value. One of another type is a fault; ask type() where several are welcome.
  std::string_view string();
  double number();
  std::int64_t integer();
  bool boolean();
  void skip();
  /// Reads the current value and all that is in it, for the faults that skip() does not find.
  void walk();

  /// To be called after the root: false on a fault, which more text after the root is too.
  bool finish();
  [[nodiscard]] const std::optional<Fault>& fault() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "an object", "a list", …: for messages.
std::string_view describe_type(JsonCursor::Type type);

/// Where an offset lies, both counted from 1.
struct LineColumn {
  std::size_t line;
  std::size_t column;
};
LineColumn line_column(std::string_view text, std::size_t offset);

}  // namespace r2i
