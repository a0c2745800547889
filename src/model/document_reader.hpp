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
  explicit DocumentReader(JsonCursor& cursor) : cursor_(cursor) {}

  /// Calls `on_key(key)` for each key of the object that the cursor stands on; it reads the value and says whether it
  /// knew the key. With `known`, an unknown key is a finding with a suggestion; a key that comes twice always is one.
  template <typename OnKey>
  void object(std::span<const std::string_view> known, OnKey on_key) {
    if (!expect(JsonCursor::Type::object, "an object")) return;
    const std::size_t keys_before = keys_.size();
    SeenKeys seen;
    cursor_.enter_object();
    while (const auto key = cursor_.next_key()) {
      enter_key(seen, keys_before, *key);
      if (!on_key(*key)) unknown_key(*key, known);
      path_.pop_back();
    }
    keys_.resize(keys_before);
  }

  template <typename OnItem>
  void list(OnItem on_item) {
    if (!expect(JsonCursor::Type::list, "a list")) return;
    cursor_.enter_list();
    path_.push_back({{}, 0});
    for (; cursor_.next_item(); ++path_.back().index) on_item();
    path_.pop_back();
  }

  void read(std::string& out);
  void read(bool& out);
  void read(double& out);
  void read(std::int64_t& out);
  void read(std::vector<std::string>& out);
  void read(Pairs& out);  ///< an object whose values are strings

  [[nodiscard]] JsonCursor& cursor() { return cursor_; }
  void find(std::size_t offset, std::string_view message);  ///< keeps a finding at the current path
  void find_key(std::string_view message);                  ///< about the current key
  /// `rules[3].set.health`: the way to the current value.
  [[nodiscard]] std::string path() const;
  /// What was found up to here, for whoever treats the parts of a document apart; it is not told again.
  std::vector<Finding> take_findings() { return std::exchange(findings_, {}); }
  /// To be called after the root; adds the syntax error if there was one.
  std::vector<Finding> finish();

 private:
  struct Step {
    std::string_view key;  ///< empty data: an item of a list
    std::size_t index = 0;
  };

  /// Of one object: what makes looking for a key that comes twice cheap.
  struct SeenKeys {
    std::uint64_t marks = 0;  ///< a bit for some of what tells keys apart: most keys have one of their own
    std::unique_ptr<std::unordered_set<std::string_view>> many;  ///< of an object with many keys: all of them
  };

  bool expect(JsonCursor::Type type, std::string_view name);
  void enter_key(SeenKeys& seen, std::size_t keys_before, std::string_view key);
  bool comes_twice(SeenKeys& seen, std::size_t keys_before, std::string_view key) const;
  void unknown_key(std::string_view key, std::span<const std::string_view> known);

  JsonCursor& cursor_;
  std::vector<Step> path_;
  std::vector<std::string_view> keys_;  ///< the keys seen of each object on the way down
  std::vector<Finding> findings_;
};

}  // namespace r2i
