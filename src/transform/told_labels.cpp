#include "transform/told_labels.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace r2i::transform {

namespace {

constexpr std::array<std::string_view, 10> kAllowed = {"version", "env",   "environment", "zone",  "canary",
                                                       "stage",   "track", "release",     "color", "tier"};

bool is_allowed(std::string_view key) {
  return std::ranges::find(kAllowed, key) != kAllowed.end();
}

std::optional<std::string_view> new_name(const Choices& choices, std::string_view key) {
  for (auto map = choices.rename_labels.rbegin(); map != choices.rename_labels.rend(); ++map) {
    const auto found = (*map)->value.find(std::string(key));
    if (found != (*map)->value.end()) return found->second;
  }
  return std::nullopt;
}

bool is_wanted(const Choices& choices, std::string_view key) {
  const auto* keys = choices.label_keys;
  return keys != nullptr ? keys->value.set->matches(key) : is_allowed(key);
}

/// `always`: whatever it is called.
void add(std::vector<ToldLabel>& labels, const Choices& choices, ToldLabel label, bool always) {
  const auto name = new_name(choices, label.key);
  const bool renamed = name && *name != label.key;
  if (!always && !renamed && !is_wanted(choices, label.key)) return;
  if (renamed) label.key = *name;
  labels.push_back(label);
}

void add_metadata(std::vector<ToldLabel>& labels, const Choices& choices, const Pairs& metadata) {
  for (const auto& [key, value] : metadata) add(labels, choices, {key, value, "metadata", key}, false);
}

void add_tags(std::vector<ToldLabel>& labels, const Choices& choices, const std::vector<std::string>& tags) {
  for (const std::string& tag : tags) {
    const auto separator = std::ranges::find_if(tag, [](char c) { return c == '=' || c == '|'; });
    if (separator == tag.end() || separator == tag.begin()) continue;
    const auto at = static_cast<std::size_t>(separator - tag.begin());
    const std::string_view text = tag;
    add(labels, choices, {text.substr(0, at), text.substr(at + 1), "tag", text}, tag[at] == '|');
  }
}

}  // namespace

const std::vector<ToldLabel>& LabelPicker::pick(const Candidate& candidate) {
  const Instance& instance = *candidate.instance;
  labels_.clear();
  add_metadata(labels_, *candidate.choices, instance.metadata);
  if (choices_ != candidate.choices || !tags_.is(instance.tags)) {
    choices_ = candidate.choices;
    tags_ = instance.tags;
    of_tags_.clear();
    add_tags(of_tags_, *choices_, tags_);
  }
  labels_.insert(labels_.end(), of_tags_.begin(), of_tags_.end());
  return labels_;
}

}  // namespace r2i::transform
