#include "transform/told_labels.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace r2i::transform {

namespace {

constexpr std::array<std::string_view, 10> kAllowed = {"version", "env",   "environment", "zone",  "canary",
                                                       "stage",   "track", "release",     "color", "tier"};

bool is_allowed(std::string_view key) {
  return std::ranges::find(kAllowed, key) != kAllowed.end();
}

/// Adds what of the registry's metadata and tags is to become a label.
class LabelPicker {
 public:
  LabelPicker(const Choices& choices, std::vector<ToldLabel>& out) : choices_(choices), out_(out) {}

  void add(std::string_view key, std::string_view value, std::string_view kind, std::string_view text, bool always) {
    const std::string_view name = new_name(key);
    if (always || name != key || is_wanted(key)) out_.push_back({name, value, kind, text});
  }

 private:
  [[nodiscard]] bool is_wanted(std::string_view key) const {
    const auto* keys = choices_.label_keys;
    return keys != nullptr ? keys->value.set->matches(key) : is_allowed(key);
  }
  [[nodiscard]] std::string_view new_name(std::string_view key) const {
    for (auto map = choices_.rename_labels.rbegin(); map != choices_.rename_labels.rend(); ++map) {
      const auto found = (*map)->value.find(std::string(key));
      if (found != (*map)->value.end()) return found->second;
    }
    return key;
  }

  const Choices& choices_;
  std::vector<ToldLabel>& out_;
};

}  // namespace

void pick_told_labels(const Candidate& candidate, std::vector<ToldLabel>& out) {
  out.clear();
  LabelPicker picker(*candidate.choices, out);
  for (const auto& [key, value] : candidate.instance->metadata) picker.add(key, value, "metadata", key, false);
  for (const std::string& tag : candidate.instance->tags) {
    const auto separator = std::ranges::find_if(tag, [](char c) { return c == '=' || c == '|'; });
    if (separator == tag.end() || separator == tag.begin()) continue;
    const auto at = static_cast<std::size_t>(separator - tag.begin());
    picker.add(std::string_view(tag).substr(0, at), std::string_view(tag).substr(at + 1), "tag", tag, tag[at] == '|');
  }
}

}  // namespace r2i::transform
