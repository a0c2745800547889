#include "base/text.hpp"
#include "base/yaml_writer.hpp"
#include "model/describe.hpp"
#include "plan/line_diff.hpp"
#include "plan/render.hpp"
#include "plan/render_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace r2i::plan {

namespace {

constexpr std::size_t kContext = 3;

std::string yaml_of(const std::optional<Manifest>& manifest, const std::string& api_version) {
  StringOutput out;
  if (manifest) {
    YamlWriter writer(out);
    describe(writer, *manifest, api_version);
  }
  return out.text();
}

/// The file that holds the object, or would by the rule that `export --output-dir` names files by.
std::string path_of(const Change& change) {
  if (!change.place.empty()) return change.place;
  const std::string file = fmt::format("{}-{}.yaml", to_lower(change.key.kind), change.key.name);
  return change.key.nspace.empty() ? file : change.key.nspace + "/" + file;
}

/// A name as it stands in the head of a diff: in quotes, with escapes, where patch(1) would read it wrongly otherwise,
/// and with a tab after it where it has blanks. As git writes it.
std::string file_name(std::string_view side, const std::string& path) {
  std::string name = fmt::format("{}/{}", side, path);
  const auto is_special = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F || c == '"' || c == '\\'; };
  if (is_clean_text(name) && std::ranges::none_of(name, is_special)) {
    return name.find(' ') == std::string::npos ? name : name + '\t';
  }
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c < ' ' || c == 0x7F) {
      quoted += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

/// "-12,3": where a part of a text begins, and how many lines it has. Of an empty one, the line before it.
std::string range(char sign, std::size_t lines_before, std::size_t count) {
  const std::size_t first = count == 0 ? lines_before : lines_before + 1;
  return count == 1 ? fmt::format("{}{}", sign, first) : fmt::format("{}{},{}", sign, first, count);
}

class UnifiedRenderer {
 public:
  UnifiedRenderer(Output& out, const RenderOptions& options) : out_(out), options_(options) {}

  void render(const Change& change) {
    const std::string before = yaml_of(change.before, options_.api_version);
    const std::string after = yaml_of(change.after, options_.api_version);
    const std::vector<DiffLine> script = line_diff(before, after);
    if (std::ranges::none_of(script, is_change)) return;
    const std::string path = path_of(change);
    write(kBold, "--- " + (change.before ? file_name("live", path) : "/dev/null"));
    write(kBold, "+++ " + (change.after ? file_name("desired", path) : "/dev/null"));
    write_hunks(script);
  }

 private:
  using Position = std::vector<DiffLine>::const_iterator;

  static constexpr std::string_view kBold = "1";
  static constexpr std::string_view kCyan = "36";
  static constexpr std::string_view kRed = "31";
  static constexpr std::string_view kGreen = "32";

  static bool is_change(const DiffLine& line) { return line.kind != DiffLine::Kind::common; }

  void write_hunks(const std::vector<DiffLine>& script) {
    std::size_t old_line = 0;
    std::size_t new_line = 0;
    const auto pass = [&](Position first, Position last) {
      for (; first != last; ++first) {
        if (first->kind != DiffLine::Kind::added) ++old_line;
        if (first->kind != DiffLine::Kind::removed) ++new_line;
      }
    };
    auto at = script.begin();
    for (auto change = std::find_if(at, script.end(), is_change); change != script.end();) {
      const auto context = std::min<std::ptrdiff_t>(kContext, change - at);
      pass(at, change - context);
      at = change - context;
      const auto end = end_of_hunk(change, script.end());
      const std::size_t old_first = old_line;
      const std::size_t new_first = new_line;
      pass(at, end);
      write(kCyan, fmt::format("@@ {} {} @@", range('-', old_first, old_line - old_first),
                               range('+', new_first, new_line - new_first)));
      for (; at != end; ++at) write_line(*at);
      change = std::find_if(at, script.end(), is_change);
    }
  }

  /// Changes whose context would touch are one hunk.
  static Position end_of_hunk(Position change, Position end) {
    while (true) {
      const auto last = std::find_if_not(change, end, is_change);
      const auto next = std::find_if(last, end, is_change);
      if (next == end || next - last > static_cast<std::ptrdiff_t>(2 * kContext)) {
        return last + std::min<std::ptrdiff_t>(kContext, end - last);
      }
      change = next;
    }
  }

  void write_line(const DiffLine& line) {
    switch (line.kind) {
      case DiffLine::Kind::common:
        write("", " ", line.text);
        break;
      case DiffLine::Kind::removed:
        write(kRed, "-", line.text);
        break;
      case DiffLine::Kind::added:
        write(kGreen, "+", line.text);
        break;
    }
  }

  void write(std::string_view color, std::string_view head, std::string_view text = {}) {
    const bool colored = options_.color && !color.empty();
    if (colored) out_.write(fmt::format("\x1b[{}m", color));
    out_.write(head);
    out_.write(text);
    out_.write(colored ? "\x1b[0m\n" : "\n");
    out_.spill();
  }

  Output& out_;
  const RenderOptions& options_;
};

}  // namespace

void render_unified(Output& out, const Plan& plan, const RenderOptions& options) {
  UnifiedRenderer renderer(out, options);
  for (const Change* change : sorted_by_key(plan.changes)) renderer.render(*change);
  out.flush();
}

}  // namespace r2i::plan
