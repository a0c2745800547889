#pragma once

#include "base/json_cursor.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// A JSON document, whole, in one piece of memory that many documents, one after the other, can use: for thousands of
/// small ones whose shape is only known when the program runs. What is no such crowd reads a JsonTree.
class FlatJson {
 public:
  struct Node {
    JsonCursor::Type type = JsonCursor::Type::null;
    std::string_view key;   ///< of a member of an object
    std::string_view text;  ///< of a string; of a number as it was written; "true", "false"
    std::size_t next = 0;   ///< the node behind this one and all that is in it
  };

  /// Reads `text`, an object or a list, which must outlive the tree's use and is changed (see JsonCursor). The error
  /// says what is wrong.
  std::optional<std::string> read(std::string& text);
  [[nodiscard]] bool repaired() const { return cursor_.repaired(); }

  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  /// The root is number 0; what an object or a list has in it starts with the number behind its own.
  [[nodiscard]] const Node& node(std::size_t number) const { return nodes_[number]; }
  /// The member with this name, of several the last, as Go's encoding/json has it; nothing: there is none, or `number`
  /// is no object.
  [[nodiscard]] std::optional<std::size_t> member(std::size_t number, std::string_view name) const;
  /// The item at this position of a list.
  [[nodiscard]] std::optional<std::size_t> item(std::size_t number, std::size_t position) const;

  void clear() { nodes_.clear(); }

 private:
  void add(std::string_view text, std::string_view key);

  JsonCursor cursor_;
  std::vector<Node> nodes_;
};

}  // namespace r2i
