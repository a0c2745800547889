#pragma once

#include "base/flat_json.hpp"
#include "sources/key_pattern.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {

/// Where something stands in a key or in its value:
///
/// - `Addr`, `meta.zone`, `nodes[0]`, `nodes[*]`, `['a.b']`: a member of the value, which is JSON; where a value holds
///   several instances, of the instance; `$.version`: of the value in any case;
/// - `$`: the value itself, as text;
/// - `{id}`: a part of the key;
/// - one of these and `?weight`: a parameter of the URL that stands there; and `?`: all of them.
class ValuePath {
 public:
  static tl::expected<ValuePath, std::string> parse(std::string_view text);

  /// Whether it leads into JSON: all but a part of the key, and the value itself.
  [[nodiscard]] bool needs_json() const { return root_ != Root::part && !is_whole_value(); }
  /// The part of the key that it starts with, or nothing.
  [[nodiscard]] std::string_view part() const { return part_; }
  [[nodiscard]] const std::optional<std::string>& parameter() const { return parameter_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// What it leads to may be called so: the last name on the way, else all of the text.
  [[nodiscard]] std::string name() const;

  /// What it leads to, without the URL's parameter: nodes of the value. `item`: the node of the instance.
  [[nodiscard]] std::vector<std::size_t> nodes(const FlatJson& tree, std::size_t item) const;
  [[nodiscard]] bool is_whole_value() const { return root_ == Root::value && steps_.empty(); }

 private:
  enum class Root { value, item, part };
  struct Step {
    enum class Kind { member, item, every };
    Kind kind;
    std::string name{};
    std::size_t position = 0;
  };

  tl::expected<void, std::string> parse_steps(std::string_view text);
  tl::expected<std::string_view, std::string> parse_bracket(std::string_view text);

  std::string text_;
  Root root_ = Root::item;
  std::string part_;
  std::vector<Step> steps_;
  std::optional<std::string> parameter_;  ///< empty: all of them
};

}  // namespace r2i::sources
