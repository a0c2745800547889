#pragma once

#include "base/flat_json.hpp"
#include "model/service.hpp"
#include "sources/endpoint_text.hpp"
#include "sources/key_pattern.hpp"
#include "sources/value_path.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources {

/// Text, a number, true or false.
bool is_scalar(const FlatJson::Node& node);
/// Adds every text below the node; what is nested gets the names on the way, with dots between them; what has no text
/// is left out. For one_of_each().
void flatten(const FlatJson& tree, std::size_t node, std::string name, Pairs& metadata);
/// Sorts them; of several with one name the last stays.
void one_of_each(Pairs& metadata);

/// One key and its value, of which paths tell texts. Where a value holds several instances, `item` is the node of one
/// of them, else 0.
class KeyTexts {
 public:
  /// `tree` is for scratch.
  KeyTexts(std::string value, FlatJson& tree) : value_(std::move(value)), tree_(tree) { tree_.clear(); }

  /// Whether the key has this shape; to be called first.
  bool match(const KeyPattern& pattern, std::string_view key) { return pattern.match(key, parts_); }
  /// Reads the value as JSON; what is wrong with it, or nothing.
  std::optional<std::string> read_json();
  /// Takes the value as it is.
  void read_text();
  /// Whether bytes of the value that are no UTF-8 became U+FFFD.
  [[nodiscard]] bool repaired() const { return repaired_; }
  [[nodiscard]] const FlatJson& tree() const { return tree_; }

  /// Everything that stands at the end of the path: a text, or those of a list.
  [[nodiscard]] std::vector<std::string> all(const ValuePath& path, std::size_t item);
  /// The first of them; nothing: there is none, or it is empty.
  [[nodiscard]] std::optional<std::string> first(const ValuePath& path, std::size_t item);
  [[nodiscard]] std::optional<std::string> first(const std::optional<ValuePath>& path, std::size_t item) {
    return path ? first(*path, item) : std::nullopt;
  }
  /// Whether there is a list without items, or null, as Go writes such a list.
  [[nodiscard]] bool is_empty_list(const ValuePath& path, std::size_t item) const;
  /// Adds what stands there under `name`; without a name: the members of an object, the parameters of a URL, and
  /// anything else under the name that the path has. What is nested gets the names on the way, with dots between them;
  /// what has no text is left out. For one_of_each().
  void add_metadata(const std::string& name, const ValuePath& path, std::size_t item, Pairs& metadata);

 private:
  /// Calls `visit` for everything that all() gives; until it says that it has enough.
  template <typename Visit>
  void each_text(const ValuePath& path, std::size_t item, Visit visit);
  /// The same without regard to a parameter of the path.
  template <typename Visit>
  void each_written(const ValuePath& path, std::size_t item, Visit visit) const;
  [[nodiscard]] bool is_text(const ValuePath& path) const;
  const EndpointText& endpoint(std::string_view url);

  std::string value_;
  FlatJson& tree_;
  bool is_json_ = false;
  bool repaired_ = false;
  KeyParts parts_;
  std::string url_;  ///< the one that `endpoint_` was read from
  EndpointText endpoint_;
};

}  // namespace r2i::sources
