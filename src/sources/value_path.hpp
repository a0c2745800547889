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

  /// Calls `visit` for each node of the value that it leads to, without regard to the URL's parameter, until one says
  /// that it has enough. `item`: the node of the instance.
  template <typename Visit>
  void each_node(const FlatJson& tree, std::size_t item, Visit visit) const {
    if (root_ != Root::part && !tree.empty()) walk(tree, root_ == Root::value ? 0 : item, 0, visit);
  }
  [[nodiscard]] bool is_whole_value() const { return root_ == Root::value && steps_.empty(); }

 private:
  enum class Root { value, item, part };
  struct Step {
    enum class Kind { member, item, every };
    Kind kind;
    std::string name{};
    std::size_t position = 0;
  };

  /// The steps from `step` on. Whether to go on behind it.
  template <typename Visit>
  bool walk(const FlatJson& tree, std::size_t at, std::size_t step, Visit& visit) const {
    if (step == steps_.size()) return visit(at);
    const Step& next = steps_[step];
    if (next.kind == Step::Kind::every) {
      const auto& all = tree.node(at);
      bool goes_on = true;
      for (std::size_t inner = at + 1; goes_on && inner < all.next; inner = tree.node(inner).next)
        goes_on = walk(tree, inner, step + 1, visit);
      return goes_on;
    }
    const auto one = next.kind == Step::Kind::member ? tree.member(at, next.name) : tree.item(at, next.position);
    return !one || walk(tree, *one, step + 1, visit);
  }

  tl::expected<void, std::string> parse_steps(std::string_view text);
  tl::expected<std::string_view, std::string> parse_bracket(std::string_view text);

  std::string text_;
  Root root_ = Root::item;
  std::string part_;
  std::vector<Step> steps_;
  std::optional<std::string> parameter_;  ///< empty: all of them
};

}  // namespace r2i::sources
