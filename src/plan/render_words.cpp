#include "plan/render_words.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace r2i::plan {

namespace {

/// A name or value: as it is, unless it has blanks or what a terminal or a reader could take for something else.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 253;  // of a host
  const bool plain = !text.empty() && text.size() <= kMost &&
                     std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; });
  return plain ? std::string(text) : in_quotes(text);
}

/// A value's name, which may hold the key of a label: "label version".
std::string shown_name(const std::string& name) {
  const auto blank = name.find(' ');
  if (blank == std::string::npos) return name;
  return name.substr(0, blank + 1) + shown(std::string_view(name).substr(blank + 1));
}

std::string words_of(const ValueChange& value, Sign sign) {
  const std::string after = value.after ? shown(*value.after) : "none";
  if (sign == Sign::changed) {
    const std::string before = value.before ? shown(*value.before) : "none";
    return value.name.empty() ? fmt::format(" {} → {}", before, after)
                              : fmt::format("  {} {} → {}", shown_name(value.name), before, after);
  }
  if (sign == Sign::removed) return fmt::format(" {}", value.before ? shown(*value.before) : "");
  if (value.name.empty()) return " " + after;
  // A locality is known by its look.
  return value.name == "locality" ? "  " + after : fmt::format("  {} {}", shown_name(value.name), after);
}

std::string words_of(const PartChange& word) {
  const std::string_view noun = names_of(word.part).noun;
  std::string text = noun.empty() ? word.name : fmt::format("{} {}", noun, shown(word.name));
  for (const ValueChange& value : word.values) text += words_of(value, word.sign);
  return text;
}

std::string_view plural_of(const PartChange& word, std::size_t count) {
  const PartNames& names = names_of(word.part);
  return count == 1 && !names.noun.empty() ? names.noun : names.plural;
}

using Counts = std::array<std::size_t, 3>;  // by sign

/// "endpoints +3 -1 ~1, resolution"
std::string difference(const std::vector<PartChange>& words) {
  std::map<Part, Counts> counts;
  std::vector<std::string> parts;
  for (const PartChange& word : words) {
    if (word.part == Part::field) {
      parts.push_back(word.name);
    } else {
      ++counts[word.part].at(static_cast<std::size_t>(word.sign));
    }
  }
  for (const auto& [part, by_sign] : counts) {
    const auto& [added, removed, changed] = by_sign;
    std::string text(names_of(part).plural);
    if (added > 0) text += fmt::format(" +{}", added);
    if (removed > 0) text += fmt::format(" -{}", removed);
    if (changed > 0) text += fmt::format(" ~{}", changed);
    parts.push_back(std::move(text));
  }
  return join(parts, ", ");
}

/// "2 ports, 5 endpoints"
std::string content(const Manifest& manifest) {
  if (const auto* workload = std::get_if<WorkloadEntry>(&manifest)) {
    return "endpoint " + shown(endpoint_name(workload->spec, {}));
  }
  const auto& entry = std::get<ServiceEntry>(manifest);
  const std::string ports = counted(entry.ports.size(), "port");
  if (!entry.workload_selector.labels.empty()) return ports + ", selects WorkloadEntries";
  return fmt::format("{}, {}", ports,
                     entry.endpoints.empty() ? "no endpoints" : counted(entry.endpoints.size(), "endpoint"));
}

std::string_view participle(Action action) {
  constexpr std::array<std::string_view, 4> kWords = {"created", "updated", "emptied", "deleted"};
  return kWords.at(static_cast<std::size_t>(action));
}

}  // namespace

std::vector<const Change*> sorted_by_key(const std::vector<Change>& changes) {
  std::vector<const Change*> sorted;
  sorted.reserve(changes.size());
  for (const Change& change : changes) sorted.push_back(&change);
  std::ranges::stable_sort(sorted, {}, [](const Change* change) -> const ObjectKey& { return change->key; });
  return sorted;
}

std::string on_one_line(std::string_view text) {
  std::string clean = clean_text(text);
  std::ranges::replace_if(
      clean, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return clean;
}

std::string display(const ObjectKey& key) {
  return on_one_line(key.display());
}

std::string headline(const Change& change, const std::vector<PartChange>& words) {
  switch (change.action) {
    case Action::create:
      return change.after ? content(*change.after) : "";
    case Action::remove:
      return change.before ? content(*change.before) : "";
    case Action::empty: {
      const auto* entry = change.before ? std::get_if<ServiceEntry>(&*change.before) : nullptr;
      return entry == nullptr || entry->endpoints.empty()
                 ? "marked as gone"
                 : fmt::format("loses {}", counted(entry->endpoints.size(), "endpoint"));
    }
    case Action::update:
      return difference(words);
  }
  return "";
}

std::string note_of(const Change& change) {
  return change.note.empty() ? "" : fmt::format("   ({})", on_one_line(change.note));
}

std::vector<Line> lines_of(const std::vector<PartChange>& words, bool full) {
  std::vector<Line> lines;
  for (auto first = words.begin(); first != words.end();) {
    const auto last = std::find_if(first, words.end(), [&](const PartChange& word) {
      return word.part != first->part || word.sign != first->sign;
    });
    const auto count = static_cast<std::size_t>(last - first);
    const std::size_t shown_count = full ? count : std::min(count, kMostShown);
    for (std::size_t i = 0; i < shown_count; ++i) {
      lines.push_back({first->sign, words_of(*(first + static_cast<std::ptrdiff_t>(i)))});
    }
    if (const std::size_t rest = count - shown_count; rest > 0) {
      lines.push_back({first->sign, fmt::format("… and {} more {}", rest, plural_of(*first, rest))});
    }
    first = last;
  }
  return lines;
}

std::string reason_of(const Held& held) {
  std::string text = fmt::format("not {}: {}", participle(held.change.action), on_one_line(held.why));
  if (!held.remedy.empty()) text += fmt::format(" (to let it pass: {})", on_one_line(held.remedy));
  return text;
}

std::vector<const Twin*> untold_twins(const Plan& plan) {
  std::vector<const Twin*> twins;
  for (const Twin& twin : plan.twins) {
    const bool told = std::ranges::any_of(
        plan.held, [&](const Held& held) { return held.by == Held::By::twin && held.change.key == twin.ours; });
    if (!told) twins.push_back(&twin);
  }
  return twins;
}

std::string words_of(const Twin& twin) {
  return fmt::format("shares its host with {}{}: Istio serves the older one, or mixes both", display(twin.theirs),
                     twin.managers.empty() ? "" : fmt::format(" of {}", on_one_line(twin.managers)));
}

}  // namespace r2i::plan
