#include "plan/render.hpp"
#include "plan/render_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace r2i::plan {

namespace {

enum class Color { none, red = 31, green = 32, yellow = 33, magenta = 35 };

struct Mark {
  std::string_view sign;
  Color color;
};

Mark mark_of(Action action) {
  switch (action) {
    case Action::create:
      return {"+", Color::green};
    case Action::update:
      return {"~", Color::yellow};
    case Action::empty:
      return {"○", Color::red};
    case Action::remove:
      return {"-", Color::red};
  }
  return {"", Color::none};
}

Mark mark_of(Sign sign) {
  switch (sign) {
    case Sign::added:
      return {"+", Color::green};
    case Sign::removed:
      return {"-", Color::red};
    case Sign::changed:
      return {"~", Color::yellow};
  }
  return {"", Color::none};
}

constexpr Mark kHeld{"!", Color::magenta};
constexpr Mark kAside{"·", Color::none};

class TextRenderer {
 public:
  TextRenderer(Output& out, const Plan& plan, const RenderOptions& options)
      : out_(out), plan_(plan), options_(options) {}

  void render() {
    for (const Change* change : sorted_by_key(plan_.changes)) show(*change);
    show_refused();
    show_withheld();
    for (const Twin* twin : untold_twins(plan_)) object(kHeld, twin->ours, words_of(*twin));
    show_aside(plan_.prunable, "would be deleted with --prune");
    show_aside(plan_.left_alone, "left alone: registry2istio.io/reconcile is disabled");
    if (any_) out_.write("\n");
    out_.write(counts_line(plan_) + "\n");
    out_.flush();
  }

  void render_held() {
    show_refused();
    show_withheld();
    show_aside(plan_.left_alone, "left alone: registry2istio.io/reconcile is disabled");
    out_.flush();
  }

 private:
  /// Creations and deletions are said in one line, since all of the object comes or goes.
  void show(const Change& change) {
    const auto words = changes_in_words(change);
    object(mark_of(change.action), change.key, headline(change, words) + note_of(change));
    if (change.action == Action::update || options_.full) show_lines(words);
  }

  void show_lines(const std::vector<PartChange>& words) {
    for (const Line& line : lines_of(words, options_.full)) {
      const Mark mark = mark_of(line.sign);
      write("    " + painted(fmt::format("{} {}", mark.sign, line.text), mark.color));
    }
  }

  /// With both values of each field: whoever decides about a conflict has to see them. Of many that are held for one
  /// kind of reason, the first ones.
  void show_refused() {
    std::map<Held::By, std::size_t> seen;
    for (const Held& held : plan_.held) {
      if (held.is_guard() || (++seen[held.by] > kMostShown && !options_.full)) continue;
      object(kHeld, held.change.key, reason_of(held));
      if (held.change.action == Action::update) show_lines(changes_in_words(held.change));
    }
    for (const auto& [by, count] : seen) {
      if (count <= kMostShown || options_.full) continue;
      write(painted(fmt::format("! … and {} more: {}", count - kMostShown, to_string(by)), kHeld.color));
    }
  }

  /// A guard that holds much has one reason for all.
  void show_withheld() {
    std::vector<const Held*> withheld;
    for (const Held& held : plan_.held) {
      if (held.is_guard()) withheld.push_back(&held);
    }
    const auto reason = [](const Held* held) {
      return std::tie(held->by, held->why, held->remedy, held->change.action);
    };
    std::ranges::stable_sort(withheld, {}, reason);
    for (auto first = withheld.begin(); first != withheld.end();) {
      const auto last =
          std::find_if(first, withheld.end(), [&](const Held* held) { return reason(held) != reason(*first); });
      write(painted(fmt::format("! {}", reason_of(**first)), kHeld.color));
      std::vector<ObjectKey> keys;
      for (auto it = first; it != last; ++it) keys.push_back((*it)->change.key);
      show_folded(
          keys, [&](const ObjectKey& key) { write("    " + display(key)); }, "    ");
      first = last;
    }
  }

  void show_aside(const std::vector<ObjectKey>& keys, std::string_view what) {
    show_folded(
        keys, [&](const ObjectKey& key) { object(kAside, key, what); }, "· ");
  }

  template <typename Show>
  void show_folded(const std::vector<ObjectKey>& keys, Show show, std::string_view indent) {
    const std::size_t count = options_.full ? keys.size() : std::min(keys.size(), kMostShown);
    for (std::size_t i = 0; i < count; ++i) show(keys[i]);
    if (count < keys.size()) write(fmt::format("{}… and {} more", indent, keys.size() - count));
  }

  void object(const Mark& mark, const ObjectKey& key, std::string_view what) {
    const std::string name = painted(fmt::format("{} {}", mark.sign, display(key)), mark.color);
    write(what.empty() ? name : fmt::format("{}{}{}", name, what.starts_with(' ') ? "" : "   ", what));
  }

  [[nodiscard]] std::string painted(std::string text, Color color) const {
    if (!options_.color || color == Color::none) return text;
    return fmt::format("\x1b[{}m{}\x1b[0m", static_cast<int>(color), text);
  }

  void write(std::string_view line) {
    out_.write(line);
    out_.write("\n");
    out_.spill();
    any_ = true;
  }

  Output& out_;
  const Plan& plan_;
  const RenderOptions& options_;
  bool any_ = false;
};

}  // namespace

void render_text(Output& out, const Plan& plan, const RenderOptions& options) {
  TextRenderer(out, plan, options).render();
}

void render_held(Output& out, const Plan& plan, const RenderOptions& options) {
  TextRenderer(out, plan, options).render_held();
}

}  // namespace r2i::plan
