#pragma once

#include "base/json_cursor.hpp"
#include "model/service.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace r2i {

/// Something that is wrong in a document, at a byte offset of it.
struct Finding {
  std::size_t offset = 0;
  std::string message;  ///< "services[3].name: expected a string, got a number"
  bool of_key = false;  ///< the offset is that of a value, but its key is what is wrong
};

/// Reads values of a JSON document into typed members and collects every finding with its place and path, instead of
/// stopping at the first. A syntax error ends the reading and becomes the last finding.
class DocumentReader {
 public:
  /// Whether an object may have a key twice: what a server writes from structures of its own has each once, and is not
  /// searched for them.
  enum class Keys { unique, may_come_twice };

  explicit DocumentReader(JsonCursor& cursor, Keys keys = Keys::may_come_twice)
      : cursor_(cursor), keys_are_unique_(keys == Keys::unique) {}

  /// Calls `on_key(key)` for each key of the object that the cursor stands on; it reads the value and says whether it
  /// knew the key. With `known`, an unknown key is a finding with a suggestion; so is a key that is read twice, unless
  /// keys are unique.
  template <typename OnKey>
  void object(std::span<const std::string_view> known, OnKey on_key) {
    SeenKeys seen(keys_.size());
    members([&](std::string_view key) {
      const std::size_t offset = cursor_.offset();
      if (!on_key(key)) {
        if (!known.empty()) unknown_key(key, known);
      } else if (!keys_are_unique_ && comes_twice(seen, key)) {
        find_key(offset, "the key comes twice");
      }
    });
    keys_.resize(seen.before);
  }

  /// The same without looking for unknown keys, and for such as come twice.
  template <typename OnKey>
  void members(OnKey on_key) {
    if (!expect(JsonCursor::Type::object, "an object")) return;
    Level level{innermost_};
    innermost_ = &level;
    cursor_.enter_object();
    while (const auto key = cursor_.next_key()) {
      level.key = *key;
      on_key(*key);
      if (level.left) break;
    }
    innermost_ = level.around;
  }

  /// For `on_key`: nothing more of the object is wanted.
  void leave() {
    cursor_.leave();
    innermost_->left = true;
  }

  template <typename OnItem>
  void list(OnItem on_item) {
    if (!expect(JsonCursor::Type::list, "a list")) return;
    Level level{innermost_};
    innermost_ = &level;
    cursor_.enter_list();
    for (; cursor_.next_item(); ++level.index) on_item();
    innermost_ = level.around;
  }

  void read(std::string& out);
  void read(std::string_view& out);  ///< lives as long as the text
  void read(bool& out);
  void read(double& out);
  void read(std::int64_t& out);
  void read(std::vector<std::string>& out);
  void read(Pairs& out);  ///< an object whose values are strings

  [[nodiscard]] JsonCursor& cursor() { return cursor_; }
  void find(std::size_t offset, std::string_view message);      ///< keeps a finding at the current path
  void find_key(std::size_t offset, std::string_view message);  ///< about the current key; the offset is its value's
  /// `rules[3].set.health`: the way to the current value.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] bool has_findings() const { return !findings_.empty(); }
  /// What was found up to here, for whoever treats the parts of a document apart; it is not told again.
  std::vector<Finding> take_findings() { return std::exchange(findings_, {}); }
  /// To be called after the root; adds the syntax error if there was one.
  std::vector<Finding> finish();

 private:
  /// An object or a list on the way to the current value.
  struct Level {
    Level* around;
    std::string_view key{};  ///< the current one; empty data: of a list
    std::size_t index = 0;
    bool left = false;  ///< before its end
  };

  /// From so many keys on they are looked for in a set.
  static constexpr std::size_t kMany = 32;

  /// Of one object: what makes looking for a key that comes twice cheap.
  struct SeenKeys {
    explicit SeenKeys(std::size_t keys_before) : before(keys_before) {}

    std::size_t before;       ///< where its keys begin among all
    std::uint64_t marks = 0;  ///< a bit for some of what tells keys apart: most keys have one of their own
    std::unique_ptr<std::unordered_set<std::string_view>> many;  ///< of an object with many keys: all of them
  };

  bool comes_twice(SeenKeys& seen, std::string_view key) {
    constexpr std::uint64_t kBits = 64;
    if (seen.many || key.empty() || keys_.size() - seen.before >= kMany) return is_among(seen, key);
    const auto first = static_cast<unsigned char>(key.front());
    const auto last = static_cast<unsigned char>(key.back());
    const std::uint64_t mark = std::uint64_t{1} << ((key.size() + 7ULL * first + 31ULL * last) % kBits);
    if ((seen.marks & mark) != 0) return is_among(seen, key);
    seen.marks |= mark;
    keys_.push_back(key);
    return false;
  }

  bool expect(JsonCursor::Type type, std::string_view name) { return cursor_.type() == type || misses(name); }
  /// Finds that the value is none of what is expected, and skips it. False.
  bool misses(std::string_view name);
  /// Whether the object had the key before; it has from now on.
  bool is_among(SeenKeys& seen, std::string_view key);
  void unknown_key(std::string_view key, std::span<const std::string_view> known);

  JsonCursor& cursor_;
  bool keys_are_unique_;
  Level* innermost_ = nullptr;
  std::vector<std::string_view> keys_;  ///< the keys seen of each object on the way down
  std::vector<Finding> findings_;
};

}  // namespace r2i
