#include "base/markdown.hpp"
#include "base/text.hpp"
#include "plan/render.hpp"
#include "plan/render_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::plan {

namespace {

/// The same inside of HTML, where Markdown is not read.
std::string html_code(std::string_view text) {
  std::string html = "<code>";
  for (const char c : text) {
    if (c == '&') {
      html += "&amp;";
    } else if (c == '<') {
      html += "&lt;";
    } else if (c == '>') {
      html += "&gt;";
    } else {
      html += c;
    }
  }
  return html + "</code>";
}

std::string titled(const Change& change, const std::vector<PartChange>& words) {
  const std::string what = headline(change, words);
  return fmt::format("{}{}{}{}", display(change.key), what.empty() ? "" : "   ", what, note_of(change));
}

std::string item(std::string_view text) {
  return fmt::format("- {}\n", markdown_code(text));
}

/// What changes in an object, folded, in the colours of a diff. Every line in the fence begins with a sign, so that
/// none can close it.
std::string folded(const Change& change, bool full) {
  const auto words = changes_in_words(change);
  const auto lines = lines_of(words, full);
  if (lines.empty()) return item(titled(change, words));
  std::string text = fmt::format("<details><summary>{}</summary>\n\n```diff\n", html_code(titled(change, words)));
  for (const Line& line : lines) {
    const char sign = line.sign == Sign::added ? '+' : line.sign == Sign::removed ? '-' : '!';
    text += fmt::format("{} {}\n", sign, line.text);
  }
  return text + "```\n\n</details>\n";
}

/// Objects under one heading; their text is made only where there is room for it.
struct Section {
  std::string title;
  bool is_folded = false;
  std::vector<std::function<std::string()>> objects{};
};

/// What matters most comes first, since the end may be cut.
std::vector<Section> sections_of(const Plan& plan, const RenderOptions& options) {
  std::vector<Section> sections;
  Section held{"To look at"};
  for (const Held& one : plan.held) {
    held.objects.emplace_back([&one] { return item(fmt::format("{}   {}", display(one.change.key), reason_of(one))); });
  }
  for (const Twin* twin : untold_twins(plan)) {
    held.objects.emplace_back([twin] { return item(fmt::format("{}   {}", display(twin->ours), words_of(*twin))); });
  }
  sections.push_back(std::move(held));

  const auto changes = sorted_by_key(plan.changes);
  const auto add = [&](std::string title, Action action) {
    Section section{std::move(title), action != Action::update};
    for (const Change* change : changes) {
      if (change->action != action) continue;
      section.objects.emplace_back([change, &options] {
        return change->action == Action::update ? folded(*change, options.full)
                                                : item(titled(*change, changes_in_words(*change)));
      });
    }
    sections.push_back(std::move(section));
  };
  add("To delete", Action::remove);
  add("To empty", Action::empty);
  add("To update", Action::update);
  add("To create", Action::create);

  const auto add_keys = [&](std::string title, const std::vector<ObjectKey>& keys) {
    Section section{std::move(title), true};
    for (const ObjectKey& key : keys) section.objects.emplace_back([&key] { return item(display(key)); });
    sections.push_back(std::move(section));
  };
  add_keys("Would be deleted with `--prune`", plan.prunable);
  add_keys("Left alone, as `registry2istio.io/reconcile` is disabled", plan.left_alone);
  std::erase_if(sections, [](const Section& section) { return section.objects.empty(); });
  return sections;
}

std::string table_of(const Plan& plan) {
  std::string table = "| | objects |\n|---|---:|\n";
  const auto row = [&](std::string_view name, std::size_t count) {
    if (count > 0) table += fmt::format("| {} | {} |\n", name, count);
  };
  for (const Action action : {Action::create, Action::update, Action::empty, Action::remove}) {
    row(to_string(action), plan.count(action));
  }
  const auto withheld = static_cast<std::size_t>(std::ranges::count_if(plan.held, &Held::is_guard));
  row("withheld by a guard", withheld);
  row("refused", plan.held.size() - withheld);
  row("would be deleted with `--prune`", plan.prunable.size());
  row("kept (not read in full)", plan.kept.size());
  row("left alone", plan.left_alone.size());
  row("unchanged", plan.unchanged);
  return table;
}

class MarkdownRenderer {
 public:
  MarkdownRenderer(Output& out, std::size_t limit) : out_(out), left_(limit - std::min(limit, kLastLine)) {}

  void write(std::string_view text) {
    out_.write(text);
    out_.spill();
    left_ -= std::min(left_, text.size());
  }

  void section(const Section& section) {
    const std::string title = fmt::format("\n#### {} ({})\n\n", section.title, section.objects.size());
    const std::string head = section.is_folded ? fmt::format("{}<details><summary>{}</summary>\n\n", title,
                                                             counted(section.objects.size(), "object"))
                                               : title;
    const std::string_view foot = section.is_folded ? "\n</details>\n" : "";
    bool is_open = false;
    for (const auto& object : section.objects) {
      if (cut_ == 0) {
        const std::string text = object();
        const std::size_t around = foot.size() + (is_open ? 0 : head.size());
        if (text.size() + around <= left_) {
          if (!is_open) write(head);
          is_open = true;
          write(text);
          continue;
        }
      }
      ++cut_;
    }
    if (is_open) write(foot);
  }

  void finish() {
    if (cut_ > 0) out_.write(fmt::format("\n… and {} more, which would make this text too long.\n", cut_));
    out_.flush();
  }

 private:
  static constexpr std::size_t kLastLine = 100;

  Output& out_;
  std::size_t left_;
  std::size_t cut_ = 0;
};

}  // namespace

void render_markdown(Output& out, const Plan& plan, const RenderOptions& options) {
  MarkdownRenderer renderer(out, options.markdown_limit);
  renderer.write(fmt::format("### registry2istio: {}\n\n", counts_line(plan)));
  renderer.write(table_of(plan));
  for (const Section& section : sections_of(plan, options)) renderer.section(section);
  renderer.finish();
}

}  // namespace r2i::plan
